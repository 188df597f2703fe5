"""Nobody changes or deletes what is booked; vouchers and postings are seen by the unit's region, accounts by everybody."""

from django.db import migrations

_SQL = """
SELECT journal_append_only('ledger_account');
SELECT journal_append_only('ledger_voucher');
SELECT journal_append_only('ledger_posting');
SELECT journal_scope('ledger_voucher', 'journal_reaches(unit_code)');
SELECT journal_scope('ledger_posting', 'journal_reaches(unit_code)');
"""


class Migration(migrations.Migration):
    """Triggers and policies."""

    dependencies = (("ledger", "0001_initial"), ("journal", "0002_triggers"))
    operations = (migrations.RunSQL(_SQL, migrations.RunSQL.noop),)
