from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0005_one_index_each")]
    operations = [migrations.AddField("reading", "critical", models.JSONField(null=True))]
