"""The pre-collection register: issues that do not change once made."""

from __future__ import annotations

from django.db import models

from yingbao.billing.models.bills import Assessment, Bill
from yingbao.billing.states import DIFFERENCES
from yingbao.kernel.ids import uuid7


class Register(models.Model):
    """One frozen issue of the pre-collection register of a region and year (筑医保发〔2023〕17号 五(二))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    number = models.SmallIntegerField()
    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="+", db_index=False)
    before = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    issued_at = models.DateTimeField()
    issued_by = models.TextField()
    entry_id = models.UUIDField()
    run_id = models.UUIDField(null=True)
    bills = models.BigIntegerField()
    payable = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    standard_fen = models.BigIntegerField()
    changes = models.BigIntegerField()
    digest = models.TextField()

    class Meta:
        db_table = "billing_register"
        constraints = (
            models.UniqueConstraint(
                fields=["unit_code", "benefit_year", "number"], name="billing_register_number"
            ),
            models.UniqueConstraint(
                fields=["run_id"], name="billing_register_run", condition=models.Q(run_id__isnull=False)
            ),
        )


class RegisterBill(models.Model):
    """A bill that stands in an issue."""

    pk = models.CompositePrimaryKey("register_id", "bill_id")
    register = models.ForeignKey(
        Register, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    unit_code = models.TextField()

    class Meta:
        db_table = "billing_register_bill"


class RegisterSum(models.Model):
    """People and fen of an issue by unit, class, outcome and payer.

    The row of payer `person` counts everybody, also those whose amount is not determined (0 fen here); the row of
    another payer counts those it pays for. The standard is the sum over payers.
    """

    pk = models.CompositePrimaryKey("register_id", "unit_code", "category", "outcome", "payer")
    register = models.ForeignKey(Register, models.PROTECT, related_name="sums", db_index=False)
    unit_code = models.TextField()
    category = models.TextField()
    outcome = models.TextField()
    payer = models.TextField()
    people = models.BigIntegerField()
    fen = models.BigIntegerField()

    class Meta:
        db_table = "billing_register_sum"


class RegisterChange(models.Model):
    """One person who stands otherwise in an issue than in the one before: from which bill to which."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    register = models.ForeignKey(Register, models.PROTECT, related_name="+", db_index=False)
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    kind = models.TextField()
    old = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="+", db_index=False)
    new = models.ForeignKey(Bill, models.PROTECT, null=True, related_name="+", db_index=False)
    old_fen = models.BigIntegerField(null=True)
    new_fen = models.BigIntegerField(null=True)

    class Meta:
        db_table = "billing_register_change"
        indexes = (models.Index(fields=["register", "kind", "id"], name="billing_register_change_kind"),)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind__in=list(DIFFERENCES)), name="billing_register_change_kind_known"
            ),
        )
