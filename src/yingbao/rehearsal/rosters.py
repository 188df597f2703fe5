"""Departments' rosters for a made-up population: the only way by which its classes come back in.

Each department that certifies classes hands in one workbook, kept the way such offices keep them. Beside
every file lies `<name>.truth.csv`, which says of each row what it is and what a reader must make of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.compute as pc

from yingbao.rehearsal.identity import area_of
from yingbao.rehearsal.roster_sheets import ONE_ROW, TWO_ROWS, write_text, write_truth, write_workbook
from yingbao.rehearsal.roster_traps import Entry, Line, RosterClass, Spoiler

DEPARTMENTS: Mapping[str, tuple[str, str]] = {
    "civil_affairs": ("民政局", "困难群众花名册"),
    "agriculture": ("农业农村局", "脱贫人口和监测对象花名册"),
    "disabled_federation": ("残联", "重度残疾人花名册"),
    "health": ("卫生健康局", "计划生育家庭成员花名册"),
    "veterans": ("退役军人事务局", "优抚对象花名册"),
    "police": ("公安局", "重点人员花名册"),
}
_BY_TOWN = "civil_affairs"
_OLD_ROWS = 12


@dataclass(frozen=True)
class RosterFile:
    """A roster that was written, and where the truth about it lies."""

    path: Path
    truth_path: Path
    department: str
    sender: str
    rows: int


def write_rosters(
    folder: Path,
    table: pa.Table,
    memberships: pa.Table,
    classes: Sequence[RosterClass],
    *,
    region: str,
    region_name: str,
    benefit_year: int,
    handed_in_on: date,
    seed: int,
    trap_share: float = 0.02,
) -> list[RosterFile]:
    """Write one workbook for each department named in `memberships` (as from `split_for_rosters`).

    Memberships recognised after `handed_in_on` are not known yet and left out. The last department's list is
    written once more as GB18030 text into the folder 另存为CSV.
    """
    folder.mkdir(parents=True, exist_ok=True)
    entries = _entries(table, memberships, handed_in_on)
    present = [d for d in (*DEPARTMENTS, *sorted(set(entries) - set(DEPARTMENTS))) if d in entries]
    files: list[RosterFile] = []
    for department in present:
        known = [c for c in classes if c.certified_by == department]
        office, list_name = DEPARTMENTS.get(department, (department, "花名册"))
        title = f"{region_name}{benefit_year}年度{list_name}"
        stem = f"{office}_{list_name}"
        random = Random(f"{seed}/{department}")
        spoiler = Spoiler(random, known, trap_share, handed_in_on, area_of(region))
        path = folder / f"{stem}.xlsx"
        sheets, old = _sheets(spoiler, entries[department], department, list_name)
        columns = TWO_ROWS if department == _BY_TOWN else ONE_ROW
        truths = write_workbook(path, title, sheets, columns, old)
        files.append(RosterFile(path, folder / f"{stem}.truth.csv", department, office, len(truths)))
        write_truth(files[-1].truth_path, truths)
        if department == present[-1]:
            files.append(
                _text_copy(folder / "另存为CSV", stem, title, next(iter(sheets.values())), files[-1])
            )
    return files


def _text_copy(
    folder: Path, stem: str, title: str, lines: Sequence[Line], workbook: RosterFile
) -> RosterFile:
    folder.mkdir(exist_ok=True)
    path, truth_path = folder / f"{stem}.csv", folder / f"{stem}.truth.csv"
    truths = write_text(path, title, lines, ONE_ROW)
    write_truth(truth_path, truths)
    return RosterFile(path, truth_path, workbook.department, workbook.sender, len(truths))


def _sheets(
    spoiler: Spoiler, entries: Sequence[Entry], department: str, list_name: str
) -> tuple[dict[str, list[Line]], list[Line]]:
    """Lines by sheet, and some lines of a sheet that is hidden because it is out of date."""
    by_unit = {unit: list(group) for unit, group in groupby(entries, key=lambda entry: entry.unit)}
    sheets = {unit: spoiler.lines(group) for unit, group in by_unit.items()}
    if department != _BY_TOWN:
        return {list_name: [line for lines in sheets.values() for line in lines]}, []
    return sheets, [line for lines in sheets.values() for line in lines][:_OLD_ROWS]


def _entries(table: pa.Table, memberships: pa.Table, handed_in_on: date) -> dict[str, list[Entry]]:
    """What each department knows on the day, in the order of the population."""
    day = pa.scalar(handed_in_on, pa.date32())
    known = pc.fill_null(pc.less_equal(memberships.column("recognised_on"), day), True)
    held = memberships.filter(known)
    place = pc.index_in(held.column("person_id"), value_set=table.column("person_id").combine_chunks())
    order = pc.sort_indices(place)
    held, place = held.take(order), place.take(order)
    if place.null_count:
        raise ValueError("memberships name people who are not in the population")
    people = table.select(["unit", "household_id", "relation", "name", "id_number", "birth_date"]).take(place)
    heads = table.filter(pc.equal(table.column("relation"), "02")).select(["household_id", "name"])
    head_place = pc.index_in(
        people.column("household_id"), value_set=heads.column("household_id").combine_chunks()
    )
    head_names = heads.column("name").take(head_place).to_pylist()
    result: dict[str, list[Entry]] = {}
    for person, membership, head_name in zip(people.to_pylist(), held.to_pylist(), head_names, strict=True):
        # A baby not born yet stands in no list.
        if person["birth_date"] > handed_in_on:
            continue
        until = membership["ended_on"]
        entry = Entry(
            membership["person_id"],
            person["unit"],
            person["household_id"],
            head_name or person["name"],
            person["relation"],
            person["name"],
            person["id_number"],
            membership["class"],
            membership["recognised_on"],
            until if until is not None and until <= handed_in_on else None,
        )
        result.setdefault(membership["department"], []).append(entry)
    return result
