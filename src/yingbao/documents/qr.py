"""A square picture that a telephone reads, as one path: no image, no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import segno

#: The quiet zone ISO/IEC 18004 wants around the squares.
_QUIET: Final = 4


def path_of(text: str) -> tuple[str, int]:
    """The dark squares as the `d` of a path on a field of that many units, quiet zone included."""
    code = segno.make_qr(text, error="m", boost_error=False)
    rows = [bytes(row) for row in code.matrix_iter(border=_QUIET)]
    return "".join(
        f"M{x} {y}h{wide}v1h-{wide}z" for y, row in enumerate(rows) for x, wide in _runs(row)
    ), len(rows)


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """Where dark squares begin in a row, and how many follow one another."""
    for found in re.finditer(rb"\x01+", row):
        yield found.start(), found.end() - found.start()


def svg_of(text: str) -> str:
    """The squares as a picture that stands alone."""
    path, size = path_of(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size}" height="{size}" '
        f'shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )
