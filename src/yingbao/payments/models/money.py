"""Money that came in and what became of it: payments, receipts, refunds, the close of a clerk's day."""

from __future__ import annotations

from django.db import models

from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7
from yingbao.payments.models.channels import Channel
from yingbao.payments.models.orders import Order
from yingbao.payments.states import HELD, LIVE_REFUNDS, OUTCOMES, RECEIPTS, REFUNDS


class Payment(models.Model):
    """Money a channel says it took, once per transaction of the channel. Written once, with its outcome.

    `order_number` as told; `order` where there is one. `paid_at` is the channel's time, `on` its day in China,
    `told_at` when we heard. `booked_fen` of `fen` was booked; the rest is refunded.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    transaction = models.TextField()
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="payments")
    order_number = models.TextField()
    unit_code = models.TextField()
    fen = models.BigIntegerField()
    booked_fen = models.BigIntegerField()
    paid_at = models.DateTimeField()
    on = models.DateField()
    told_at = models.DateTimeField()
    outcome = models.TextField()
    reason = models.TextField(default="")
    journal_id = models.UUIDField()

    class Meta:
        db_table = "payments_payment"
        indexes = (models.Index(fields=["on", "unit_code"], name="payments_payment_day"),)
        constraints = (
            models.UniqueConstraint(fields=["channel", "transaction"], name="payments_payment_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=list(OUTCOMES)), name="payments_payment_outcome"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["", *HELD]), name="payments_payment_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(fen__gt=0, booked_fen__gte=0, fen__gte=models.F("booked_fen")),
                name="payments_payment_amounts",
            ),
        )


class Receipt(Versioned):
    """What a payer holds for one bill (缴款凭据). `check_code` proves it; void once the money goes back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField()
    check_code = models.TextField()
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="receipts")
    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts", db_index=False)
    bill_id = models.UUIDField()
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    fen = models.BigIntegerField()
    on = models.DateField()
    at = models.DateTimeField()
    state = models.TextField(default="valid")
    voided_on = models.DateField(null=True)
    prints = models.IntegerField(default=0)

    class Meta:
        db_table = "payments_receipt"
        indexes = (models.Index(fields=["resident_id"], name="payments_receipt_resident"),)
        constraints = (
            models.UniqueConstraint(fields=["number"], name="payments_receipt_number"),
            models.UniqueConstraint(
                fields=["bill_id"], name="payments_receipt_one_valid", condition=models.Q(state="valid")
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=list(RECEIPTS)), name="payments_receipt_state"
            ),
            models.CheckConstraint(
                condition=models.Q(state="void", voided_on__isnull=False)
                | models.Q(state="valid", voided_on__isnull=True),
                name="payments_receipt_voided",
            ),
        )


class Refund(Versioned):
    """Money going back: what could not be booked goes by itself, what was booked is asked for and reviewed (N-16).

    `receipt` is the booked part it takes back. `reason` is a code of `states.HELD` or `states.REASONS`.
    `family_fen` of `fen` goes back to the family account it came from.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField()
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="refunds", db_index=False)
    bill_id = models.UUIDField(null=True)
    unit_code = models.TextField()
    fen = models.BigIntegerField()
    family_fen = models.BigIntegerField(default=0)
    reason = models.TextField()
    words = models.TextField(default="")
    key = models.TextField(default="")
    state = models.TextField()
    asked_by = models.UUIDField(null=True)
    asked_name = models.TextField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_name = models.TextField(default="")
    decided_at = models.DateTimeField(null=True)
    channel_number = models.TextField(default="")
    ended_at = models.DateTimeField(null=True)
    failure = models.TextField(default="")

    class Meta:
        db_table = "payments_refund"
        indexes = (
            models.Index(
                fields=["unit_code", "asked_at"],
                name="payments_refund_waiting",
                condition=models.Q(state__in=["asked", "approved", "failed"]),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["number"], name="payments_refund_number"),
            models.UniqueConstraint(
                fields=["receipt"],
                name="payments_refund_one_live",
                condition=models.Q(state__in=list(LIVE_REFUNDS), receipt__isnull=False),
            ),
            models.CheckConstraint(condition=models.Q(state__in=list(REFUNDS)), name="payments_refund_state"),
            models.CheckConstraint(
                condition=models.Q(fen__gt=0, family_fen__gte=0, fen__gte=models.F("family_fen")),
                name="payments_refund_amounts",
            ),
        )


class DayClose(models.Model):
    """The close of a clerk's day at the counter (日结): what was taken by each way, what was counted, the difference."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    unit_code = models.TextField()
    staff_id = models.UUIDField()
    staff_name = models.TextField()
    on = models.DateField()
    orders = models.IntegerField()
    ways = models.JSONField()
    cash_fen = models.BigIntegerField()
    counted_fen = models.BigIntegerField()
    words = models.TextField(default="")
    at = models.DateTimeField()
    journal_id = models.UUIDField()

    class Meta:
        db_table = "payments_day_close"
        constraints = (
            models.UniqueConstraint(fields=["staff_id", "on"], name="payments_day_close_once"),
            models.CheckConstraint(condition=models.Q(counted_fen__gte=0), name="payments_day_close_counted"),
        )
