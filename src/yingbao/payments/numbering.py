"""Numbers of orders, receipts and refunds: digits people can read out, with a check digit (ISO 7064, MOD 11,10).

Each process draws blocks from a sequence and hands out from its own: nobody waits for a number, and numbers of a block
not used up are left out. Orders have 18 digits (day, sequence, check), refunds 19 (9 before the day), receipts 20
(benefit year, county, sequence, check), so that each is known by its length; a bill's has 17.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Final

from django.db import connection

from yingbao.journal import direct
from yingbao.kernel.bill_numbers import check_digit

#: As the sequence's increment in migration 0002.
_BLOCK: Final = 1000
_lock: Final = threading.Lock()
_blocks: dict[str, Iterator[int]] = {}


def order_number(on: date) -> str:
    """The number of an order made on a day."""
    return _checked(f"{on:%y%m%d}{_next():011d}")


def refund_number(on: date) -> str:
    """The number of a refund that began on a day."""
    return _checked(f"9{on:%y%m%d}{_next():011d}")


def receipt_number(benefit_year: int, unit_code: str) -> str:
    """The number of a receipt for a benefit year and county."""
    return _checked(f"{benefit_year % 100:02d}{unit_code.partition('-')[0]:0<6.6}{_next():011d}")


def _checked(body: str) -> str:
    return body + check_digit(body)


def _next() -> int:
    name = str(connection.settings_dict["NAME"])
    with _lock:
        found = next(_blocks.get(name, iter(())), None)
        if found is None:
            row = direct.cursor().execute("SELECT nextval('payments_number')").fetchone()
            assert row is not None
            block = iter(range(row[0], row[0] + _BLOCK))
            _blocks[name] = block
            found = next(block)
    return found
