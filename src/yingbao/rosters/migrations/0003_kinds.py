"""Lists about something else than classes: what a list is about, the school or place of a row, spellings of each kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three columns, a constraint wider, and the versions of the two tables with their new columns."""

    dependencies = (
        ("rosters", "0002_versions_and_scope"),
        ("journal", "0003_kept_again"),
    )
    operations = (
        migrations.AddField(
            model_name="roster",
            name="kind",
            field=models.TextField(default="classes"),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["classes", "study", "deaths", "moves"])),
                name="rosters_roster_kind",
            ),
        ),
        migrations.AddField(
            model_name="row",
            name="site",
            field=models.TextField(default=""),
        ),
        migrations.AddField(
            model_name="spelling",
            name="about",
            field=models.TextField(default="classes"),
        ),
        migrations.RemoveConstraint(model_name="spelling", name="rosters_spelling_once"),
        migrations.AddConstraint(
            model_name="spelling",
            constraint=models.UniqueConstraint(
                fields=("unit_code", "sender", "about", "kind", "written"), name="rosters_spelling_once"
            ),
        ),
        migrations.RunSQL(
            "SELECT journal_keep_versions('rosters_roster'); SELECT journal_keep_versions('rosters_spelling')",
            migrations.RunSQL.noop,
        ),
    )
