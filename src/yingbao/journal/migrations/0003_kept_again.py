"""The functions once more: a table whose versions are kept may be given to `journal_keep_versions` again."""

from importlib.resources import files

from django.db import migrations

_FUNCTIONS = files("yingbao.journal").joinpath("sql/versions.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    """Runs the functions' text."""

    dependencies = (("journal", "0002_triggers"),)
    operations = (migrations.RunSQL(_FUNCTIONS, migrations.RunSQL.noop),)
