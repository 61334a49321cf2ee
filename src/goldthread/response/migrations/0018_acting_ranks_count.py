"""Who acts in a senior role counts as that role in the database's own check, for as long as the rank is in force."""

from django.db import migrations

SENIOR = """
CREATE FUNCTION response_senior(the_staff bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM accounts_staff WHERE id = the_staff AND is_active
                   AND (role IN ('contact_supervisor', 'fim') OR accounts_acts_as(id) IN ('contact_supervisor', 'fim')))
$$;
"""
CHECKS = """
CREATE OR REPLACE FUNCTION response_second_person(the_decision bigint, the_incident uuid, the_kind text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM response_reviewdecision AS decision
        JOIN response_reviewrequest AS request ON request.id = decision.request_id
        JOIN accounts_staff AS decider ON decider.id = decision.by_id
        JOIN assessment_thriveversion AS thrive ON thrive.id = decision.thrive_id
        WHERE decision.id = the_decision AND decision.answer = 'approved'
          AND request.incident_id = the_incident AND request.kind = the_kind
          AND {decider}
          AND decider.id <> request.by_id
          AND decider.id IS DISTINCT FROM decision.owner_id
          AND decider.id IS DISTINCT FROM thrive.author_id
          AND thrive.incident_id = the_incident AND thrive.at > request.at
          AND NOT EXISTS (SELECT 1 FROM assessment_thriveversion AS newer
                          WHERE newer.incident_id = the_incident AND newer.version > thrive.version)
    )
$$;

CREATE OR REPLACE FUNCTION response_closes_only_by_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    incident contact_incident%ROWTYPE;
    attended boolean;
    unseen boolean;
    lowered boolean;
    author bigint;
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
    SELECT author_id INTO author FROM assessment_thriveversion
    WHERE incident_id = NEW.incident_id ORDER BY version DESC LIMIT 1;
    IF {closer} AND NEW.by_id IS DISTINCT FROM incident.opened_by_id
       AND NEW.by_id IS DISTINCT FROM incident.owner_id AND NEW.by_id IS DISTINCT FROM author
       AND response_thrive_fresh(NEW.incident_id) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an incident with a child closes only by the rule' USING ERRCODE = 'check_violation';
END $$;
"""
"""The two checks as they were, but for who is senior."""
NOW = {"decider": "response_senior(decider.id)", "closer": "response_senior(NEW.by_id)"}
WAS = {
    "decider": "decider.is_active AND decider.role IN ('contact_supervisor', 'fim')",
    "closer": "EXISTS (SELECT 1 FROM accounts_staff WHERE id = NEW.by_id AND is_active AND role IN ('contact_supervisor', 'fim'))",
}
FORWARD = SENIOR + CHECKS.format(**NOW)
BACK = CHECKS.format(**WAS) + "DROP FUNCTION response_senior(bigint);"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_acting_ranks"), ("response", "0017_unit_committed_until")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
