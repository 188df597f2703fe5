"""A made-up county with the units of 肃南 and the classes of policies/categories.yaml."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

from yingbao.rehearsal.population import generate
from yingbao.rehearsal.roster_traps import RosterClass

# 肃医保〔2023〕48号 一
UNITS = [
    ("皇城镇", 7326),
    ("马蹄乡", 4427),
    ("白银乡", 626),
    ("康乐镇", 3500),
    ("大河乡", 3960),
    ("明花乡", 3450),
    ("祁丰乡", 2699),
    ("红湾寺镇", 3512),
]
SHARES = {
    "extreme_poverty": 0.01,
    "orphan": 0.002,
    "rural_allowance_1": 0.01,
    "rural_allowance_3": 0.03,
    "monitored": 0.01,
    "lifted": 0.08,
    "severe_disability_1": 0.01,
}
WORKPLACES = {"甘肃省国营宝瓶河牧场": ["康乐镇", "红湾寺镇"], "甘肃省绵羊繁育技术推广站": ["皇城镇"]}
CATEGORIES = Path(__file__).parents[3] / "policies" / "categories.yaml"


def county(people: int = 20_000, seed: int = 7) -> pa.Table:
    """The county with this many people."""
    return generate(UNITS, "620721", 2024, people, seed, SHARES, workplaces=WORKPLACES)


@pytest.fixture(scope="session")
def population() -> pa.Table:
    """Twenty thousand people of seed 7."""
    return county()


@pytest.fixture(scope="session")
def classes() -> list[RosterClass]:
    """Every class of categories.yaml."""
    entries = YAML(typ="safe").load(CATEGORIES.read_text(encoding="utf-8"))
    return [
        RosterClass(code, entry["name"], tuple(entry["spellings"]), entry["certified_by"])
        for code, entry in entries.items()
    ]
