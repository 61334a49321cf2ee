"""Every index is paid for at every write, so none stands that another already serves."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

SERVED_BY_ANOTHER = """
SELECT lesser.indexrelid::regclass::text, greater.indexrelid::regclass::text
FROM pg_index AS lesser JOIN pg_index AS greater ON greater.indrelid = lesser.indrelid AND greater.indexrelid <> lesser.indexrelid
WHERE lesser.indrelid = ANY (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)
  AND NOT lesser.indisunique AND lesser.indpred IS NULL AND greater.indpred IS NULL
  AND lesser.indexprs IS NULL AND greater.indexprs IS NULL
  AND greater.indkey::text || ' ' LIKE lesser.indkey::text || ' %%'
  AND greater.indclass::text || ' ' LIKE lesser.indclass::text || ' %%'
ORDER BY 1
"""


@pytest.mark.django_db
def test_no_index_begins_another() -> None:
    tables = [one._meta.db_table for one in apps.get_models() if one.__module__.startswith("goldthread")]
    with connection.cursor() as cursor:
        cursor.execute(SERVED_BY_ANOTHER, [tables])
        assert cursor.fetchall() == []
