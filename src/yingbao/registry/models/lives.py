"""What is true of a resident over time: household, residence, school, cover, class, survival, enrolment."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.registry.models.people import Household, Resident
from yingbao.registry.models.units import Unit
from yingbao.registry.states import (
    CHANGES,
    HEAD,
    INSURANCES,
    RELATIONS,
    RESIDENCES,
    STAGES,
    STATES,
    SURVIVALS,
)


def never_twice(name: str, *also: str, condition: models.Q | None = None) -> ExclusionConstraint:
    """No two rows of one resident (and one of `also`) share a day."""
    parts: list[tuple[Any, str]] = [(field, RangeOperators.EQUAL) for field in ("resident", *also)]
    return ExclusionConstraint(
        name=name, expressions=[*parts, ("period", RangeOperators.OVERLAPS)], condition=condition
    )


class Membership(Versioned):
    """Belonging to a household, with the relation to its head (GB/T 4761)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="memberships", db_index=False)
    household = models.ForeignKey(Household, models.PROTECT, related_name="memberships")
    relation = models.TextField()
    period = DateRangeField()

    class Meta:
        db_table = "registry_membership"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(relation__in=list(RELATIONS)), name="registry_membership_relation"
            ),
            never_twice("registry_membership_once"),
            ExclusionConstraint(
                name="registry_membership_one_head",
                expressions=[("household", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
                condition=models.Q(relation=HEAD),
            ),
        )


class Residence(Versioned):
    """On what basis a person is registered where, with the residence permit's days where there is one.

    `hukou_place` is the printed name of the unit the hukou lies in; `works_in` a farm, station or park.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="residences", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    basis = models.TextField()
    hukou_place = models.TextField(blank=True)
    permit_until = models.DateField(null=True)
    works_in = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    period = DateRangeField()

    class Meta:
        db_table = "registry_residence"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(basis__in=list(RESIDENCES)), name="registry_residence_basis"
            ),
            never_twice("registry_residence_once"),
        )


class Schooling(Versioned):
    """At which school, in which stage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="schoolings", db_index=False)
    stage = models.TextField()
    school = models.TextField(blank=True)
    period = DateRangeField()

    class Meta:
        db_table = "registry_schooling"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(stage__in=list(STAGES)), name="registry_schooling_stage"
            ),
            never_twice("registry_schooling_once"),
        )


class Cover(Versioned):
    """Basic insurance of any kind, here or elsewhere. One person, one insurance at a time: spans never overlap.

    `insurance` is insutype of the national platform; `place` the pooling region's code or name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="covers", db_index=False)
    insurance = models.TextField()
    place = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    period = DateRangeField()

    class Meta:
        db_table = "registry_cover"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(insurance__in=list(INSURANCES)), name="registry_cover_insurance"
            ),
            never_twice("registry_cover_once"),
        )


class Holding(Versioned):
    """A class a person holds, certified by whom on what evidence; `period` from recognition through its last day.

    `recognised_unknown`: held since before anyone wrote it down; the period then begins at birth.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="holdings", db_index=False)
    category = models.TextField()
    certified_by = models.TextField()
    evidence = models.TextField(blank=True)
    recognised_unknown = models.BooleanField(default=False)
    period = DateRangeField()

    class Meta:
        db_table = "registry_holding"
        constraints = (never_twice("registry_holding_once", "category"),)


class Survival(Versioned):
    """Dead, in prison, enlisted or missing, with the evidence (N-11); no row is alive and here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="survivals", db_index=False)
    status = models.TextField()
    evidence = models.TextField(blank=True)
    period = DateRangeField()

    class Meta:
        db_table = "registry_survival"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(status__in=list(SURVIVALS)), name="registry_survival_status"
            ),
            never_twice("registry_survival_once"),
        )


class Change(Versioned):
    """A change of the enrolment state (psn_chg_type), on a day, with the reason: an edge of `states.EDGES`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    resident = models.ForeignKey(Resident, models.PROTECT, related_name="changes")
    kind = models.TextField()
    from_state = models.TextField()
    to_state = models.TextField()
    on = models.DateField()
    reason = models.TextField()

    class Meta:
        db_table = "registry_change"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(CHANGES)), name="registry_change_kind"),
            models.CheckConstraint(
                condition=models.Q(from_state__in=list(STATES), to_state__in=list(STATES)),
                name="registry_change_states",
            ),
        )
