"""Tables of rosters: lists, their rows and candidates, the sealed file, spellings confirmed."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

import yingbao.kernel.ids


class Migration(migrations.Migration):
    """The first tables."""

    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("resident_id", models.UUIDField()),
                ("score", models.SmallIntegerField()),
            ],
            options={
                "db_table": "rosters_candidate",
            },
        ),
        migrations.CreateModel(
            name="Roster",
            fields=[
                (
                    "known_from",
                    models.DateTimeField(
                        db_default=django.contrib.postgres.functions.TransactionNow(), editable=False
                    ),
                ),
                (
                    "entry_id",
                    models.UUIDField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.NullIf(
                                models.Func(
                                    models.Value("app.entry"), models.Value(True), function="current_setting"
                                ),
                                models.Value(""),
                            ),
                            models.UUIDField(),
                        ),
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit_code", models.TextField()),
                ("region", models.TextField()),
                ("sender", models.TextField()),
                ("as_of", models.DateField()),
                ("extent", models.TextField()),
                ("benefit_year", models.SmallIntegerField()),
                ("classes", models.JSONField(default=list)),
                ("basis", models.TextField(default="")),
                ("previous_id", models.UUIDField(null=True)),
                ("run_id", models.UUIDField(null=True)),
                ("file_name", models.TextField()),
                ("file_digest", models.TextField()),
                ("state", models.TextField(default="reading")),
                ("layout", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("handed_by", models.UUIDField(null=True)),
                ("handed_by_name", models.TextField()),
                ("handed_at", models.DateTimeField()),
                ("submitted_by", models.UUIDField(null=True)),
                ("submitted_by_name", models.TextField(blank=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_by_name", models.TextField(blank=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decision_grounds", models.TextField(blank=True)),
            ],
            options={
                "db_table": "rosters_roster",
            },
        ),
        migrations.CreateModel(
            name="Row",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sheet", models.TextField()),
                ("number", models.IntegerField()),
                ("name", models.TextField()),
                ("document_sealed", models.BinaryField(null=True)),
                ("document_key", models.BinaryField(null=True)),
                ("written", models.TextField()),
                ("category", models.TextField()),
                ("recognised_on", models.DateField(null=True)),
                ("ended_on", models.DateField(null=True)),
                ("since", models.DateField(null=True)),
                ("outcome", models.TextField()),
                ("effect", models.TextField(default="none")),
                ("reason", models.TextField()),
                ("sentence", models.TextField()),
                ("resident_id", models.UUIDField(null=True)),
                ("compared_id", models.UUIDField(null=True)),
                ("score", models.SmallIntegerField(default=0)),
                ("before_id", models.UUIDField(null=True)),
                ("decision", models.TextField(default="")),
                ("decided_by_name", models.TextField(default="")),
            ],
            options={
                "db_table": "rosters_row",
            },
        ),
        migrations.CreateModel(
            name="Spelling",
            fields=[
                (
                    "known_from",
                    models.DateTimeField(
                        db_default=django.contrib.postgres.functions.TransactionNow(), editable=False
                    ),
                ),
                (
                    "entry_id",
                    models.UUIDField(
                        db_default=django.db.models.functions.comparison.Cast(
                            django.db.models.functions.comparison.NullIf(
                                models.Func(
                                    models.Value("app.entry"), models.Value(True), function="current_setting"
                                ),
                                models.Value(""),
                            ),
                            models.UUIDField(),
                        ),
                        editable=False,
                        null=True,
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("unit_code", models.TextField()),
                ("sender", models.TextField()),
                ("kind", models.TextField()),
                ("written", models.TextField()),
                ("meaning", models.TextField()),
                ("confirmed_by_name", models.TextField()),
            ],
            options={
                "db_table": "rosters_spelling",
            },
        ),
        migrations.CreateModel(
            name="File",
            fields=[
                (
                    "roster",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="rosters.roster",
                    ),
                ),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "rosters_file",
            },
        ),
        migrations.AddIndex(
            model_name="roster",
            index=models.Index(fields=["unit_code", "sender", "-as_of"], name="rosters_roster_sender"),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["reading", "checked", "submitted", "applied", "withdrawn"])
                ),
                name="rosters_roster_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(("extent__in", ["full", "changes"])), name="rosters_roster_extent"
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("submitted_by")), _negated=True),
                    _connector="OR",
                ),
                name="rosters_roster_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="roster",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "withdrawn"), _negated=True),
                fields=("unit_code", "sender", "file_digest"),
                name="rosters_roster_once",
            ),
        ),
        migrations.AddField(
            model_name="row",
            name="roster",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rows",
                to="rosters.roster",
            ),
        ),
        migrations.AddField(
            model_name="candidate",
            name="row",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="candidates",
                to="rosters.row",
            ),
        ),
        migrations.AddConstraint(
            model_name="spelling",
            constraint=models.UniqueConstraint(
                fields=("unit_code", "sender", "kind", "written"), name="rosters_spelling_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="spelling",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["class", "column"])), name="rosters_spelling_kind"
            ),
        ),
        migrations.AddIndex(
            model_name="row",
            index=models.Index(fields=["roster", "outcome", "id"], name="rosters_row_outcome"),
        ),
        migrations.AddConstraint(
            model_name="row",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        [
                            "new",
                            "ended",
                            "changed",
                            "unchanged",
                            "person_unknown",
                            "several_persons",
                            "contradicts",
                            "unreadable",
                        ],
                    )
                ),
                name="rosters_row_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="row",
            constraint=models.CheckConstraint(
                condition=models.Q(("decision__in", ["", "matched", "dropped", "kept"])),
                name="rosters_row_decision",
            ),
        ),
        migrations.AddConstraint(
            model_name="row",
            constraint=models.CheckConstraint(
                condition=models.Q(("effect__in", ["none", "new", "changed", "ended"])),
                name="rosters_row_effect",
            ),
        ),
    )
