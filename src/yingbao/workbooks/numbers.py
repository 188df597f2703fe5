"""ID numbers a column at a time: which of many are surely right, seen at once. The others go through `kernel.id_number`."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_PLACES: Final = 18
#: What `zipfile` raises for a file that is damaged, locked, or packed in a way it does not know.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError)
_STRINGS: Final = "xl/sharedStrings.xml"
_MOST_BYTES: Final = 100_000_000
_LIKELY: Final = re.compile(rb">(\d{17}[\dX])<")
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int32)
_CHECKS: Final = np.frombuffer(b"10X98765432", np.uint8)
_FIRST_YEAR: Final = 1900
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def surely_right(cells: Sequence[object]) -> list[bool]:
    """Which cells hold, as they stand, what `id_number.check` would return unchanged. Source: GB 11643."""
    if set(map(type, cells)) == {str} and set(map(len, cells)) == {_PLACES}:  # type: ignore[arg-type] # texts have a length
        joined = "".join(cells)  # type: ignore[arg-type] # all of them are text
        if joined.isascii():
            return _all_right(joined)
    shaped = [type(cell) is str and len(cell) == _PLACES and cell.isascii() for cell in cells]
    texts = [str(cell) for cell, fits in zip(cells, shaped, strict=True) if fits]
    right = iter(_all_right("".join(texts)))
    return [fits and next(right) for fits in shaped]


def likely_numbers(path: Path) -> list[str]:
    """Right ID numbers among the strings of a workbook: nearly all that its sheets hold, perhaps some they do not.

    Of a file that cannot be read there are none; what is wrong with it, its reading says.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.getinfo(_STRINGS).file_size > _MOST_BYTES:
                return []
            text = archive.read(_STRINGS)
    except (KeyError, OSError, *DAMAGED):
        return []
    found = [number.decode("ascii") for number in dict.fromkeys(_LIKELY.findall(text))]
    return [number for number, right in zip(found, surely_right(found), strict=True) if right]


def _all_right(joined: str) -> list[bool]:
    places = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(-1, _PLACES)
    return list(_right(places).tolist())


def _right(places: NDArray[np.uint8]) -> NDArray[np.bool_]:
    first = places[:, :17]
    digits = ((first >= ord("0")) & (first <= ord("9"))).all(axis=1)
    values = first.astype(np.int32) - ord("0")
    total = np.where(digits, values @ _WEIGHTS, 0)
    year = values[:, 6:10] @ np.array([1000, 100, 10, 1], np.int32)
    month = values[:, 10] * 10 + values[:, 11]
    day = values[:, 12] * 10 + values[:, 13]
    known = digits & (month >= 1) & (month <= 12) & (year >= _FIRST_YEAR)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    longest = _DAYS[np.where(known, month, 0)] + (leap & (month == 2))
    fits: NDArray[np.bool_] = known & (day >= 1) & (day <= longest) & (_CHECKS[total % 11] == places[:, 17])
    return fits
