"""Every deed the program records has words for the journal page."""

from __future__ import annotations

import re
from pathlib import Path

from yingbao.registry.states import EDGES, SURVIVALS
from yingbao.web.workbench.presenters.journal import DEEDS

SOURCE = Path(__file__).resolve().parents[2] / "src" / "yingbao"


def recorded() -> set[str]:
    """Deeds named in the source; those put together from a state are spelt out."""
    text = "".join(
        path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if "web" not in path.parts
    )
    named = set(re.findall(r'\baction=(?:\w+ if \w+ else )?"([a-z.-]+)"', text))
    named |= set(re.findall(r'else "([a-z-]+\.[a-z.-]+)"', text))
    named |= {f"enrolment.{edge.deed}" for edge in EDGES if edge.deed not in ("register", "move")}
    return named | {f"survival.{status}" for status in SURVIVALS}


def test_every_deed_has_words() -> None:
    assert {deed for deed in recorded() if "." in deed} - DEEDS.keys() == set()


def test_no_two_deeds_are_said_alike() -> None:
    assert len(set(DEEDS.values())) == len(DEEDS)
