"""Alarms are written and ended with the clocks, requests and hand-offs they watch, whatever way those came to be."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION response_alarm_of_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.stopped_at IS NULL THEN
        INSERT INTO response_alarm (incident_id, kind, source, due_at)
        VALUES (NEW.incident_id, 'near', 'clock:' || NEW.id, NEW.started_at + (NEW.due_at - NEW.started_at) * 0.8),
               (NEW.incident_id, 'breach', 'clock:' || NEW.id, NEW.due_at)
        ON CONFLICT (kind, source) DO NOTHING;
    ELSE
        UPDATE response_alarm SET ended_at = NEW.stopped_at
        WHERE source = 'clock:' || NEW.id AND kind IN ('near', 'breach') AND ended_at IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_clock AFTER INSERT OR UPDATE OF stopped_at ON response_clock
    FOR EACH ROW EXECUTE FUNCTION response_alarm_of_clock();

CREATE FUNCTION response_alarm_of_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO response_alarm (incident_id, kind, source, due_at)
    VALUES (NEW.incident_id, 'request', 'request:' || NEW.id, NEW.answer_by);
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_request AFTER INSERT ON response_reviewrequest
    FOR EACH ROW EXECUTE FUNCTION response_alarm_of_request();

CREATE FUNCTION response_alarm_of_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'request' AND source = 'request:' || NEW.request_id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_decision AFTER INSERT ON response_reviewdecision
    FOR EACH ROW EXECUTE FUNCTION response_alarm_of_decision();

CREATE FUNCTION response_alarm_of_handoff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO response_alarm (incident_id, kind, source, due_at)
    VALUES (NEW.incident_id, 'handoff', 'handoff:' || NEW.id, NEW.answer_by);
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_handoff AFTER INSERT ON response_handoff
    FOR EACH ROW EXECUTE FUNCTION response_alarm_of_handoff();

CREATE FUNCTION response_alarm_of_handoff_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'handoff' AND source = 'handoff:' || NEW.handoff_id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_handoff_answer AFTER INSERT ON response_handoffanswer
    FOR EACH ROW EXECUTE FUNCTION response_alarm_of_handoff_answer();

INSERT INTO response_alarm (incident_id, kind, source, due_at)
SELECT incident_id, kind, 'clock:' || id, CASE kind WHEN 'near' THEN started_at + (due_at - started_at) * 0.8 ELSE due_at END
FROM (SELECT id, incident_id, started_at, due_at, unnest(ARRAY['near', 'breach']) AS kind
      FROM response_clock WHERE stopped_at IS NULL) AS running;
"""
BACK = """
DROP TRIGGER alarm_of_handoff_answer ON response_handoffanswer;
DROP FUNCTION response_alarm_of_handoff_answer();
DROP TRIGGER alarm_of_handoff ON response_handoff;
DROP FUNCTION response_alarm_of_handoff();
DROP TRIGGER alarm_of_decision ON response_reviewdecision;
DROP FUNCTION response_alarm_of_decision();
DROP TRIGGER alarm_of_request ON response_reviewrequest;
DROP FUNCTION response_alarm_of_request();
DROP TRIGGER alarm_of_clock ON response_clock;
DROP FUNCTION response_alarm_of_clock();
"""


class Migration(migrations.Migration):
    dependencies = [("response", "0007_alarms_and_handoffs")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
