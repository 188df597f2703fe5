"""A whole sample population in the registry, put there by COPY: thousands of people in a second, without a clerk."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import psycopg
from django.db import connection

from clusters import session_cluster
from people import PROGRAM
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.policy import Policy
from yingbao.registry import actions
from yingbao.registry.actions.people import DOCUMENT
from yingbao.registry.models import Unit
from yingbao.registry.pinyin import of_name
from yingbao.rehearsal.sample import make_population

ONE = timedelta(days=1)
SINCE = date(2010, 1, 1)
_SURVIVALS = (
    ("died", "died_on", None),
    ("imprisoned", "imprisoned_on", "released_on"),
    ("enlisted", "enlisted_on", None),
)


def population(policy: Policy, people: int, seed: int = 7) -> list[dict[str, Any]]:
    """The sample's people as rows, each with the id (`resident_id`) it has in the registry.

    Left out is whoever has two of a kind at one time, which the registry refuses: about one in ten thousand.
    """
    made = make_population(policy, people, seed).to_pylist()
    return [{**row, "resident_id": uuid7()} for row in made if _fits(row)]


def _fits(row: dict[str, Any]) -> bool:
    covers = [
        (s["from_on"], s["until_on"]) for s in (row["employee_cover"] or []) + (row["elsewhere_cover"] or [])
    ]
    lives = [(row[first], row[last] if last else None) for _, first, last in _SURVIVALS if row[first]]
    kinds = [covers, lives]
    for category in {held["class"] for held in row["categories"] or ()}:
        held_ = [one for one in row["categories"] if one["class"] == category]
        kinds.append([(one["recognised_on"] or row["birth_date"], one["ended_on"]) for one in held_])
    return not any(_overlap(one, other) for spans in kinds for one, other in combinations(spans, 2))


def _overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Two spans, first and last day, share a day; an end not given is open."""
    return (one[0] or date.min) <= (other[1] or date.max) and (other[0] or date.min) <= (one[1] or date.max)


def populate(policy: Policy, rows: list[dict[str, Any]], **extra: Any) -> None:
    """Units of the release, and its people with everything that holds of them."""
    actions.units_of_release(by=PROGRAM, policy=policy, from_on=SINCE)
    with within(PROGRAM):
        units = {u.name: u.code for u in Unit.objects.all()}
        entry = record(
            by=PROGRAM, action="population.load", subject="population", facts={"people": len(rows)}
        )
    documents = [row["id_number"] for row in rows]
    sealed, keys = sealer().seal_many(documents, DOCUMENT), sealer().index_many(documents, DOCUMENT)
    lives: dict[str, list[tuple[Any, ...]]] = {name: [] for name in _COLUMNS}
    houses: dict[str, Any] = {}
    for row, blob, key in zip(rows, sealed, keys, strict=True):
        _person(row, blob, key, units, entry, houses, lives)
    lives["household"] = [(i, number, units[unit], "", entry) for number, (i, unit) in houses.items()]
    dsn = session_cluster().dsn("super", connection.settings_dict["NAME"])
    with psycopg.connect(dsn) as server:
        for table, columns in _COLUMNS.items():
            _copy(server, f"registry_{table}", columns, lives[table])


_COLUMNS = {
    "household": "id, number, unit_id, address, entry_id",
    "resident": (
        "id, unit_id, name, initials, pinyin, sex, birth_date, nation, document_kind, document_sealed, document_key, state, "
        "insured_years, repaid_years, military_dependant, discharged_on, unknown, entry_id"
    ),
    "membership": "id, resident_id, household_id, relation, period, entry_id",
    "residence": "id, resident_id, unit_id, basis, hukou_place, works_in_id, period, entry_id",
    "schooling": "id, resident_id, stage, school, period, entry_id",
    "cover": "id, resident_id, insurance, place, evidence, period, entry_id",
    "holding": "id, resident_id, category, certified_by, evidence, recognised_unknown, period, entry_id",
    "survival": "id, resident_id, status, evidence, period, entry_id",
}


def _person(
    row: dict[str, Any],
    blob: Any,
    key: Any,
    units: dict[str, str],
    entry: Any,
    houses: dict[str, Any],
    lives: dict[str, Any],
) -> None:
    one, unit = row["resident_id"], units[row["unit"]]
    pinyin, initials = of_name(row["name"])
    born = row["birth_date"]
    unknown = set(row["unknown"] or ())
    years = None if "insured_years" in unknown else row["insured_years"]
    lives["resident"].append(
        (
            one, unit, row["name"], initials, pinyin, row["sex"], born, "", "01" if blob else "", blob, key, "1", _years(years),
            _years(row["repaid_years"] or []), row["military_dependant"], row["discharged_on"],
            "{" + ",".join(sorted(unknown - {"insured_years"})) + "}", entry,
        )
    )  # fmt: skip
    house, _ = houses.setdefault(row["household_id"], (uuid7(), row["unit"]))
    since = max(SINCE, born)
    relation = row["relation"] if row["relation"] != "02" or born <= SINCE else "02"
    lives["membership"].append((uuid7(), one, house, relation, f"[{since},)", entry))
    works = units.get(row["works_in"] or "")
    lives["residence"].append(
        (uuid7(), one, unit, row["residence"], row["hukou_unit"] or "", works, f"[{since},)", entry)
    )
    if row["student"]:
        lives["schooling"].append((uuid7(), one, row["student"], row["school"] or "", f"[{since},)", entry))
    for insurance, place, spans in (
        ("310", "", row["employee_cover"]),
        ("390", "外地", row["elsewhere_cover"]),
    ):
        lives["cover"] += [
            (uuid7(), one, insurance, place, "平台", _period(s["from_on"], s["until_on"]), entry)
            for s in spans or ()
        ]
    for held in row["categories"] or ():
        since = held["recognised_on"] or born
        lives["holding"].append(
            (
                uuid7(),
                one,
                held["class"],
                "civil_affairs",
                "名册",
                held["recognised_on"] is None,
                _period(since, held["ended_on"]),
                entry,
            )
        )
    for status, first, last in _SURVIVALS:
        if row[first]:
            until = row[last] if last else None
            lives["survival"].append((uuid7(), one, status, "平台", _period(row[first], until), entry))


def _years(years: Iterable[int] | None) -> str | None:
    return None if years is None else "{" + ",".join(map(str, sorted(years))) + "}"


def _period(first: date | None, last: date | None) -> str:
    return f"[{first or ''},{last + ONE if last else ''})"


def _copy(server: psycopg.Connection[Any], table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    # an empty text is quoted nowhere: NULL is spelled out
    with (
        server.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv, NULL '~')") as copy,
    ):
        copy.write(text.getvalue().encode())


def _cell(value: Any) -> Any:
    if value is None:
        return "~"
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\x" + bytes(value).hex()
    return value
