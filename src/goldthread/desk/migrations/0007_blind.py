"""What a board row says as if nothing had been read; rows that stand are put together anew."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0006_one_index_each"),
    ]

    operations = [
        migrations.AddField(
            model_name="boardrow",
            name="assessed",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="boardrow",
            name="blind_needs",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=10), default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="boardrow",
            name="blind_parts",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="boardrow",
            name="blind_score",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="boardrow",
            name="blind_urgency",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="boardrow",
            name="blind_first",
            field=models.PositiveSmallIntegerField(default=9),
        ),
        migrations.RunSQL("UPDATE desk_boardrow SET again = goldthread_now()", migrations.RunSQL.noop),
    ]
