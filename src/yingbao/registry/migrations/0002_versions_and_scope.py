"""Versions of every table, and who sees which rows: a resident by the unit, all else by its resident."""

from django.db import migrations

TABLES = (
    "unit", "assignment", "duty", "household", "resident",
    "membership", "residence", "schooling", "cover", "holding", "survival", "change", "merge",
)  # fmt: skip
_BY_UNIT = {"assignment": "unit_id", "duty": "unit_id", "household": "unit_id", "resident": "unit_id"}
_BY_RESIDENT = ("membership", "residence", "schooling", "cover", "holding", "survival", "change")
_OF = "EXISTS (SELECT FROM registry_resident r WHERE r.id = {column})"


def _sql() -> str:
    lines = [f"SELECT journal_keep_versions('registry_{table}');" for table in TABLES]
    lines += [
        f"SELECT journal_scope('registry_{table}', 'journal_reaches({column})');"
        for table, column in _BY_UNIT.items()
    ]
    lines += [
        f"SELECT journal_scope('registry_{table}', '{_OF.format(column='resident_id')}');"
        for table in _BY_RESIDENT
    ]
    lines.append(f"SELECT journal_scope('registry_merge', '{_OF.format(column='kept_id')}');")
    lines.append("SELECT journal_scope('registry_unit', 'journal_reaches(code)');")
    # whoever acts in some region may read what units there are and where a farm's people land; only those above write it
    lines += [
        f"CREATE POLICY known ON registry_{table} FOR SELECT "
        "USING (nullif(current_setting('app.region', true), '') IS NOT NULL);"
        for table in ("unit", "assignment")
    ]
    lines.append("CREATE SEQUENCE registry_household_sequence;")
    return "\n".join(lines)


class Migration(migrations.Migration):
    """Triggers, policies and the sequence of household numbers."""

    dependencies = (("registry", "0001_initial"), ("journal", "0002_triggers"))
    operations = (migrations.RunSQL(_sql(), migrations.RunSQL.noop),)
