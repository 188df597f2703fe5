"""Who sees which rows, what is kept in versions, and what nobody changes: a bill but for its state, an issue, a release."""

from django.db import migrations

_VERSIONED = ("bill", "batch_line", "supplied", "transfer")
_APPENDED = (
    "release",
    "assessment",
    "line",
    "register",
    "register_bill",
    "register_sum",
    "register_change",
    "batch",
)
_BY_UNIT = (
    "assessment", "bill", "line", "transfer", "supplied", "register", "register_bill", "register_change", "batch",
    "batch_line",
)  # fmt: skip
#: What may change of a bill; the other columns are written once (N-13).
_CHANGING = {"state", "paid_on", "known_from", "entry_id"}


def _sql() -> str:
    lines = [f"SELECT journal_keep_versions('billing_{table}');" for table in _VERSIONED]
    lines += [f"SELECT journal_append_only('billing_{table}');" for table in _APPENDED]
    lines += [f"SELECT journal_scope('billing_{table}', 'journal_reaches(unit_code)');" for table in _BY_UNIT]
    lines.append("SELECT journal_never_deleted('billing_counter');")
    # sums are seen by whoever sees the issue
    issue = "EXISTS (SELECT FROM billing_register r WHERE r.id = register_id)"
    lines.append(f"SELECT journal_scope('billing_register_sum', 'journal_reaches(unit_code) OR {issue}');")
    # a figure that a county or city supplies is law there: everybody may read it, only they write it
    lines.append("CREATE POLICY known ON billing_supplied FOR SELECT USING (true);")
    # a town reads when and for which day its people were assessed, though the assessment is the county's
    lines.append(
        "CREATE POLICY above ON billing_assessment FOR SELECT USING "
        "(starts_with(nullif(current_setting('app.region', true), ''), unit_code));"
    )
    return "\n".join(lines)


def _written_once(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    columns = [f.column for f in apps.get_model("billing", "Bill")._meta.concrete_fields]
    listed = ", ".join(f'"{name}"' for name in columns if name not in _CHANGING)
    schema_editor.execute(
        f"CREATE TRIGGER billing_written_once BEFORE UPDATE OF {listed} ON billing_bill "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
    )


class Migration(migrations.Migration):
    """Triggers and policies."""

    dependencies = (("billing", "0001_initial"), ("journal", "0002_triggers"))
    operations = (
        migrations.RunSQL(_sql(), migrations.RunSQL.noop),
        migrations.RunPython(_written_once, migrations.RunPython.noop),
    )
