"""The departments' workbooks of a sample county go through hand-in, decisions, review: whoever is on record gets the class."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pyarrow.compute as pc
import pytest

import given
from people import CLERK, KANGLE, PROGRAM, REVIEWER
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.registry import actions as registry
from yingbao.registry.drafts import Draft
from yingbao.registry.queries import search
from yingbao.rehearsal.lists import apply_lists
from yingbao.rehearsal.sample import make_population, season_opens, write_department_rosters

PEOPLE, HOUSEHOLDS = 400, 40


@pytest.mark.usefixtures("database")
def test_every_usable_row_about_somebody_on_record_is_in_force_and_every_other_row_has_its_outcome(
    tmp_path: Path,
) -> None:
    policy = load_release("620721", 2024)
    on = season_opens(policy)
    truth = make_population(policy, PEOPLE, 7)
    given.units()
    households = defaultdict(list)
    for row in truth.filter(pc.is_valid(truth.column("id_number"))).to_pylist():
        if row["birth_date"] > on:
            continue
        households[row["household_id"]].append(row)
    kept = list(households.values())[:HOUSEHOLDS]
    for members in kept:
        heads = [m for m in members if m["relation"] == "02"]
        drafts = [
            Draft(
                name=m["name"], document=m["id_number"], relation="02" if m is (heads or members)[0] else "97"
            )
            for m in members
        ]
        registry.register_household(by=PROGRAM, unit_code=KANGLE, members=drafts, on=on, grounds="演练")
    registered = {m["person_id"]: m["id_number"] for members in kept for m in members}
    files = write_department_rosters(policy, truth, 7, tmp_path)
    said: list[str] = []
    found = apply_lists(policy, files, clerk=CLERK, reviewer=REVIEWER, as_of=on, say=said.append)
    books = [file for file in files if file.path.suffix != ".csv"]
    assert [one.department for one in found] == [file.department for file in books]
    for one, file in zip(found, books, strict=True):
        with file.truth_path.open(encoding="utf-8-sig") as lines:
            rows = list(csv.DictReader(lines))
        ours = [row for row in rows if row["person_id"] in registered and row["outcome"] == "usable"]
        assert sum(one.counts.values()) == len(
            [row for row in rows if row["outcome"] in ("usable", "unusable")]
        )
        # the registry knows a part of the county only; nobody else's row writes anything
        assert one.written["new"] <= len(ours)
        assert one.written["new"] >= len(ours) - one.counts.get("contradicts", 0) - one.counts.get(
            "unchanged", 0
        )
    with within(CLERK):
        assert search(next(iter(registered.values())))
    assert len(said) == len(found)
