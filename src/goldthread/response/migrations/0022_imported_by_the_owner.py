"""What is marked as imported passes the rules unchecked, so only who owns the tables can write it: the serving role cannot."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION response_imported_by_the_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = TG_RELID) THEN
        RAISE EXCEPTION 'only the owner of the tables imports' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER imported_by_the_owner BEFORE INSERT ON response_closing
    FOR EACH ROW WHEN (NEW.origin <> 'here') EXECUTE FUNCTION response_imported_by_the_owner();
CREATE TRIGGER imported_by_the_owner BEFORE INSERT ON response_gradeperiod
    FOR EACH ROW WHEN (NEW.origin <> 'here') EXECUTE FUNCTION response_imported_by_the_owner();
"""
BACK = """
DROP TRIGGER imported_by_the_owner ON response_gradeperiod;
DROP TRIGGER imported_by_the_owner ON response_closing;
DROP FUNCTION response_imported_by_the_owner();
"""


class Migration(migrations.Migration):
    dependencies = [("response", "0021_nobody_senior")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
