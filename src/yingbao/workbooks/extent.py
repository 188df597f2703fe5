"""How far a sheet reaches, told from its XML before anything is unfolded: a small file can claim a billion cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

MOST_CELLS: Final = 30_000_000
"""Rows × columns of one sheet, empty cells among them."""
#: A cell's place as any writer may put it down.
_CELL_AT: Final = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")
_DECLARATION: Final = 200
_SPACE: Final = np.isin(np.arange(256, dtype=np.uint8), np.frombuffer(b" \t\r\n", np.uint8))
#: Of the longest place, AAA1048576, with the sign and the quotes around it.
_BEHIND: Final = 16
#: Looked at together, so that all that is made of them stays in the processor's cache.
_TOGETHER: Final = 1 << 19


def too_far(opened: Callable[[], IO[bytes]]) -> tuple[int, int] | None:
    """Rows and columns of a sheet that reaches beyond the limit, None for one that does not; `opened` begins its XML anew."""
    with opened() as sheet:
        if surely_small(sheet):
            return None
    with opened() as sheet:
        return _reach(sheet.read())


def _reach(sheet: bytes) -> tuple[int, int] | None:
    columns: set[bytes] = set()
    last_row = 0
    for match in _CELL_AT.finditer(sheet):
        columns.add(match[1])
        last_row = max(last_row, int(match[2]))
    widest = max((_column_number(letters) for letters in columns), default=0)
    return (last_row, widest) if last_row * widest > MOST_CELLS else None


def surely_small(sheet: IO[bytes]) -> bool:
    """Whether the places of the cells, by their number of letters and digits alone, stay below the limit.

    Signs of equality are looked at side by side in place of a million matches; anything doubtful is counted in full.
    """
    wide, deep = 26, 0
    before, piece = sheet.read(1), sheet.read(_TOGETHER)
    declared = _DECLARATION
    while piece:
        following = sheet.read(_TOGETHER)
        text = np.frombuffer(before + piece + following[:_BEHIND].ljust(2 * _BEHIND), np.uint8)
        if piece.find(b"'", declared) >= 0:
            return False
        signs = np.flatnonzero(text[1 : 1 + len(piece)] == ord("=")) + 1
        around, behind = text[signs - 1], text[signs + 1]
        if _SPACE[around].any() or _SPACE[behind].any():
            return False
        places = signs[(around == ord("r")) & (behind == ord('"'))] + 2
        two = places[_letters(text, places + 1)]
        if _letters(text, two + 2).any():
            return False
        wide = 26 * 27 if len(two) else wide
        deep = max(deep, _digits_from(text, np.concatenate([places + 1, two + 2])))
        before, piece, declared = piece[-1:], following, 0
    return deep < 7 and (999_999 if deep >= 5 else 9_999) * wide <= MOST_CELLS


def _letters(text: NDArray[np.uint8], at: NDArray[np.intp]) -> NDArray[np.bool_]:
    found = text[at]
    return (found >= ord("A")) & (found <= ord("Z"))


def _digits_from(text: NDArray[np.uint8], at: NDArray[np.intp]) -> int:
    """The most digits that follow on end from one of the places, up to seven."""
    for length in range(7):
        found = text[at + length]
        at = at[(found >= ord("0")) & (found <= ord("9"))]
        if not len(at):
            return length
    return 7


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
