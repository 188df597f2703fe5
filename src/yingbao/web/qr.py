"""A square picture that a telephone reads, as one path: no image, no script."""

from __future__ import annotations

import qrcode


def path_of(text: str) -> tuple[str, int]:
    """The dark squares as the `d` of a path on a field of that many units, quiet zone included."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    squares = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return "".join(squares), len(rows)
