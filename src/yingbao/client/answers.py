"""The answers of the gateway, as its OpenAPI document describes them. Days are `YYYY-MM-DD`, instants RFC 3339, amounts fen."""

from __future__ import annotations

from typing import TypedDict


class Place(TypedDict):
    """Where somebody is enrolled."""

    code: str
    name: str


class Bill(TypedDict):
    """A bill as it stands today."""

    number: str
    name: str
    benefit_year: int
    place: Place
    state: str
    due_fen: int | None
    payable: bool
    reason: str
    next_on: str | None
    last_on: str | None
    benefit_start: str | None
    benefit_end: str | None
    waiting_days: int | None


class OrderLine(TypedDict):
    """One bill of an order."""

    bill_number: str
    name: str
    fen: int
    receipt_number: str
    receipt_state: str


class Payment(TypedDict):
    """Money that came in for an order."""

    transaction: str
    fen: int
    booked_fen: int
    paid_at: str
    outcome: str
    reason: str
    reason_words: str


class OrderRefund(TypedDict):
    """A refund of an order."""

    number: str
    fen: int
    reason: str
    state: str


class Order(TypedDict):
    """An order and all that became of it."""

    number: str
    key: str
    state: str
    state_words: str
    kind: str
    benefit_year: int
    total_fen: int
    quoted_on: str
    made_at: str
    expires_at: str
    transaction: str | None
    paid_at: str | None
    lines: list[OrderLine]
    payments: list[Payment]
    refunds: list[OrderRefund]


class Receipt(TypedDict):
    """What the payer holds."""

    number: str
    check_code: str
    bill_number: str
    fen: int


class Confirmed(TypedDict):
    """What became of money that was told of."""

    order_number: str
    transaction: str
    outcome: str
    reason: str
    reason_words: str
    fen: int
    booked_fen: int
    on: str
    receipts: list[Receipt]
    refunds: list[str]
    again: bool


class Refund(TypedDict):
    """Money that goes back."""

    number: str
    state: str
    state_words: str
    fen: int
    family_fen: int
    reason: str
    reason_words: str
    order_number: str
    transaction: str
    receipt_number: str
    asked_at: str
    channel_number: str
    failure: str
