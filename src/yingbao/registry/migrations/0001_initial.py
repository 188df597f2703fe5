"""Tables of the registry, as Django wrote them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
import yingbao.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('code', models.TextField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('kind', models.TextField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('parent', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_unit',
            },
        ),
        migrations.CreateModel(
            name='Resident',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('initials', models.TextField()),
                ('pinyin', models.TextField()),
                ('sex', models.TextField()),
                ('birth_date', models.DateField()),
                ('nation', models.TextField(default='')),
                ('document_kind', models.TextField(default='')),
                ('document_sealed', models.BinaryField(null=True)),
                ('document_key', models.BinaryField(null=True)),
                ('phone_sealed', models.BinaryField(null=True)),
                ('phone_key', models.BinaryField(null=True)),
                ('state', models.TextField(default='0')),
                ('insured_years', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), null=True, size=None)),
                ('repaid_years', django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), default=list, size=None)),
                ('military_dependant', models.BooleanField(null=True)),
                ('discharged_on', models.DateField(null=True)),
                ('merged_into', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.resident')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_resident',
            },
        ),
        migrations.CreateModel(
            name='Residence',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('basis', models.TextField()),
                ('hukou_place', models.TextField(blank=True)),
                ('permit_until', models.DateField(null=True)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='residences', to='registry.resident')),
                ('unit', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
                ('works_in', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_residence',
            },
        ),
        migrations.CreateModel(
            name='Household',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.TextField()),
                ('address', models.TextField(blank=True)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_household',
            },
        ),
        migrations.CreateModel(
            name='Duty',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('person_name', models.TextField()),
                ('position', models.TextField(blank=True)),
                ('phone_sealed', models.BinaryField(null=True)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='duties', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_duty',
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.TextField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('hukou_unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
                ('to_unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.unit')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='registry.unit')),
            ],
            options={
                'db_table': 'registry_assignment',
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('grounds', models.TextField()),
                ('asked_by', models.UUIDField(null=True)),
                ('asked_by_name', models.TextField()),
                ('asked_at', models.DateTimeField()),
                ('outcome', models.TextField(default='waiting')),
                ('decided_by', models.UUIDField(null=True)),
                ('decided_by_name', models.TextField(blank=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decision_grounds', models.TextField(blank=True)),
                ('moved', models.JSONField(default=dict)),
                ('gone', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.resident')),
                ('kept', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_merge',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['merge', 'split'])), name='registry_merge_kind'), models.CheckConstraint(condition=models.Q(('outcome__in', ['waiting', 'approved', 'refused'])), name='registry_merge_outcome'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='registry_merge_two_people'), models.UniqueConstraint(condition=models.Q(('outcome', 'waiting')), fields=('kept', 'gone'), name='registry_merge_once')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('relation', models.TextField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('household', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.household')),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_membership',
                'constraints': [models.CheckConstraint(condition=models.Q(('relation__in', ['01', '02', '10', '11', '12', '20', '21', '22', '23', '24', '27', '28', '29', '30', '31', '32', '33', '34', '37', '38', '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '57', '58', '60', '61', '62', '63', '64', '70', '71', '72', '73', '74', '75', '76', '77', '78', '80', '81', '82', '83', '84', '85', '86', '97', '99'])), name='registry_membership_relation'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('period', '&&')], name='registry_membership_once'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('relation', '02')), expressions=[('household', '='), ('period', '&&')], name='registry_membership_one_head')],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('category', models.TextField()),
                ('certified_by', models.TextField()),
                ('evidence', models.TextField(blank=True)),
                ('recognised_unknown', models.BooleanField(default=False)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='holdings', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_holding',
                'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('category', '='), ('period', '&&')], name='registry_holding_once')],
            },
        ),
        migrations.CreateModel(
            name='Cover',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('insurance', models.TextField()),
                ('place', models.TextField(blank=True)),
                ('evidence', models.TextField(blank=True)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_cover',
                'constraints': [models.CheckConstraint(condition=models.Q(('insurance__in', ['310', '390'])), name='registry_cover_insurance'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('period', '&&')], name='registry_cover_once')],
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.TextField()),
                ('from_state', models.TextField()),
                ('to_state', models.TextField()),
                ('on', models.DateField()),
                ('reason', models.TextField()),
                ('resident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_change',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['11', '12', '13', '14', '21', '22', '23', '24', '27'])), name='registry_change_kind'), models.CheckConstraint(condition=models.Q(('from_state__in', ['0', '1', '2', '3', '4']), ('to_state__in', ['0', '1', '2', '3', '4'])), name='registry_change_states')],
            },
        ),
        migrations.CreateModel(
            name='Schooling',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stage', models.TextField()),
                ('school', models.TextField(blank=True)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='schoolings', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_schooling',
                'constraints': [models.CheckConstraint(condition=models.Q(('stage__in', ['kindergarten', 'primary', 'junior', 'senior', 'vocational', 'university', 'freshman'])), name='registry_schooling_stage'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('period', '&&')], name='registry_schooling_once')],
            },
        ),
        migrations.CreateModel(
            name='Survival',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('status', models.TextField()),
                ('evidence', models.TextField(blank=True)),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('resident', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='survivals', to='registry.resident')),
            ],
            options={
                'db_table': 'registry_survival',
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['died', 'imprisoned', 'missing', 'enlisted'])), name='registry_survival_status'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('period', '&&')], name='registry_survival_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['province', 'city', 'county', 'town', 'township', 'street', 'headquarters', 'village', 'community', 'farm', 'station', 'park'])), name='registry_unit_kind'),
        ),
        migrations.AddConstraint(
            model_name='unit',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}){0,2})?)?(-[A-Z0-9]{1,12})?$')), name='registry_unit_code'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['unit', 'pinyin'], name='registry_resident_unit'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(fields=['name'], name='registry_resident_name'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(django.contrib.postgres.indexes.OpClass('initials', 'text_pattern_ops'), name='registry_resident_initials'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(condition=models.Q(('phone_key__isnull', False)), fields=['phone_key'], name='registry_resident_phone'),
        ),
        migrations.AddIndex(
            model_name='resident',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='registry_resident_merged'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.UniqueConstraint(condition=models.Q(('document_key__isnull', False), ('merged_into__isnull', True)), fields=('document_key',), name='registry_resident_document'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['0', '1', '2', '3', '4'])), name='registry_resident_state'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['male', 'female'])), name='registry_resident_sex'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.CheckConstraint(condition=models.Q(('document_kind__in', ['', '01', '04', '05', '06', '07', '08', '17', '90', '99'])), name='registry_resident_document_kind'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('document_key__isnull', True), ('document_kind', ''), ('document_sealed__isnull', True)), models.Q(('document_key__isnull', False), ('document_sealed__isnull', False), models.Q(('document_kind', ''), _negated=True)), _connector='OR'), name='registry_resident_document_whole'),
        ),
        migrations.AddConstraint(
            model_name='resident',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='registry_resident_not_itself'),
        ),
        migrations.AddConstraint(
            model_name='residence',
            constraint=models.CheckConstraint(condition=models.Q(('basis__in', ['hukou', 'residence_permit', 'enrolled_student', 'resident_without_permit'])), name='registry_residence_basis'),
        ),
        migrations.AddConstraint(
            model_name='residence',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('resident', '='), ('period', '&&')], name='registry_residence_once'),
        ),
        migrations.AddConstraint(
            model_name='household',
            constraint=models.UniqueConstraint(fields=('number',), name='registry_household_number'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['leads', 'town', 'village', 'clerk', 'agent'])), name='registry_duty_kind'),
        ),
        migrations.AddConstraint(
            model_name='duty',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('kind', 'leads')), expressions=[('unit', '='), ('period', '&&')], name='registry_duty_one_leader'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('unit', '='), (django.db.models.functions.comparison.Coalesce('hukou_unit', models.Value('')), '='), ('period', '&&')], name='registry_assignment_once'),
        ),
    ]
