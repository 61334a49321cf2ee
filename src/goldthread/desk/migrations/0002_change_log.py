"""The transaction of each change, so that a reader who knows a snapshot finds what committed since."""

from django.db import migrations

FORWARD = """
ALTER TABLE desk_boardchange ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX boardchange_xid ON desk_boardchange (xid);
"""
BACK = "ALTER TABLE desk_boardchange DROP COLUMN xid;"


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
