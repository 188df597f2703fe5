"""The code that proves a receipt: eight characters over what it says, made with a key that never leaves the county."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from yingbao.journal.keys import sealer

#: Crockford's alphabet: nothing in it is mistaken for something else when read out.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 8


def check_code(number: str, bill_id: UUID, fen: int, on: date) -> str:
    """The check code of a receipt. Kept beside it, since keys are changed."""
    mac = sealer().mac("\x1f".join(("receipt", number, str(bill_id), str(fen), on.isoformat())).encode())
    return "".join(_ALPHABET[byte % 32] for byte in mac[:_LENGTH])


def read_code(text: str) -> str:
    """A check code as typed: case, blanks and look-alikes do not matter."""
    typed = "".join(text.upper().split()).replace("-", "")
    return typed.translate(str.maketrans("OIL", "011"))
