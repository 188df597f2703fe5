"""Tables of the journal, as Django wrote them."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

import yingbao.kernel.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Seal',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('through_at', models.DateTimeField()),
                ('entries', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('digests', models.BinaryField()),
                ('previous', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('mac', models.BinaryField()),
            ],
            options={
                'db_table': 'journal_seal',
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('staff_id', models.UUIDField(null=True)),
                ('staff_name', models.TextField()),
                ('role', models.TextField()),
                ('unit_code', models.TextField()),
                ('action', models.TextField()),
                ('subject', models.TextField()),
                ('subject_id', models.UUIDField(null=True)),
                ('grounds', models.TextField(blank=True)),
                ('facts', models.JSONField(default=dict)),
                ('address', models.TextField(blank=True)),
                ('mac', models.BinaryField()),
            ],
            options={
                'db_table': 'journal_entry',
                'indexes': [models.Index(fields=['subject_id', 'at'], name='journal_entry_subject'), models.Index(fields=['unit_code', '-at'], name='journal_entry_unit'), models.Index(fields=['staff_id', '-at'], name='journal_entry_staff')],
            },
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('topic', models.TextField()),
                ('entry_id', models.UUIDField()),
                ('facts', models.JSONField(default=dict)),
                ('taken_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'journal_outbox',
                'indexes': [models.Index(condition=models.Q(('taken_at__isnull', True)), fields=['topic', 'id'], name='journal_outbox_open')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('unit_code', models.TextField()),
                ('staff_id', models.UUIDField(null=True)),
                ('staff_name', models.TextField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('started_at', models.DateTimeField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('done', models.BigIntegerField(default=0)),
                ('total', models.BigIntegerField(default=0)),
                ('outcome', models.TextField(default='waiting')),
                ('sentence', models.TextField(blank=True)),
                ('given', models.JSONField(default=dict)),
            ],
            options={
                'db_table': 'journal_run',
                'indexes': [models.Index(fields=['unit_code', '-asked_at'], name='journal_run_unit')],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'running', 'done', 'partly', 'failed'])), name='journal_run_outcome')],
            },
        ),
    ]
