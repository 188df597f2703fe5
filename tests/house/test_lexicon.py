"""One word per thing: every fact, class, payer and section of the rule language stands in the lexicon."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from yingbao.policy import load_library
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.release import Release
from yingbao.policy.schema.rules import PAYERS

HOUSE = Path(__file__).resolve().parents[2]
LEXICON = (HOUSE / "LEXICON.md").read_text(encoding="utf-8")
CODED = set(re.findall(r"`([^`]+)`", LEXICON))
#: Keys at the head of a file that are no nouns of the law.
HEAD = {"name", "title"}


def classes() -> dict[str, str]:
    _, categories, faults = load_library().registers()
    assert faults == []
    return {code: category.name for code, category in categories.items()}


def test_every_fact_and_its_values_are_in_the_lexicon() -> None:
    wanted = [*FACTS, *(value for spec in FACTS.values() for value in spec.values)]
    assert [word for word in wanted if word not in CODED] == []


def test_every_class_is_in_the_lexicon_under_its_printed_name() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| `(\w+)` \| (?:`\w+`)? ?\|$", LEXICON, re.MULTILINE))
    assert {code: name for name, code in rows.items() if code in classes()} == classes()


def test_every_payer_is_in_the_lexicon() -> None:
    assert [payer for payer in PAYERS if payer not in CODED] == []


def test_every_section_of_a_release_is_in_the_lexicon() -> None:
    assert [key for key in Release.model_fields if key not in CODED | HEAD] == []


@pytest.mark.parametrize(
    "section", re.split(r"^## ", LEXICON, flags=re.MULTILINE)[1:], ids=lambda s: s.splitlines()[0]
)
def test_no_word_stands_for_two_things_in_one_section(section: str) -> None:
    terms = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    assert len(terms) == len(set(terms))
