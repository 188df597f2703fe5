"""Units from province to village, those that are no division, and who is responsible for which."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7

UNIT_KINDS = {
    "province": "省",
    "city": "市",
    "county": "县区",
    "town": "镇",
    "township": "乡",
    "street": "街道",
    "headquarters": "指挥部",
    "village": "村",
    "community": "社区",
    "farm": "农牧场",
    "station": "站",
    "park": "园区",
}
#: GB/T 2260 and 统计用区划代码 by level, or a local code behind a dash.
UNIT_CODE = r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}){0,2})?)?(-[A-Z0-9]{1,12})?$"
DUTY_KINDS = {
    "leads": "主要领导负总责",
    "town": "班子成员包镇",
    "village": "中层骨干包村",
    "clerk": "医保专干",
    "agent": "村代办员、协管员",
}


class Unit(Versioned):
    """A unit that people are registered in or work in. What lies below it has a code that begins with its own."""

    code = models.TextField(primary_key=True)
    name = models.TextField()
    kind = models.TextField()
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    period = DateRangeField()

    class Meta:
        db_table = "registry_unit"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(UNIT_KINDS)), name="registry_unit_kind"),
            models.CheckConstraint(
                condition=models.Q(code__regex=UNIT_CODE),
                name="registry_unit_code",
            ),
        )


class Assignment(Versioned):
    """Who manages the people of a farm or station: one unit, or a unit by where the hukou lies.

    Source: 肃医保〔2023〕48号 四(三); the document of the assignment stands in `source`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="assignments")
    hukou_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    source = models.TextField()
    period = DateRangeField()

    class Meta:
        db_table = "registry_assignment"
        constraints = (
            ExclusionConstraint(
                name="registry_assignment_once",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (models.functions.Coalesce("hukou_unit", models.Value("")), RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        )


class Duty(Versioned):
    """A person who answers for a unit's enrolment, in what capacity. Source: 晋市医保发〔2023〕10号 五(三); 高台 六(一)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="duties")
    kind = models.TextField()
    person_name = models.TextField()
    position = models.TextField(blank=True)
    phone_sealed = models.BinaryField(null=True)
    period = DateRangeField()

    class Meta:
        db_table = "registry_duty"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(DUTY_KINDS)), name="registry_duty_kind"),
            ExclusionConstraint(
                name="registry_duty_one_leader",
                expressions=[("unit", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(kind="leads"),
            ),
        )
