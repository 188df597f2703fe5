"""Versions, scope and append-only tables as functions of the database, and the journal under them."""

from importlib.resources import files

from django.db import migrations

_FUNCTIONS = files("yingbao.journal").joinpath("sql/versions.sql").read_text(encoding="utf-8")
_TABLES = """
SELECT journal_append_only('journal_entry');
SELECT journal_append_only('journal_seal');
SELECT journal_never_deleted('journal_run');
SELECT journal_never_deleted('journal_outbox');
SELECT journal_scope('journal_entry', 'journal_reaches(unit_code)');
SELECT journal_scope('journal_run', 'journal_reaches(unit_code)');
"""


class Migration(migrations.Migration):
    """Runs the functions' text; a later change of them is a migration that runs the text again."""

    dependencies = (("journal", "0001_initial"),)
    operations = (
        migrations.RunSQL(_FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(_TABLES, migrations.RunSQL.noop),
    )
