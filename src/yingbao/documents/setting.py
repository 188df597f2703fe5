"""A paper set in type: a template, plain data, PDF/A-2a and PDF/UA-1 out. The same data gives the same bytes.

Templates lie beside this file and know neither clock nor network; data reaches them as JSON, so that no name is read as
markup. A compiler holds the font (33 MB) and is kept; it serves one thread at a time.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import typst

from yingbao.documents.fonts import FAMILY, FOLDER, shown

_TEMPLATES: Final = Path(__file__).parent / "templates"
_turn: Final = Lock()


def set_pdf(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """Set a template. `at`: the paper's own time, which the file bears as its date."""
    missing: dict[str, None] = {}
    given = json.dumps(
        {**_readable(data, missing), "font": FAMILY, "missing": "、".join(missing)}, ensure_ascii=False
    )
    with _turn:
        made = _compiler(template).compile(
            format="pdf",
            sys_inputs={"data": given},
            timestamp=int(at.timestamp()),
            pdf_standards=["a-2a", "ua-1"],
        )
    if not isinstance(made, bytes):
        raise TypeError(f"{template}: {type(made).__name__} came out")
    return made


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(
        str(_TEMPLATES / template), root=str(_TEMPLATES), font_paths=[str(FOLDER)], ignore_system_fonts=True
    )


def _readable(value: Any, missing: dict[str, None]) -> Any:
    """The data with characters the font lacks replaced in every text but pictures, whose keys end in `_svg`."""
    if isinstance(value, str):
        text, codes = shown(value)
        missing.update(dict.fromkeys(codes))
        return text
    if isinstance(value, dict):
        return {k: one if k.endswith("_svg") else _readable(one, missing) for k, one in value.items()}
    if isinstance(value, list | tuple):
        return [_readable(one, missing) for one in value]
    return value
