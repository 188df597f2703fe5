"""The first main job, end to end: rosters in, everybody assessed, the pre-collection register (预征清册) out.

Classes enter only through the departments' workbooks, as in a county; the truth the sample was made from is
not looked at. Source: 筑医保发〔2023〕17号 五(二) for the register, 肃医保〔2023〕48号 一 for the plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yingbao.bulk import Assessment, assess_file
from yingbao.policy import Policy
from yingbao.policy.explain import DELIVERY_NAMES, PAYER_NAMES, say_missing
from yingbao.policy.schema.rules import PAYERS
from yingbao.rehearsal.memberships import MEMBERSHIP, split_for_rosters
from yingbao.rehearsal.sample import (
    departments_of,
    make_population,
    season_opens,
    write_department_rosters,
)
from yingbao.rehearsal.shares import class_shares
from yingbao.workbooks.matching import match_rows
from yingbao.workbooks.register import write_register
from yingbao.workbooks.roster import RosterRow, read_roster
from yingbao.workbooks.spellings import spelling_index

Row = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Season:
    """What the job left behind."""

    folder: Path
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
    snapshot = out / "snapshot.parquet"
    pq.write_table(with_classes(table, rows), snapshot)
    say("按政策逐人核定……")
    assessment = out / "assessment.parquet"
    assessed = assess_file(policy, snapshot, assessment, on=on)
    register = out / f"{policy.release.benefit_year}年度预征清册.xlsx"
    say("编制预征清册……")
    bills = list(_bills(policy, snapshot, assessment))
    _write(policy, register, bills, rows, on)
    used = sum(row.usable for row in rows)
    return Season(out, register, snapshot, assessment, assessed, on, used, len(rows) - used, _example(bills))


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


def _bills(policy: Policy, snapshot: Path, assessment: Path) -> Iterator[Row]:
    """Person and answer side by side, by unit and household."""
    people = pq.read_table(
        snapshot, columns=["person_id", "household_id", "unit", "name", "id_number", "categories"]
    )
    answers = {row["person_id"]: row for row in pq.read_table(assessment).to_pylist()}
    order = {name: i for i, name in enumerate(policy.release.units.of if policy.release.units else ())}
    rows = [{**person, **answers[person["person_id"]]} for person in people.to_pylist()]
    rows.sort(key=lambda row: (order.get(row["unit"], len(order)), row["household_id"], row["person_id"]))
    for row in rows:
        yield {**row, "class_code": _class_of(policy, row), **_words(policy, row)}


def _class_of(policy: Policy, row: Mapping[str, Any]) -> str | None:
    """The class that brought the subsidy; without one, the first class held."""
    held = [holding["class"] for holding in row["categories"] or []]
    for rule in (row["subsidy_rules"] or "").split(";"):
        codes = policy.program.class_codes((rule.partition(".")[2],)) if rule else frozenset()
        for code in held:
            if code in codes:
                return str(code)
    return str(held[0]) if held else None


def _words(policy: Policy, row: Mapping[str, Any]) -> Row:
    """Delivery, clauses, rules and reason in the register's words."""
    rules = [row[f"{part}_rule"] for part in ("window", "price", "cover")]
    rules += (row["subsidy_rules"] or "").split(";")
    ids = [rule for rule in rules if rule]
    clauses: dict[str, list[str]] = {}
    for source in (source for rule in ids for source in policy.sources(rule)[:1]):
        clauses.setdefault(source.document, []).append(source.clause)
    sources = [f"{document} {'、'.join(dict.fromkeys(found))}" for document, found in clauses.items()]
    window = row["window_rule"]
    spec = policy.release.windows.get(window.partition(".")[2]) if window else None
    return {
        "delivery": DELIVERY_NAMES.get(row["delivery"] or "", ""),
        "clause": "；".join(sources),
        "rule": "；".join(ids),
        "window_last_on": spec.through if spec else None,
        "reason": _reason(policy, row),
    }


def _reason(policy: Policy, row: Mapping[str, Any]) -> str:
    if row["missing"]:
        return "缺：" + "、".join(say_missing(name) for name in row["missing"].split(";"))
    if row["outcome"] == "refused":
        return str(row["refusal"])
    rule = policy.rule(row["reason"]) if row["reason"] else None
    if rule is not None:
        return rule.says
    return {"not-admitted": "不符合参保范围", "no-window": "当日没有可以缴费的窗口"}.get(row["reason"], "")


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
        },
        totals=_totals(policy, bills),
        persons=bills,
        full_subsidy=[row for row in bills if row["outcome"] == "payable" and row["delivery"] == "免征代缴"],
        unusable=[row for row in rows if not row.usable],
        class_names={code: c.name for code, c in policy.vocabulary.categories.items()},
        payer_names={payer: PAYER_NAMES[payer] for payer in PAYERS if payer in payers},
    )


def _totals(policy: Policy, bills: Sequence[Row]) -> list[Row]:
    """One row a unit and class, of those who can pay, in the register's order."""
    found: dict[tuple[str, str | None], Row] = {}
    for row in bills:
        if row["outcome"] != "payable":
            continue
        code = row["class_code"] if row["subsidy_rules"] else None
        total = found.setdefault(
            (row["unit"], code), {"unit": row["unit"], "class_code": code, "people": 0, **_nothing()}
        )
        total["people"] += 1
        for key in _nothing():
            total[key] += row[key]
    units = list(dict.fromkeys(row["unit"] for row in bills))
    classes: list[str | None] = [*policy.vocabulary.categories, None]
    return sorted(found.values(), key=lambda t: (units.index(t["unit"]), classes.index(t["class_code"])))


def _nothing() -> dict[str, int]:
    return {"standard_fen": 0, "due_fen": 0, **{f"{payer}_fen": 0 for payer in PAYERS}}


def _example(bills: Sequence[Row]) -> str:
    """Somebody whose amount is worth explaining: subsidised, and still paying."""
    for row in bills:
        if row["due_fen"] and row["subsidy_rules"]:
            return str(row["person_id"])
    return str(bills[0]["person_id"]) if bills else ""
