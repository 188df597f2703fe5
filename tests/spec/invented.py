"""Invented regions, each one YAML file under tests/spec/regions: structures no notice has printed."""

from __future__ import annotations

from pathlib import Path

from yingbao.policy import Policy, load_release

FOLDER = Path(__file__).parent / "regions"
INVENTED: list[tuple[str, int]] = [
    ("990100", 2026),  # age bands on 1 January, tier, sex; school year; freshmen 16 months
    ("990200", 2026),  # newborns free or half; lapse wait repaired by arrears, conditional minimum
    ("990301", 2026),  # stands on 9903/2026: floor filled, three funds, capped stacking
    ("990400", 2025),  # monthly, quarterly, several years; odd first days of cover
    ("990500", 2026),  # closed days, event windows, late price without fiscal share
    ("990600", 2026),  # permits, facts of its own, first-listed and stacked groups
    ("990700", 2026),  # sequence, of the rest, down to what one pays
]


def invented(region: str, year: int) -> Policy:
    return load_release(region, year, policies=FOLDER)
