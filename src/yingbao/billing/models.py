"""Tables of billing. Private: other rooms come through `actions`, `queries` and `states`.

A bill is written once. What changes is its `state`; another amount is another bill that names the one before (N-13).
"""

from __future__ import annotations

from django.db import models

from yingbao.billing.states import DECLARATIONS, OUTCOMES, STATES
from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.policy.schema.rules import PAYERS

PERSON = "person"


class Assessment(models.Model):
    """One run of a release over the people of a region: what it read, under which release, and what it came to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    on = models.DateField()
    release_digest = models.TextField()
    snapshot_digest = models.TextField()
    people = models.BigIntegerField()
    new_bills = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    entry_id = models.UUIDField()
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_assessment"
        indexes = (models.Index(fields=["unit_code", "benefit_year", "-at"], name="billing_assessment_unit"),)


class Bill(Versioned):
    """What one resident owes for one benefit year under one release, and why.

    Amounts are whole fen. `standard_fen`, `due_fen` NULL: not determined, `missing` says what is. Rules are ids of
    the release `release_digest`. The facts used are what the registry knew at the assessment's instant (`at`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField(unique=True)
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", db_index=False)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.TextField(default="open")
    outcome = models.TextField()
    reason = models.TextField()
    missing = models.TextField()
    category = models.TextField()
    standard_fen = models.BigIntegerField(null=True)
    due_fen = models.BigIntegerField(null=True)
    delivery = models.TextField()
    benefit_start = models.DateField(null=True)
    benefit_end = models.DateField(null=True)
    waiting_days = models.IntegerField(null=True)
    transfer_fen = models.BigIntegerField(null=True)
    transfer_month = models.TextField()
    window_rule = models.TextField()
    price_rule = models.TextField()
    subsidy_rules = models.TextField()
    cover_rule = models.TextField()
    waiting_rule = models.TextField()
    fiscal = models.BooleanField()
    release_digest = models.TextField()

    class Meta:
        db_table = "billing_bill"
        indexes = (
            models.Index(fields=["resident_id", "benefit_year"], name="billing_bill_resident"),
            models.Index(fields=["unit_code", "benefit_year"], name="billing_bill_unit"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["resident_id", "benefit_year"],
                name="billing_bill_one_current",
                condition=~models.Q(state="superseded"),
            ),
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="billing_bill_state"),
            models.CheckConstraint(condition=models.Q(outcome__in=list(OUTCOMES)), name="billing_bill_outcome"),
            models.CheckConstraint(
                condition=models.Q(due_fen__isnull=True)
                | models.Q(due_fen__gte=0, standard_fen__gte=models.F("due_fen")),
                name="billing_bill_amounts",
            ),
        )


class Line(models.Model):
    """What one payer gives of a bill: the person, or a payer by one subsidy rule. Lines add up to the standard."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines")
    payer = models.TextField()
    fen = models.BigIntegerField()
    rule = models.TextField()

    class Meta:
        db_table = "billing_line"
        constraints = (
            models.CheckConstraint(condition=models.Q(fen__gte=0), name="billing_line_not_negative"),
            models.CheckConstraint(
                condition=models.Q(payer__in=[PERSON, *PAYERS]), name="billing_line_payer"
            ),
        )


class Register(models.Model):
    """One frozen issue of the pre-collection register of a region and year (筑医保发〔2023〕17号 五(二))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    number = models.SmallIntegerField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_by = models.TextField()
    entry_id = models.UUIDField()
    bills = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    standard_fen = models.BigIntegerField()
    digest = models.TextField()

    class Meta:
        db_table = "billing_register"
        constraints = (
            models.UniqueConstraint(
                fields=["unit_code", "benefit_year", "number"], name="billing_register_number"
            ),
        )


class RegisterBill(models.Model):
    """A bill that stands in an issue."""

    pk = models.CompositePrimaryKey("register_id", "bill_id")
    register = models.ForeignKey(Register, models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "billing_register_bill"


class Declaration(Versioned):
    """The zero-fee declaration (零费申报) of one person in one batch, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    register = models.ForeignKey(Register, models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+")
    unit_code = models.TextField()
    outcome = models.TextField(default="waiting")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "billing_declaration"
        constraints = (
            models.UniqueConstraint(fields=["bill"], name="billing_declaration_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=list(DECLARATIONS)), name="billing_declaration_outcome"
            ),
        )


class Supplied(Versioned):
    """A parameter a county supplies where the notice leaves it to an older document (JC-020), with its source."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    parameter = models.TextField()
    value = models.TextField()
    source = models.TextField()
    supplied_by = models.TextField()

    class Meta:
        db_table = "billing_supplied"
        constraints = (
            models.UniqueConstraint(
                fields=["unit_code", "benefit_year", "parameter"], name="billing_supplied_once"
            ),
        )
