"""A day's statement for a channel, as CSV or as the `|` separated text banks are used to: UTF-8, one record a line.

The first record `H`: channel, day, number of payments, total, booked, refunded, all in fen. Then one record `D` a payment,
in the order we heard of them: order number, transaction, fen taken, fen booked, time (China), outcome, reason, fen paid
back so far. Fields hold no separator, quote or line break, so that both forms can be cut at the separator.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from yingbao.journal.scope import within
from yingbao.kernel.dates import CHINA
from yingbao.payments.queries.money import statement
from yingbao.web.gateway.guards import Caller

SEPARATORS: Final = {"csv": ",", "text": "|"}


def write(who: Caller, on: date, form: str) -> bytes:
    """The statement of a day in China."""
    with within(who.acting):
        lines = statement(who.channel.id, on)
    separator = SEPARATORS[form]
    head = [
        "H", who.channel.code, on.isoformat(), len(lines), sum(one.fen for one in lines),
        sum(one.booked_fen for one in lines), sum(one.refunded_fen for one in lines),
    ]  # fmt: skip
    rows: list[list[object]] = [head]
    rows += [
        [
            "D", _plain(one.order_number), _plain(one.transaction), one.fen, one.booked_fen,
            one.paid_at.astimezone(CHINA).isoformat(timespec="seconds"), one.outcome, one.reason, one.refunded_fen,
        ]
        for one in lines
    ]  # fmt: skip
    return "".join(separator.join(str(value) for value in row) + "\r\n" for row in rows).encode()


def _plain(text: str) -> str:
    """A channel's own number without what would cut the record."""
    return "".join("_" if char in ',|"' else char for char in text)
