"""Residents and households."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import OpClass
from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.registry.models.units import Unit
from yingbao.registry.states import DOCUMENT_KINDS, STATES


class Household(Versioned):
    """A household book (户口簿) or those who live as one household. `number` is the 户号 people know it by."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    address = models.TextField(blank=True)

    class Meta:
        db_table = "registry_household"
        constraints = (models.UniqueConstraint(fields=["number"], name="registry_household_number"),)


class Resident(Versioned):
    """One person, once. `unit` is where enrolment is managed today (follows `Residence`).

    `document_sealed`, `phone_sealed` are sealed; `document_key`, `phone_key` find them (keyed index). `initials` and
    `pinyin` serve search and sorting. `insured_years` NULL: nobody knows. `state` is psn_insu_stas of the national
    platform. `unknown` names facts nobody knows although an empty place would mean “none” (`policy.facts`: absent none).
    `merged_into` is the record that stands for this person where two were one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    name = models.TextField()
    initials = models.TextField()
    pinyin = models.TextField()
    sex = models.TextField()
    birth_date = models.DateField()
    nation = models.TextField(default="")
    document_kind = models.TextField(default="")
    document_sealed = models.BinaryField(null=True)
    document_key = models.BinaryField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_key = models.BinaryField(null=True)
    state = models.TextField(default="0")
    insured_years = ArrayField(models.SmallIntegerField(), null=True)
    repaid_years = ArrayField(models.SmallIntegerField(), default=list)
    military_dependant = models.BooleanField(null=True)
    discharged_on = models.DateField(null=True)
    unknown = ArrayField(
        models.TextField(), default=list, db_default=models.Value([], ArrayField(models.TextField()))
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        db_table = "registry_resident"
        indexes = (
            models.Index(fields=["unit", "pinyin"], name="registry_resident_unit"),
            models.Index(fields=["name"], name="registry_resident_name"),
            models.Index(OpClass("initials", "text_pattern_ops"), name="registry_resident_initials"),
            models.Index(
                fields=["phone_key"],
                name="registry_resident_phone",
                condition=models.Q(phone_key__isnull=False),
            ),
            models.Index(
                fields=["merged_into"],
                name="registry_resident_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["document_key"],
                name="registry_resident_document",
                condition=models.Q(merged_into__isnull=True, document_key__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=list(STATES)), name="registry_resident_state"
            ),
            models.CheckConstraint(
                condition=models.Q(sex__in=["male", "female"]), name="registry_resident_sex"
            ),
            models.CheckConstraint(
                condition=models.Q(document_kind__in=["", *DOCUMENT_KINDS]),
                name="registry_resident_document_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(document_key__isnull=True, document_sealed__isnull=True, document_kind="")
                | models.Q(document_key__isnull=False, document_sealed__isnull=False)
                & ~models.Q(document_kind=""),
                name="registry_resident_document_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("id")), name="registry_resident_not_itself"
            ),
        )
