"""The first main job, end to end: rosters in, everybody assessed, the pre-collection register (预征清册) out.

Classes enter only through the departments' workbooks, as in a county; the truth the sample was made from is
not looked at. Source: 筑医保发〔2023〕17号 五(二) for the register, 肃医保〔2023〕48号 一 for the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yingbao.billing.words import class_of, totals, words
from yingbao.bulk import Assessment, assess_file
from yingbao.policy import Policy
from yingbao.policy.explain import PAYER_NAMES
from yingbao.policy.schema.rules import PAYERS
from yingbao.rehearsal.memberships import MEMBERSHIP, split_for_rosters
from yingbao.rehearsal.rosters import RosterFile
from yingbao.rehearsal.sample import (
    departments_of,
    make_population,
    season_opens,
    write_department_rosters,
)
from yingbao.rehearsal.shares import class_shares
from yingbao.workbooks.matching import match_rows
from yingbao.workbooks.register import REHEARSED, write_register
from yingbao.workbooks.roster import RosterRow, read_roster
from yingbao.workbooks.spellings import spelling_index

Row = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Season:
    """What the job left behind. `population` is everybody without the classes that the departments' `lists` bring."""

    folder: Path
    population: Path
    lists: tuple[RosterFile, ...]
    register: Path
    snapshot: Path
    assessment: Path
    assessed: Assessment
    on: date
    rows_used: int
    rows_unusable: int
    example: str


def run_season(policy: Policy, people: int, seed: int, out: Path, say: Say) -> Season:
    """Make a county, hand in its rosters, assess everybody, write the register."""
    out.mkdir(parents=True, exist_ok=True)
    on = season_opens(policy)
    say(f"生成 {people:,} 人的演练居民库……")
    truth = make_population(policy, people, seed)
    say("生成各部门名册……")
    files = write_department_rosters(policy, truth, seed, out / "rosters")
    table, _ = split_for_rosters(truth, departments_of(policy, class_shares(policy)))
    rows: list[RosterRow] = []
    ids = {i: p for i, p in _pairs(table, "id_number", "person_id") if i}
    names = dict(_pairs(table, "person_id", "name"))
    spellings = spelling_index(
        {code: [c.name, *c.spellings] for code, c in policy.vocabulary.categories.items()}
    )
    for file in files:
        if file.path.suffix == ".csv":
            continue  # the same list once more, as text
        reading = read_roster(file.path, spellings, sender=file.sender)
        rows += match_rows(reading.rows, ids, names)
        say(f"读入 {file.path.name}：{len(reading.rows):,} 行")
    population, snapshot = out / "population.parquet", out / "snapshot.parquet"
    pq.write_table(table, population)
    pq.write_table(with_classes(table, rows), snapshot)
    say("按政策逐人核定……")
    assessment = out / "assessment.parquet"
    assessed = assess_file(policy, snapshot, assessment, on=on)
    register = out / f"{policy.release.benefit_year}年度预征清册.xlsx"
    say("编制预征清册……")
    bills = list(_bills(policy, snapshot, assessment, on))
    _write(policy, register, bills, rows, on)
    used = sum(row.usable for row in rows)
    return Season(
        out,
        population,
        tuple(files),
        register,
        snapshot,
        assessment,
        assessed,
        on,
        used,
        len(rows) - used,
        _example(bills),
    )


def _pairs(table: pa.Table, key: str, value: str) -> Iterator[tuple[Any, Any]]:
    return zip(table.column(key).to_pylist(), table.column(value).to_pylist(), strict=True)


def with_classes(table: pa.Table, rows: Sequence[RosterRow]) -> pa.Table:
    """The population with the classes that usable roster rows bring, added to those people already had."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row.usable and row.person_id is not None:
            found[row.person_id].append(
                {"class": row.class_code, "recognised_on": row.recognised_on, "ended_on": row.ended_on}
            )
    column = [
        [*(held or []), *found.get(person, [])] for person, held in _pairs(table, "person_id", "categories")
    ]
    place = table.schema.get_field_index("categories")
    return table.set_column(place, "categories", pa.array(column, pa.list_(MEMBERSHIP)))


def _bills(policy: Policy, snapshot: Path, assessment: Path, on: date) -> Iterator[Row]:
    """Person and answer side by side, by unit and household."""
    people = pq.read_table(
        snapshot, columns=["person_id", "household_id", "unit", "name", "id_number", "categories"]
    )
    answers = {row["person_id"]: row for row in pq.read_table(assessment).to_pylist()}
    order = {name: i for i, name in enumerate(policy.release.units.of if policy.release.units else ())}
    rows = [{**person, **answers[person["person_id"]]} for person in people.to_pylist()]
    rows.sort(key=lambda row: (order.get(row["unit"], len(order)), row["household_id"], row["person_id"]))
    for row in rows:
        yield {**row, "class_code": class_of(policy, row, on), **words(policy, row)}


def _write(policy: Policy, path: Path, bills: Sequence[Row], rows: Sequence[RosterRow], on: date) -> None:
    release = policy.release
    payers = {payer for row in bills for payer in PAYERS if row[f"{payer}_fen"]}
    write_register(
        path,
        title=f"{release.name}{release.benefit_year}年度城乡居民基本医疗保险预征清册",
        meta={
            "地区": release.name,
            "待遇年度": str(release.benefit_year),
            "核定日": on.isoformat(),
            "政策版本": policy.digest[:16],
            "通知": f"{release.title}（年度名称：{release.label}）",
            "政策摘要": policy.digest,
            **REHEARSED,
        },
        totals=totals(policy, bills),
        persons=bills,
        full_subsidy=[row for row in bills if row["outcome"] == "payable" and row["delivery"] == "免征代缴"],
        unusable=[row for row in rows if not row.usable],
        class_names={code: c.name for code, c in policy.vocabulary.categories.items()},
        payer_names={payer: PAYER_NAMES[payer] for payer in PAYERS if payer in payers},
    )


def _example(bills: Sequence[Row]) -> str:
    """Somebody whose amount is worth explaining: subsidised, and still paying."""
    for row in bills:
        if row["due_fen"] and row["subsidy_rules"]:
            return str(row["person_id"])
    return str(bills[0]["person_id"]) if bills else ""
