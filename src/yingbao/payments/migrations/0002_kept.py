"""What is kept in versions, what nobody changes, who sees which rows, what may change of an order, and numbers."""

from django.db import migrations

_VERSIONED = ("channel", "channel_key", "receipt", "refund")
_APPENDED = ("line", "tender", "payment", "day_close")
_BY_UNIT = ("order", "line", "tender", "payment", "receipt", "refund", "day_close")
#: What may change of an order; the other columns are written once.
_CHANGING = {"state", "transaction", "paid_at", "ended_at"}
#: Blocks of numbers are drawn by each process for itself (`payments.numbering`): nobody waits for a number.
_NUMBERS = "CREATE SEQUENCE payments_number INCREMENT 1000 START 1;"


def _sql() -> str:
    lines = [f"SELECT journal_keep_versions('payments_{table}');" for table in _VERSIONED]
    lines += [f"SELECT journal_append_only('payments_{table}');" for table in _APPENDED]
    lines += [
        f"SELECT journal_scope('payments_{table}', 'journal_reaches(unit_code)');" for table in _BY_UNIT
    ]
    lines.append("SELECT journal_never_deleted('payments_order');")
    # a channel is its unit's to change; who takes money below that unit reads it
    lines.append("SELECT journal_scope('payments_channel', 'journal_reaches(unit_code)');")
    lines.append(
        "CREATE POLICY above ON payments_channel FOR SELECT USING "
        "(starts_with(nullif(current_setting('app.region', true), ''), unit_code));"
    )
    return "\n".join([*lines, _NUMBERS])


def _written_once(apps, schema_editor) -> None:  # type: ignore[no-untyped-def]
    columns = [f.column for f in apps.get_model("payments", "Order")._meta.concrete_fields]
    listed = ", ".join(f'"{name}"' for name in columns if name not in _CHANGING)
    schema_editor.execute(
        f"CREATE TRIGGER payments_written_once BEFORE UPDATE OF {listed} ON payments_order "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()"
    )


class Migration(migrations.Migration):
    """Triggers, policies and the sequence."""

    dependencies = (("payments", "0001_initial"), ("journal", "0002_triggers"))
    operations = (
        migrations.RunSQL(_sql(), migrations.RunSQL.noop),
        migrations.RunPython(_written_once, migrations.RunPython.noop),
    )
