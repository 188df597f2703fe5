"""The font of printed papers, and what to print for a character it has not.

Noto Sans CJK holds some 45,000 characters: the first block of hanzi (as of Unicode 5) and extension A whole, but 2,108 of
the 42,720 of extension B and fewer beyond. A name with one it lacks prints the code and says so; an empty box would say nothing.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Final

import manimgx_fonts_cjk

FOLDER: Final = Path(manimgx_fonts_cjk.__file__).parent
FAMILY: Final = "Noto Sans CJK SC"
_FILE: Final = FOLDER / "NotoSansCJK-VF.otf.ttc"
#: The subtable of a `cmap` that covers more than 65,536 characters (OpenType, "cmap", format 12).
_SEGMENTED: Final = 12


class FontUnreadable(RuntimeError):
    """The font package is there but holds another file than the program knows: a fault of the installation."""


def shown(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with characters the font lacks written as 〔U+…〕, and those codes."""
    missing = tuple(f"U+{ord(char):04X}" for char in dict.fromkeys(text) if not has(char))
    for char in set(text):
        if not has(char):
            text = text.replace(char, f"〔U+{ord(char):04X}〕")
    return text, missing


@cache
def has(char: str) -> bool:
    """Whether the font draws this character."""
    point = ord(char)
    return any(first <= point <= last for first, last in _ranges())


@cache
def _ranges() -> tuple[tuple[int, int], ...]:
    """First and last of each run of characters, longest first, so that ordinary text is found at once."""
    with _FILE.open("rb") as file:
        file.seek(0)
        kind, _, _, first = struct.unpack(">4sIII", file.read(16))
        if kind != b"ttcf":
            raise FontUnreadable(_FILE.name)
        file.seek(first)
        table = _cmap(file.read(512))
        file.seek(table[0])
        return _segments(file.read(table[1]))


def _cmap(head: bytes) -> tuple[int, int]:
    """Where the `cmap` stands and how long it is, by the table directory of one font."""
    [count] = struct.unpack_from(">H", head, 4)
    for place in range(12, 12 + 16 * count, 16):
        tag, _, offset, length = struct.unpack_from(">4sIII", head, place)
        if tag == b"cmap":
            return offset, length
    raise FontUnreadable(_FILE.name)


def _segments(cmap: bytes) -> tuple[tuple[int, int], ...]:
    [count] = struct.unpack_from(">H", cmap, 2)
    for place in range(4, 4 + 8 * count, 8):
        _, _, offset = struct.unpack_from(">HHI", cmap, place)
        if struct.unpack_from(">H", cmap, offset)[0] == _SEGMENTED:
            [groups] = struct.unpack_from(">I", cmap, offset + 12)
            found = (struct.unpack_from(">III", cmap, offset + 16 + 12 * one) for one in range(groups))
            return _joined([(first, last) for first, last, _ in found])
    raise FontUnreadable(_FILE.name)


def _joined(runs: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Runs that touch as one; the longest first."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(runs):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return tuple(sorted(joined, key=lambda run: run[0] - run[1]))
