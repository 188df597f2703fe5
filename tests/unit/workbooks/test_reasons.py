"""Every reason a row can be sent back for has a printed name and a place in the manual."""

from __future__ import annotations

import re
from pathlib import Path

from yingbao.kernel.id_number import IdReason
from yingbao.workbooks.headings import HEADINGS
from yingbao.workbooks.reasons import REASONS

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs" / "reference" / "rosters.md").read_text(encoding="utf-8")


def test_every_finding_about_an_id_number_has_a_name() -> None:
    assert {f"id_{reason.value}" for reason in IdReason} <= set(REASONS)


def test_every_code_that_the_reader_writes_has_a_name() -> None:
    source = "".join(
        (ROOT / "src" / "yingbao" / "workbooks" / name).read_text(encoding="utf-8")
        for name in ("listing.py", "people.py", "matching.py")
    )
    written = set(
        re.findall(r'(?:_unusable\(\s*\w+,\s+|reasons\[place\] = |(?:None|text), |\[)"(\w+)"', source)
    )
    assert {"class_unknown", "duplicate", "no_heading"} <= written
    assert written <= set(REASONS)


def test_the_manual_explains_every_reason_and_lists_every_heading() -> None:
    for code, name in REASONS.items():
        assert f"| `{code}` | {name} |" in MANUAL
    for headings in HEADINGS.values():
        assert headings.split()[0] in MANUAL
