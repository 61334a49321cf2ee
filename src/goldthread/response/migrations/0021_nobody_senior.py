"""An alarm says that nobody senior is on duty to decide a request; it ends with the request, as the request's own does."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION response_alarm_of_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'request' AND source = 'request:' || NEW.request_id AND ended_at IS NULL;
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'senior' AND source LIKE 'senior:' || NEW.request_id || ':%' AND ended_at IS NULL
      AND incident_id = (SELECT incident_id FROM response_reviewrequest WHERE id = NEW.request_id);
    RETURN NULL;
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION response_alarm_of_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'request' AND source = 'request:' || NEW.request_id AND ended_at IS NULL;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("response", "0020_taken_from")]
    operations = [
        migrations.AlterField(
            model_name="alarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("near", "Target near"),
                    ("breach", "Over target"),
                    ("request", "Request unanswered"),
                    ("handoff", "Hand-off unacknowledged"),
                    ("transfer", "Transfer unanswered"),
                    ("orphan", "Nobody owns it"),
                    ("timer", "Time for the next look"),
                    ("reassess", "Reassessment unanswered"),
                    ("next", "Next step overdue"),
                    ("question", "Supervisor's question unanswered"),
                    ("senior", "Nobody senior is on duty to decide a request"),
                ],
                max_length=10,
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
