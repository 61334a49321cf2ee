"""The database's own refusal of a lower grade: only an imported one may fall."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION response_grade_only_falls_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held smallint;
BEGIN
    IF NEW.origin = 'imported' THEN
        RETURN NEW;
    END IF;
    -- Whoever else is grading this incident waits here, so that two cannot both compare with the same grade.
    PERFORM 1 FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    SELECT severity INTO held FROM response_gradeperiod WHERE incident_id = NEW.incident_id ORDER BY seq DESC LIMIT 1;
    IF held IS NOT NULL AND NEW.severity < held THEN
        RAISE EXCEPTION 'a grade falls only by the rule' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grade_only_falls_by_rule BEFORE INSERT ON response_gradeperiod
    FOR EACH ROW EXECUTE FUNCTION response_grade_only_falls_by_rule();
"""
BACK = """
DROP TRIGGER grade_only_falls_by_rule ON response_gradeperiod;
DROP FUNCTION response_grade_only_falls_by_rule();
"""


class Migration(migrations.Migration):
    dependencies = [("response", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
