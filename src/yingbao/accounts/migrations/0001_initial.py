"""Tables of accounts, as Django wrote them."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

import yingbao.kernel.ids


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Staff',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('login', models.TextField(unique=True)),
                ('name', models.TextField()),
                ('unit_code', models.TextField()),
                ('department', models.TextField(blank=True, default='')),
                ('is_active', models.BooleanField(default=True)),
                ('must_change_password', models.BooleanField(default=True)),
                ('password_changed_at', models.DateTimeField(null=True)),
                ('oidc_subject', models.TextField(null=True, unique=True)),
            ],
            options={
                'db_table': 'accounts_staff',
            },
        ),
        migrations.CreateModel(
            name='UsedPassword',
            fields=[
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('hash', models.TextField()),
                ('at', models.DateTimeField()),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'accounts_used_password',
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('known_from', models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow(), editable=False)),
                ('entry_id', models.UUIDField(db_default=django.db.models.functions.comparison.Cast(django.db.models.functions.comparison.NullIf(models.Func(models.Value('app.entry'), models.Value(True), function='current_setting'), models.Value('')), models.UUIDField()), editable=False, null=True)),
                ('id', models.UUIDField(default=yingbao.kernel.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.TextField()),
                ('unit_code', models.TextField()),
                ('unit_name', models.TextField()),
                ('period', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='posts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'accounts_post',
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['village_agent', 'town_clerk', 'county_clerk', 'reviewer', 'chief', 'department', 'finance', 'policy_officer', 'system_admin', 'security_admin', 'audit_admin'])), name='accounts_post_role'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('staff', '='), ('role', '='), ('unit_code', '='), ('period', '&&')], name='accounts_post_once')],
            },
        ),
    ]
