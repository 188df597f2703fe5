"""Statistics of tables that were just filled: the application owns no table and cannot ask for them itself."""

from django.db import migrations

_FUNCTION = """
CREATE OR REPLACE FUNCTION journal_analyze(named text[]) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $body$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY named LOOP
        EXECUTE format('ANALYZE public.%I', one);
    END LOOP;
END $body$;
"""


class Migration(migrations.Migration):
    """One function, run with the owner's rights."""

    dependencies = (("journal", "0003_kept_again"),)
    operations = (migrations.RunSQL(_FUNCTION, migrations.RunSQL.noop),)
