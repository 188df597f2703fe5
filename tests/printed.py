"""Papers in tests, read back from the PDF as a person and a telephone would."""

from __future__ import annotations

import re

import pypdfium2
import zxingcpp


def opened(pdf: bytes) -> pypdfium2.PdfDocument:
    """The file, by another program than the one that made it."""
    return pypdfium2.PdfDocument(pdf)


def text_of(pdf: bytes) -> str:
    """All text, without the blanks that setting puts between Chinese and figures."""
    pages = [page.get_textpage().get_text_range() for page in opened(pdf)]
    return re.sub(r"\s+", "", "".join(pages))


def read_squares(pdf: bytes, page: int = 0) -> list[str]:
    """What a reader finds in the page as a printer would draw it, at 200 dots an inch."""
    picture = opened(pdf)[page].render(scale=200 / 72, grayscale=True).to_numpy()
    return [one.text for one in zxingcpp.read_barcodes(picture)]
