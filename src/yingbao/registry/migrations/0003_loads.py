"""What is not known of a resident, and the faults of a load."""

import django.contrib.postgres.fields
from django.db import migrations, models

import yingbao.kernel.ids


class Migration(migrations.Migration):
    """A column, a table, and their triggers and policy."""

    dependencies = (
        ("registry", "0002_versions_and_scope"),
        ("journal", "0003_kept_again"),
    )

    operations = (
        migrations.AddField(
            model_name="resident",
            name="unknown",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                db_default=models.Value(
                    [], django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)
                ),
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="LoadFault",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("entry_id", models.UUIDField()),
                ("run_id", models.UUIDField(null=True)),
                ("unit_code", models.TextField()),
                ("row", models.IntegerField()),
                ("outcome", models.TextField()),
                ("place", models.TextField()),
                ("sentence", models.TextField()),
            ],
            options={
                "db_table": "registry_load_fault",
                "indexes": [models.Index(fields=["entry_id", "row"], name="registry_load_fault_entry")],
            },
        ),
        migrations.RunSQL(
            "SELECT journal_keep_versions('registry_resident'); SELECT journal_append_only('registry_load_fault'); "
            "SELECT journal_scope('registry_load_fault', 'journal_reaches(unit_code)')",
            migrations.RunSQL.noop,
        ),
    )
