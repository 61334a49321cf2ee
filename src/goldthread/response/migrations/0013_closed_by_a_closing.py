from django.db import migrations

FORWARD = """
CREATE FUNCTION response_closed_by_a_closing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM response_closing WHERE incident_id = NEW.id AND at = NEW.closed_at) THEN
        RAISE EXCEPTION 'an incident is closed by a closing alone' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM response_clock WHERE incident_id = NEW.id AND stopped_at IS NULL) THEN
        RAISE EXCEPTION 'a clock of the incident runs' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM response_handoff AS given WHERE given.incident_id = NEW.id
               AND NOT EXISTS (SELECT 1 FROM response_handoffanswer AS answer WHERE answer.handoff_id = given.id)) THEN
        RAISE EXCEPTION 'the incident is handed over and not acknowledged' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER closed_by_a_closing BEFORE UPDATE OF closed_at ON contact_incident
    FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION response_closed_by_a_closing();
"""
BACK = """
DROP TRIGGER closed_by_a_closing ON contact_incident;
DROP FUNCTION response_closed_by_a_closing();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contact", "0008_one_index_each"),
        ("response", "0012_one_index_each"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
