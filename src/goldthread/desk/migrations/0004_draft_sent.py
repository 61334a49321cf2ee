from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("desk", "0003_drafts_and_calls")]

    operations = [
        migrations.AddField(model_name="draft", name="sent", field=models.JSONField(null=True)),
    ]
