"""Versions of rosters and spellings; the file and the rows are seen by whoever sees the roster."""

from django.db import migrations

#: Asked once a statement, not once a row: a list has a hundred thousand rows. It also stands for the foreign key, whose
#: check of every row would double the time of writing them.
_OF = "roster_id IN (SELECT r.id FROM rosters_roster r)"
_SQL = f"""
SELECT journal_keep_versions('rosters_roster');
SELECT journal_keep_versions('rosters_spelling');
SELECT journal_append_only('rosters_file');
ALTER TABLE rosters_file ALTER COLUMN sealed SET STORAGE EXTERNAL;
SELECT journal_scope('rosters_roster', 'journal_reaches(unit_code)');
SELECT journal_scope('rosters_spelling', 'journal_reaches(unit_code)');
SELECT journal_scope('rosters_file', '{_OF}');
SELECT journal_scope('rosters_row', '{_OF}');
SELECT journal_scope('rosters_candidate', 'EXISTS (SELECT FROM rosters_row w WHERE w.id = row_id)');
"""
#: Rows are written anew while their roster is read or checked, and never after it is submitted.
_KEPT = """
CREATE FUNCTION rosters_rows_kept() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (SELECT FROM rosters_roster r WHERE r.id IN (SELECT DISTINCT roster_id FROM touched)
            AND r.state NOT IN ('reading', 'checked')) THEN
        RAISE EXCEPTION 'rows of a roster that is submitted or applied are kept as they are'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $body$;
CREATE TRIGGER rosters_rows_kept_insert AFTER INSERT ON rosters_row REFERENCING NEW TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION rosters_rows_kept();
CREATE TRIGGER rosters_rows_kept_update AFTER UPDATE ON rosters_row REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION rosters_rows_kept();
CREATE TRIGGER rosters_rows_kept_delete AFTER DELETE ON rosters_row REFERENCING OLD TABLE AS touched
    FOR EACH STATEMENT EXECUTE FUNCTION rosters_rows_kept();
CREATE TRIGGER rosters_rows_kept_truncate BEFORE TRUNCATE ON rosters_row
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse();
"""


class Migration(migrations.Migration):
    """Triggers and policies."""

    dependencies = (
        ("rosters", "0001_initial"),
        ("journal", "0002_triggers"),
        ("registry", "0002_versions_and_scope"),
    )
    operations = (migrations.RunSQL(_SQL + _KEPT, migrations.RunSQL.noop),)
