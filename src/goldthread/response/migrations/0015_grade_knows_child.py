"""What was known of a child when a grade was chosen stands with the grade: what is found out later changes no past decision."""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION response_grade_knows_child() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.child = '' AND NEW.origin <> 'imported' THEN
        NEW.child := (SELECT child FROM contact_incident WHERE id = NEW.incident_id);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grade_knows_child BEFORE INSERT ON response_gradeperiod
    FOR EACH ROW EXECUTE FUNCTION response_grade_knows_child();
"""
BACK = """
DROP TRIGGER grade_knows_child ON response_gradeperiod;
DROP FUNCTION response_grade_knows_child();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0008_one_index_each"),
        ("response", "0014_next_step_overdue"),
    ]

    operations = [
        migrations.AddField(
            model_name="gradeperiod",
            name="child",
            field=models.CharField(blank=True, db_default="", max_length=8),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
