"""A supervisor's question is watched from its asking to its answer, whatever way either came to be."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION supervision_alarm_of_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO response_alarm (incident_id, kind, source, due_at)
    SELECT incident_id, 'question', 'question:' || NEW.id, NEW.answer_by FROM supervision_review WHERE id = NEW.review_id;
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_question AFTER INSERT ON supervision_question
    FOR EACH ROW EXECUTE FUNCTION supervision_alarm_of_question();

CREATE FUNCTION supervision_alarm_of_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE response_alarm SET ended_at = NEW.at
    WHERE kind = 'question' AND source = 'question:' || NEW.question_id AND ended_at IS NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER alarm_of_answer AFTER INSERT ON supervision_questionanswer
    FOR EACH ROW EXECUTE FUNCTION supervision_alarm_of_answer();

INSERT INTO response_alarm (incident_id, kind, source, due_at)
SELECT review.incident_id, 'question', 'question:' || question.id, question.answer_by
FROM supervision_question AS question JOIN supervision_review AS review ON review.id = question.review_id
WHERE NOT EXISTS (SELECT 1 FROM supervision_questionanswer AS answer WHERE answer.question_id = question.id);
"""
BACK = """
DROP TRIGGER alarm_of_answer ON supervision_questionanswer;
DROP FUNCTION supervision_alarm_of_answer();
DROP TRIGGER alarm_of_question ON supervision_question;
DROP FUNCTION supervision_alarm_of_question();
DELETE FROM response_alarm WHERE kind = 'question';
"""


class Migration(migrations.Migration):
    dependencies = [("supervision", "0001_reviews_and_sweeps"), ("response", "0019_question_alarm")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
