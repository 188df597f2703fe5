"""Versions of staff and posts. Not bounded by region: sign-in comes before any region is known."""

from django.db import migrations


class Migration(migrations.Migration):
    """Triggers only."""

    dependencies = (("accounts", "0001_initial"), ("journal", "0002_triggers"))
    operations = (
        migrations.RunSQL(
            "SELECT journal_keep_versions('accounts_staff'); SELECT journal_keep_versions('accounts_post');"
            "SELECT journal_append_only('accounts_used_password');"
            "CREATE UNIQUE INDEX accounts_staff_login_any_case ON accounts_staff (lower(login));",
            migrations.RunSQL.noop,
        ),
    )
