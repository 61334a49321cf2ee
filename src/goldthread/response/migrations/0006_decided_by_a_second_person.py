"""The database's own check of the rule: a lower grade, a later time, and a closing that one person may not do alone.

A decision counts where a contact supervisor or FIM approved it who neither asked, nor owned the incident, nor wrote the THRIVE
it rests on, and where that THRIVE was made after the request and is the newest. What was imported is not checked.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION response_second_person(the_decision bigint, the_incident uuid, the_kind text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM response_reviewdecision AS decision
        JOIN response_reviewrequest AS request ON request.id = decision.request_id
        JOIN accounts_staff AS decider ON decider.id = decision.by_id
        JOIN assessment_thriveversion AS thrive ON thrive.id = decision.thrive_id
        WHERE decision.id = the_decision AND decision.answer = 'approved'
          AND request.incident_id = the_incident AND request.kind = the_kind
          AND decider.is_active AND decider.role IN ('contact_supervisor', 'fim')
          AND decider.id <> request.by_id
          AND decider.id IS DISTINCT FROM decision.owner_id
          AND decider.id IS DISTINCT FROM thrive.author_id
          AND thrive.incident_id = the_incident AND thrive.at > request.at
          AND NOT EXISTS (SELECT 1 FROM assessment_thriveversion AS newer
                          WHERE newer.incident_id = the_incident AND newer.version > thrive.version)
    )
$$;

-- Whether the newest THRIVE was begun after everything that has been said.
CREATE FUNCTION response_thrive_knows_all(the_incident uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT max(read_up_to) FROM assessment_thriveversion WHERE incident_id = the_incident), -1)
        >= coalesce((SELECT max(seq) FROM contact_entry WHERE incident_id = the_incident AND kind = 'words'), 0)
$$;

CREATE OR REPLACE FUNCTION response_grade_only_falls_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held smallint;
    child_involved text;
BEGIN
    IF NEW.origin = 'imported' THEN
        RETURN NEW;
    END IF;
    -- Whoever else is grading this incident waits here, so that two cannot both compare with the same grade.
    SELECT child INTO child_involved FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    SELECT severity INTO held FROM response_gradeperiod WHERE incident_id = NEW.incident_id ORDER BY seq DESC LIMIT 1;
    IF held IS NULL OR NEW.severity >= held THEN
        RETURN NEW;
    END IF;
    IF NOT response_thrive_knows_all(NEW.incident_id) THEN
        RAISE EXCEPTION 'a grade falls only on a THRIVE that knows everything said' USING ERRCODE = 'check_violation';
    END IF;
    IF child_involved <> 'none' AND NOT (
        response_second_person(NEW.decision_id, NEW.incident_id, 'downgrade')
        AND NEW.severity >= (SELECT request.severity FROM response_reviewdecision AS decision
                             JOIN response_reviewrequest AS request ON request.id = decision.request_id
                             WHERE decision.id = NEW.decision_id)
    ) THEN
        RAISE EXCEPTION 'a grade falls only by the rule' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION response_time_only_later_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was timestamptz;
    child_involved text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.due_at > OLD.due_at THEN
            RAISE EXCEPTION 'a clock is never moved: a later time is a clock of its own' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.kind <> 'attendance' THEN
        RETURN NEW;
    END IF;
    SELECT child INTO child_involved FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    -- After a closing, or where a unit left, a clock of the same grade starts anew: that is no put-off.
    SELECT due_at INTO was FROM response_clock
    WHERE period_id = NEW.period_id AND kind = 'attendance' AND stopped_by = 'put_off' ORDER BY id DESC LIMIT 1;
    IF was IS NULL OR NEW.due_at <= was OR NEW.decision_id IS NULL AND EXISTS (
        SELECT 1 FROM response_clock WHERE period_id = NEW.period_id AND kind = 'attendance' AND stopped_by = 'closed'
        AND id > (SELECT max(id) FROM response_clock WHERE period_id = NEW.period_id AND stopped_by = 'put_off')
    ) THEN
        RETURN NEW;
    END IF;
    IF NOT response_thrive_knows_all(NEW.incident_id) THEN
        RAISE EXCEPTION 'a time is put off only on a THRIVE that knows everything said' USING ERRCODE = 'check_violation';
    END IF;
    IF child_involved <> 'none' AND NOT (
        response_second_person(NEW.decision_id, NEW.incident_id, 'reschedule')
        AND NEW.due_at <= (SELECT request.due_at FROM response_reviewdecision AS decision
                           JOIN response_reviewrequest AS request ON request.id = decision.request_id
                           WHERE decision.id = NEW.decision_id)
    ) THEN
        RAISE EXCEPTION 'a time is put off only by the rule' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER time_only_later_by_rule BEFORE INSERT OR UPDATE OF due_at ON response_clock
    FOR EACH ROW EXECUTE FUNCTION response_time_only_later_by_rule();

CREATE FUNCTION response_closes_only_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER closes_only_by_rule BEFORE INSERT ON response_closing
    FOR EACH ROW EXECUTE FUNCTION response_closes_only_by_rule();
"""
BACK = """
DROP TRIGGER closes_only_by_rule ON response_closing;
DROP FUNCTION response_closes_only_by_rule();
DROP TRIGGER time_only_later_by_rule ON response_clock;
DROP FUNCTION response_time_only_later_by_rule();
CREATE OR REPLACE FUNCTION response_grade_only_falls_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held smallint;
BEGIN
    IF NEW.origin = 'imported' THEN
        RETURN NEW;
    END IF;
    PERFORM 1 FROM contact_incident WHERE id = NEW.incident_id FOR UPDATE;
    SELECT severity INTO held FROM response_gradeperiod WHERE incident_id = NEW.incident_id ORDER BY seq DESC LIMIT 1;
    IF held IS NOT NULL AND NEW.severity < held THEN
        RAISE EXCEPTION 'a grade falls only by the rule' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP FUNCTION response_thrive_knows_all(uuid);
DROP FUNCTION response_second_person(bigint, uuid, text);
"""


class Migration(migrations.Migration):
    dependencies = [("response", "0005_requests_and_decisions"), ("contact", "0003_caller_and_arrivals")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
