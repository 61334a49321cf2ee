"""What is open in an incident forbids its closing in the database too, and a second person closes on a THRIVE that knows everything.

An imported closing happened elsewhere and is not checked.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION response_still_open(the_incident uuid) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN EXISTS (SELECT 1 FROM response_clock
                     WHERE incident_id = the_incident AND kind = 'first_read' AND stopped_at IS NULL)
        THEN 'something written is unread'
        WHEN EXISTS (SELECT 1 FROM response_allocation
                     WHERE incident_id = the_incident AND arrived_at IS NULL AND left_at IS NULL)
        THEN 'a unit is on its way'
        WHEN EXISTS (SELECT 1 FROM response_handoff AS given WHERE given.incident_id = the_incident
                     AND NOT EXISTS (SELECT 1 FROM response_handoffanswer AS said WHERE said.handoff_id = given.id))
        THEN 'the incident is handed over and not acknowledged'
        WHEN EXISTS (SELECT 1 FROM response_transfer AS asked WHERE asked.incident_id = the_incident
                     AND NOT EXISTS (SELECT 1 FROM response_transferanswer AS said WHERE said.transfer_id = asked.id))
        THEN 'another agency has not answered'
        WHEN EXISTS (SELECT 1 FROM response_reviewrequest AS asked WHERE asked.incident_id = the_incident
                     AND NOT EXISTS (SELECT 1 FROM response_reviewdecision AS said WHERE said.request_id = asked.id))
        THEN 'a request is undecided'
        WHEN EXISTS (SELECT 1 FROM response_supervisorcall AS call WHERE call.incident_id = the_incident
                     AND NOT EXISTS (SELECT 1 FROM response_supervisoranswer AS came WHERE came.call_id = call.id))
        THEN 'a supervisor was called and nobody has come'
        WHEN EXISTS (
            SELECT 1 FROM (SELECT critical FROM assessment_reading WHERE incident_id = the_incident ORDER BY id DESC LIMIT 1) AS newest,
            LATERAL jsonb_each(CASE jsonb_typeof(newest.critical) WHEN 'object' THEN newest.critical ELSE '{}' END) AS threat(cue, facts)
            WHERE jsonb_array_length(threat.facts) > 0 AND NOT coalesce((
                SELECT given.facts @> threat.facts FROM assessment_markanswer AS given
                WHERE given.incident_id = the_incident AND given.cue = threat.cue ORDER BY given.id DESC LIMIT 1
            ), false)
        ) THEN 'a threat to life in the words is unanswered'
    END
$$;

-- Whether the newest THRIVE knows all that was said, nothing asks for the next, and no unit came or left since it was begun.
CREATE FUNCTION response_thrive_fresh(the_incident uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT response_thrive_knows_all(the_incident)
        AND NOT EXISTS (SELECT 1 FROM response_reassessment WHERE incident_id = the_incident)
        AND coalesce((SELECT max(read_up_to) FROM assessment_thriveversion WHERE incident_id = the_incident), -1)
            >= coalesce((SELECT max(seq) FROM contact_entry
                         WHERE incident_id = the_incident AND code IN ('unit.arrived', 'unit.left')), 0)
$$;

CREATE OR REPLACE FUNCTION response_closes_only_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    incident contact_incident%ROWTYPE;
    attended boolean;
    unseen boolean;
    lowered boolean;
    author bigint;
    closer text;
    open text;
    ended timestamptz;
BEGIN
    IF NEW.origin = 'imported' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO incident FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    open := response_still_open(NEW.incident_id);
    IF open IS NOT NULL THEN
        RAISE EXCEPTION '%', open USING ERRCODE = 'check_violation';
    END IF;
    IF incident.child = 'none' THEN
        RETURN NEW;
    END IF;
    -- What was attended and seen before the last closing ended with it.
    SELECT coalesce(max(at), '-infinity') INTO ended FROM response_closing WHERE incident_id = NEW.incident_id;
    attended := EXISTS (SELECT 1 FROM response_allocation
                        WHERE incident_id = NEW.incident_id AND arrived_at IS NOT NULL AND at > ended);
    SELECT count(*) = 0 OR bool_or(seen NOT IN ('seen', 'spoken_to') OR at <= ended) INTO unseen FROM (
        SELECT DISTINCT ON (child) seen, at FROM contact_childversion WHERE incident_id = NEW.incident_id
        ORDER BY child, version DESC
    ) AS newest;
    lowered := EXISTS (
        SELECT 1 FROM (SELECT severity, lag(severity) OVER (ORDER BY seq) AS before
                       FROM response_gradeperiod WHERE incident_id = NEW.incident_id) AS period
        WHERE severity < before
    ) OR EXISTS (SELECT 1 FROM response_clock WHERE incident_id = NEW.incident_id AND stopped_by = 'put_off');
    IF attended AND NOT unseen AND NOT lowered THEN
        RETURN NEW;
    END IF;
    IF response_second_person(NEW.decision_id, NEW.incident_id, 'close') AND response_thrive_knows_all(NEW.incident_id) THEN
        RETURN NEW;
    END IF;
    SELECT role INTO closer FROM accounts_staff WHERE id = NEW.by_id AND is_active;
    SELECT author_id INTO author FROM assessment_thriveversion
    WHERE incident_id = NEW.incident_id ORDER BY version DESC LIMIT 1;
    IF closer IN ('contact_supervisor', 'fim') AND NEW.by_id IS DISTINCT FROM incident.opened_by_id
       AND NEW.by_id IS DISTINCT FROM incident.owner_id AND NEW.by_id IS DISTINCT FROM author
       AND response_thrive_fresh(NEW.incident_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an incident with a child closes only by the rule' USING ERRCODE = 'check_violation';
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION response_closes_only_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    incident contact_incident%ROWTYPE;
    attended boolean;
    unseen boolean;
    lowered boolean;
    author bigint;
    closer text;
BEGIN
    IF NEW.origin = 'imported' THEN
        RETURN NEW;
    END IF;
    SELECT * INTO incident FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM response_clock WHERE incident_id = NEW.incident_id AND kind = 'first_read' AND stopped_at IS NULL) THEN
        RAISE EXCEPTION 'something written is unread' USING ERRCODE = 'check_violation';
    END IF;
    IF incident.child = 'none' THEN
        RETURN NEW;
    END IF;
    attended := EXISTS (SELECT 1 FROM response_allocation WHERE incident_id = NEW.incident_id AND arrived_at IS NOT NULL);
    SELECT count(*) = 0 OR bool_or(seen NOT IN ('seen', 'spoken_to')) INTO unseen FROM (
        SELECT DISTINCT ON (child) seen FROM contact_childversion WHERE incident_id = NEW.incident_id
        ORDER BY child, version DESC
    ) AS newest;
    lowered := EXISTS (
        SELECT 1 FROM (SELECT severity, lag(severity) OVER (ORDER BY seq) AS before
                       FROM response_gradeperiod WHERE incident_id = NEW.incident_id) AS period
        WHERE severity < before
    ) OR EXISTS (SELECT 1 FROM response_clock WHERE incident_id = NEW.incident_id AND stopped_by = 'put_off');
    IF attended AND NOT unseen AND NOT lowered THEN
        RETURN NEW;
    END IF;
    IF response_second_person(NEW.decision_id, NEW.incident_id, 'close') THEN
        RETURN NEW;
    END IF;
    SELECT role INTO closer FROM accounts_staff WHERE id = NEW.by_id AND is_active;
    SELECT author_id INTO author FROM assessment_thriveversion
    WHERE incident_id = NEW.incident_id ORDER BY version DESC LIMIT 1;
    IF closer IN ('contact_supervisor', 'fim') AND NEW.by_id IS DISTINCT FROM incident.opened_by_id
       AND NEW.by_id IS DISTINCT FROM incident.owner_id AND NEW.by_id IS DISTINCT FROM author THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an incident with a child closes only by the rule' USING ERRCODE = 'check_violation';
END $$;
DROP FUNCTION response_thrive_fresh(uuid);
DROP FUNCTION response_still_open(uuid);
"""


class Migration(migrations.Migration):
    dependencies = [("assessment", "0006_critical"), ("response", "0015_grade_knows_child")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
