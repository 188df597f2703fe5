"""Orders: who is asked for how much for which bills, and by what it is to be paid."""

from __future__ import annotations

from django.db import models

from yingbao.kernel.ids import uuid7
from yingbao.payments.models.channels import Channel
from yingbao.payments.states import KINDS, ORDERS, TENDERS


class Order(models.Model):
    """A request for money for one or more bills of a benefit year. Only its state and what was paid change.

    `key` is the caller's own number: the same key is the same order; `content` tells whether it asks for the same.
    `quoted_on`: the day in China the price holds for. `transaction`, `paid_at`: the channel's number and time.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.TextField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+", db_index=False)
    key = models.TextField()
    content = models.BinaryField()
    kind = models.TextField()
    unit_code = models.TextField()
    benefit_year = models.SmallIntegerField()
    state = models.TextField(default="open")
    total_fen = models.BigIntegerField()
    quoted_on = models.DateField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    staff_id = models.UUIDField(null=True)
    staff_name = models.TextField(default="")
    transaction = models.TextField(null=True)
    paid_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    journal_id = models.UUIDField()

    class Meta:
        db_table = "payments_order"
        indexes = (
            models.Index(
                fields=["expires_at"],
                name="payments_order_waiting",
                condition=models.Q(state__in=["open", "paying"]),
            ),
            models.Index(fields=["unit_code", "-made_at"], name="payments_order_unit"),
        )
        constraints = (
            models.UniqueConstraint(fields=["number"], name="payments_order_number"),
            models.UniqueConstraint(fields=["channel", "key"], name="payments_order_key"),
            models.CheckConstraint(condition=models.Q(state__in=list(ORDERS)), name="payments_order_state"),
            models.CheckConstraint(condition=models.Q(kind__in=list(KINDS)), name="payments_order_kind"),
            models.CheckConstraint(condition=models.Q(total_fen__gt=0), name="payments_order_total"),
        )


class Line(models.Model):
    """One bill of an order. `as_billed`: the price of the day is the bill's own; otherwise a new bill is written when paid."""

    pk = models.CompositePrimaryKey("order_id", "bill_id")
    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    bill_id = models.UUIDField()
    resident_id = models.UUIDField()
    unit_code = models.TextField()
    fen = models.BigIntegerField()
    as_billed = models.BooleanField()

    class Meta:
        db_table = "payments_line"
        indexes = (
            models.Index(fields=["bill_id"], name="payments_line_bill"),
            models.Index(fields=["resident_id"], name="payments_line_resident"),
        )
        constraints = (models.CheckConstraint(condition=models.Q(fen__gt=0), name="payments_line_amount"),)


class Tender(models.Model):
    """By what a part of an order is paid. For a family account: whose, in what relation, checked or only declared.

    `holder_sealed` is the employee's ID number, sealed; `relation` as the release prints it (`channels`, relatives).
    """

    pk = models.CompositePrimaryKey("order_id", "way")
    order = models.ForeignKey(Order, models.PROTECT, related_name="tenders", db_index=False)
    way = models.TextField()
    fen = models.BigIntegerField()
    unit_code = models.TextField()
    holder_sealed = models.BinaryField(null=True)
    relation = models.TextField(default="")
    relation_checked = models.BooleanField(default=False)

    class Meta:
        db_table = "payments_tender"
        constraints = (
            models.CheckConstraint(condition=models.Q(way__in=list(TENDERS)), name="payments_tender_way"),
            models.CheckConstraint(condition=models.Q(fen__gt=0), name="payments_tender_amount"),
            models.CheckConstraint(
                condition=~models.Q(way="family_account")
                | models.Q(holder_sealed__isnull=False) & ~models.Q(relation=""),
                name="payments_tender_holder",
            ),
        )
