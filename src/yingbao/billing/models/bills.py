"""Assessments, bills and their lines, and what they stand on: releases as they were, parameters supplied."""

from __future__ import annotations

from django.db import models

from yingbao.billing.states import CURRENT, OUTCOMES, STATES
from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.policy.schema.rules import PAYERS

PERSON = "person"


class Release(models.Model):
    """A release as a bill cites it: the files it was made of, so that it answers the same after the files changed."""

    digest = models.TextField(primary_key=True)
    key = models.TextField()
    files = models.JSONField()
    supplied = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "billing_release"


class Counter(models.Model):
    """The last bill number given out for a pooling region and year."""

    id = models.TextField(primary_key=True)
    last = models.BigIntegerField()

    class Meta:
        db_table = "billing_counter"


class Assessment(models.Model):
    """One run of a release over the people of a region: what it read, under which release, and what it came to.

    `at` is the instant by which the registry was read. `parts`: the digest of the release by unit, where counties
    supply figures of their own; the longest unit that a person's unit begins with holds.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    on = models.DateField()
    parts = models.JSONField()
    snapshot_digest = models.TextField()
    people = models.BigIntegerField()
    new_bills = models.BigIntegerField()
    superseded = models.BigIntegerField()
    closed = models.BigIntegerField()
    transfers = models.BigIntegerField()
    at = models.DateTimeField()
    entry_id = models.UUIDField()
    run_id = models.UUIDField(null=True)
    counts = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_assessment"
        indexes = (models.Index(fields=["unit_code", "benefit_year", "-at"], name="billing_assessment_unit"),)
        constraints = (
            models.UniqueConstraint(
                fields=["run_id"], name="billing_assessment_run", condition=models.Q(run_id__isnull=False)
            ),
        )


class Bill(Versioned):
    """What one resident owes for one benefit year under one release, and why.

    `paid_on`: the day it was paid, or its zero-fee declaration accepted.
    Amounts are whole fen. `standard_fen`, `due_fen` NULL: not determined, `missing` says what is. Rules are ids of
    the release `release_digest`. The facts used are what the registry knew at the assessment's instant.
    `fingerprint` is equal for equal answers: whoever gets the same answer again keeps the bill.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField()
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    assessment = models.ForeignKey(
        Assessment, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    state = models.TextField(default="open")
    paid_on = models.DateField(null=True)
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
    window_rule = models.TextField()
    price_rule = models.TextField()
    subsidy_rules = models.TextField()
    cover_rule = models.TextField()
    waiting_rule = models.TextField()
    fiscal = models.BooleanField()
    release_digest = models.TextField()
    fingerprint = models.UUIDField()

    class Meta:
        db_table = "billing_bill"
        indexes = (models.Index(fields=["unit_code", "category"], name="billing_bill_unit"),)
        constraints = (
            models.UniqueConstraint(fields=["number"], name="billing_bill_number"),
            models.UniqueConstraint(
                fields=["resident_id", "benefit_year"],
                name="billing_bill_one_current",
                condition=models.Q(state__in=list(CURRENT)),
            ),
            models.CheckConstraint(condition=models.Q(state__in=list(STATES)), name="billing_bill_state"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=list(OUTCOMES)), name="billing_bill_outcome"
            ),
            models.CheckConstraint(
                condition=models.Q(due_fen__isnull=True)
                | models.Q(due_fen__gte=0, standard_fen__gte=models.F("due_fen")),
                name="billing_bill_amounts",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paid", paid_on__isnull=False) | ~models.Q(state="paid"),
                name="billing_bill_paid_on",
            ),
        )


class Line(models.Model):
    """What one payer gives of a bill: the person, or a payer by subsidy rules. Lines add up to the standard."""

    pk = models.CompositePrimaryKey("bill_id", "payer")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="lines", db_index=False, db_constraint=False)
    payer = models.TextField()
    unit_code = models.TextField()
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


class Transfer(Versioned):
    """A subsidy recognised after the person had paid in full: to the 一卡通 account in that month (当月参保次月资助).

    Noted once a bill; a later change brings neither more nor less. Source: 肃医保〔2023〕48号 三(二); GT-009, GT-011.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="transfers", db_index=False)
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    fen = models.BigIntegerField()
    month = models.TextField()
    category = models.TextField()
    release_digest = models.TextField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "billing_transfer"
        indexes = (models.Index(fields=["month", "unit_code"], name="billing_transfer_month"),)
        constraints = (
            models.UniqueConstraint(fields=["bill"], name="billing_transfer_once"),
            models.CheckConstraint(condition=models.Q(fen__gt=0), name="billing_transfer_amount"),
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
