"""Refunds: one with all it is about, and lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from yingbao.payments.errors import RefundNotFound
from yingbao.payments.models import Refund
from yingbao.payments.states import HELD, REASONS


@dataclass(frozen=True, slots=True)
class RefundPage:
    """A refund: of which payment, whose receipt, how much, why, who asked and agreed, how it ended."""

    id: UUID
    number: str
    state: str
    fen: int
    family_fen: int
    reason: str
    words: str
    unit_code: str
    payment_id: UUID
    transaction: str
    order_number: str
    channel_id: UUID
    channel_name: str
    channel_kind: str
    order_known: bool
    receipt_number: str
    resident_id: UUID | None
    bill_id: UUID | None
    asked_by: UUID | None
    asked_name: str
    asked_at: datetime
    decided_name: str
    decided_at: datetime | None
    channel_number: str
    ended_at: datetime | None
    failure: str

    @property
    def why(self) -> str:
        """The reason in words."""
        return REASONS.get(self.reason) or HELD.get(self.reason, "")


def refund_page(number: str, channel_id: UUID | None = None) -> RefundPage:
    """A refund by its number; through a channel, its own. Raises RefundNotFound."""
    found = _refunds().filter(number=number)
    refund = (found.filter(payment__channel_id=channel_id) if channel_id else found).first()
    if refund is None:
        raise RefundNotFound
    return _page(refund)


def refund_of_receipt(receipt_id: UUID) -> RefundPage | None:
    """The newest refund asked for of a receipt."""
    found = _refunds().filter(receipt_id=receipt_id).order_by("-asked_at", "-id").first()
    return None if found is None else _page(found)


def refunds(
    *, below: str = "", states: Sequence[str] = (), channel_id: UUID | None = None, limit: int = 200
) -> tuple[RefundPage, ...]:
    """Refunds of units below, oldest first."""
    found = _refunds().filter(unit_code__startswith=below)
    if states:
        found = found.filter(state__in=list(states))
    if channel_id is not None:
        found = found.filter(payment__channel_id=channel_id)
    return tuple(_page(one) for one in found.order_by("asked_at", "id")[:limit])


def _refunds() -> QuerySet[Refund]:
    return Refund.objects.select_related("payment__channel", "receipt")


def _page(r: Refund) -> RefundPage:
    return RefundPage(
        r.id, r.number, r.state, r.fen, r.family_fen, r.reason, r.words, r.unit_code, r.payment_id, r.payment.transaction,
        r.payment.order_number, r.payment.channel_id, r.payment.channel.name, r.payment.channel.kind,
        r.payment.order_id is not None, r.receipt.number if r.receipt else "",
        r.receipt.resident_id if r.receipt else None, r.bill_id, r.asked_by, r.asked_name, r.asked_at, r.decided_name,
        r.decided_at, r.channel_number, r.ended_at, r.failure,
    )  # fmt: skip
