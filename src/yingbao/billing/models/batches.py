"""What goes to the tax side out of an issue, and how every line of it came back."""

from __future__ import annotations

from django.db import models

from yingbao.billing.models.bills import Bill
from yingbao.billing.models.registers import Register
from yingbao.billing.states import ANSWERS, BATCHES
from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7


class Batch(models.Model):
    """One file for the tax side: the zero-fee declaration, or identities with their standard (筑医保发〔2023〕17号 五(二))."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    register = models.ForeignKey(Register, models.PROTECT, related_name="batches")
    kind = models.TextField()
    number = models.TextField()
    unit_code = models.TextField()
    at = models.DateTimeField()
    made_by = models.TextField()
    entry_id = models.UUIDField()
    lines = models.BigIntegerField()
    due_fen = models.BigIntegerField()
    subsidy_fen = models.BigIntegerField()
    fiscal_fen = models.BigIntegerField()

    class Meta:
        db_table = "billing_batch"
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=list(BATCHES)), name="billing_batch_kind"),
            models.UniqueConstraint(fields=["number"], name="billing_batch_number"),
        )


class BatchLine(Versioned):
    """One person's line of a batch, and what came of it. `place` counts from 1.

    `booking_id`: what the ledger last booked an accepted declaration under; accepted anew, it gets another.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+", db_index=False)
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="+", db_index=False)
    kind = models.TextField()
    unit_code = models.TextField()
    place = models.BigIntegerField()
    outcome = models.TextField(default="waiting")
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    booking_id = models.UUIDField(null=True)

    class Meta:
        db_table = "billing_batch_line"
        constraints = (
            models.UniqueConstraint(fields=["batch", "place"], name="billing_batch_line_place"),
            # a refused line may go again in another batch, any other goes once
            models.UniqueConstraint(
                fields=["bill", "kind"],
                name="billing_batch_line_once",
                condition=~models.Q(outcome="refused"),
            ),
            models.UniqueConstraint(
                fields=["booking_id"],
                name="billing_batch_line_booking",
                condition=models.Q(booking_id__isnull=False),
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=list(ANSWERS)), name="billing_batch_line_outcome"
            ),
        )
