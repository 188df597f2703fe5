"""Prepared batches into the tables, in the caller's transaction: one statement a table and batch."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.kernel.ids import uuid7_block
from yingbao.registry.errors import DocumentTaken
from yingbao.registry.loading import statements
from yingbao.registry.loading.checks import Mask
from yingbao.registry.loading.faults import Fault
from yingbao.registry.loading.places import Households
from yingbao.registry.loading.prepare import Prepared
from yingbao.registry.loading.statements import household_number
from yingbao.registry.loading.wire import Column, array, cursor, uuids
from yingbao.registry.states import HEAD

ID: Final = 16


@dataclass(slots=True)
class Tally:
    """How many of what were written."""

    residents: int = 0
    households: int = 0
    memberships: int = 0
    residences: int = 0
    schoolings: int = 0
    covers: int = 0
    holdings: int = 0
    survivals: int = 0


@dataclass(slots=True)
class Writer:
    """Writes batch after batch and remembers what the whole file shares.

    `twice` are the keys of numbers that stand in the file more than once; `base` is what rows are counted from.
    """

    connection: psycopg.Connection[Any]
    region: str
    households: Households
    twice: Any
    base: int
    tally: Tally = field(default_factory=Tally)
    faults: list[Fault] = field(default_factory=list)
    _seen: dict[bytes, int] = field(default_factory=dict)
    _known: set[tuple[bytes, str]] = field(default_factory=set)
    _cursor: Any = None
    _ids: dict[str, Ids] = field(default_factory=dict)
    _fresh: bool = False

    def begin(self) -> None:
        """Foreign keys are proved statement by statement, which bounds the memory; see whether households exist at all."""
        self._cursor = cursor(self.connection)
        most = len(self.households.of_row)
        self._ids = {
            name: Ids(most) for name in ("resident", "household", "membership", "residence", "schooling")
        }
        self._ids |= {name: Ids(most) for name in statements.LIVES}
        self._cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with self._everywhere():
            row = self._cursor.execute("SELECT NOT EXISTS (SELECT FROM registry_household)").fetchone()
        self._fresh = bool(row and row[0])

    def write(self, batch: Prepared) -> int:
        """One batch; returns how many people got in."""
        self.faults += batch.faults
        people = batch.people
        rows = people["row"].to_numpy()
        house = self.households.of_row[rows]
        stays = np.ones(len(rows), np.bool_)
        self._numbers_once(people, rows, stays)
        self._look_for_households(np.unique(house[stays]))
        self._households_ours(people, rows, house, stays)
        self._one_head(people, rows, house, stays)
        ids = self._ids["resident"].take(len(rows))
        people, ids = self._residents(people, rows, stays, ids)
        self._new_households(people, house[stays])
        self._belongings(people, house[stays], ids)
        self._lives(batch, stays, ids)
        return len(ids)

    def finish(self) -> None:
        """Households whose people got in and whose head did not. Nobody is made head in its place."""
        homes = self.households
        for at in np.flatnonzero(homes.has_member & ~homes.has_head):
            named = homes.head_row[at] >= 0
            row = homes.head_row[at] if named else homes.first_row[at]
            why = "户主这一行没有装入" if named else "文件里没有户主"
            self._fault(row, "head-missing", "relation", f"缺户主：{why}，这一户其余的人已装入，请补登户主")

    def _fault(self, row: int, outcome: str, place: str, sentence: str) -> None:
        self.faults.append(Fault(int(row), outcome, place, sentence))

    def _numbers_once(self, people: Any, rows: Any, stays: Mask) -> None:
        if len(self.twice) == 0:
            return
        keys = people["document_key"].cast(pa.binary())
        for at in np.flatnonzero(pc.fill_null(pc.is_in(keys, self.twice), False).to_numpy()):
            first = self._seen.setdefault(keys[int(at)].as_py(), int(rows[at]))
            if first != rows[at]:
                stays[at] = False
                said = f"与第 {first + self.base} 行的证件号码相同，请核对两人的原件"
                self._fault(rows[at], "document-twice", "id_number", said)

    # Households -----------------------------------------------------------------------------------------------

    def _everywhere(self) -> statements.Everywhere:
        return statements.Everywhere(self._cursor)

    def _look_for_households(self, wanted: Any) -> None:
        """Households that the registry has already under their numbers, with their heads and who lives there."""
        homes = self.households
        wanted = wanted[~homes.looked_for[wanted]]
        homes.looked_for[wanted] = True
        if self._fresh or len(wanted) == 0:
            return
        by_number = dict(zip(self._numbers(wanted), wanted, strict=True))
        with self._everywhere():
            self._cursor.execute(statements.HOUSEHOLDS_THERE, [array("text", pa.array(list(by_number)))])
            found = self._cursor.fetchall()
        for number, household_id, unit, has_head, members in found:
            at = by_number[number]
            homes.ids[at] = np.frombuffer(household_id.bytes, np.uint8)
            homes.there[at], homes.has_head[at] = True, has_head
            homes.elsewhere[at] = not unit.startswith(self.region)
            self._known |= {(household_id.bytes, one) for one in members or ()}

    def _numbers(self, houses: Any) -> list[str]:
        return [
            household_number(self.region, name)
            for name in self.households.names.take(pa.array(houses)).to_pylist()
        ]

    def _households_ours(self, people: Any, rows: Any, house: Any, stays: Mask) -> None:
        homes = self.households
        for at in np.flatnonzero(homes.elsewhere[house] & stays):
            stays[at] = False
            self._fault(rows[at], "household-taken", "household_id", "这个户号在别的地区已有一户，请核对户号")
        if not self._known:
            return
        nameless = people["document_key"].is_null().to_numpy() & homes.there[house] & stays
        for at in np.flatnonzero(nameless):
            name, born = people["name"][int(at)].as_py(), people["birth_date"][int(at)].as_py()
            if (homes.ids[house[at]].tobytes(), f"{name}|{born}") in self._known:
                stays[at] = False
                said = "没有证件号码，这一户已登记了同名同生日的人，请核对是否同一人"
                self._fault(rows[at], "already-there", "id_number", said)

    def _one_head(self, people: Any, rows: Any, house: Any, stays: Mask) -> None:
        heads = np.flatnonzero(pc.equal(people["relation"], HEAD).to_numpy() & stays)
        first = np.zeros(len(heads), np.bool_)
        first[np.unique(house[heads], return_index=True)[1]] = True
        second = heads[~first | self.households.has_head[house[heads]]]
        stays[second] = False
        held = self._where_held(people, second)
        for at, where in zip(second, held, strict=True):
            if where is None:
                said = "一户只能有一个户主，这一户已有户主，请改与户主的关系"
                self._fault(rows[at], "two-heads", "relation", said)
            else:
                self._fault(rows[at], "document-taken", "id_number", DocumentTaken(where).sentence)

    def _where_held(self, people: Any, places: Any) -> list[str | None]:
        """In which unit the numbers of some people are registered, as far as the region sees; None: nowhere it sees."""
        if self._fresh or len(places) == 0:
            return [None] * len(places)
        keys = people["document_key"].cast(pa.binary()).combine_chunks().take(pa.array(places))
        self._cursor.execute(statements.WHERE_HELD, [array("bytea", keys)])
        return [where for (where,) in self._cursor.fetchall()]

    def _new_households(self, people: Any, house: Any) -> None:
        homes = self.households
        new, first = np.unique(house, return_index=True)
        mask = ~homes.there[new]
        new, first = new[mask], first[mask]
        homes.has_member[house] = True
        heads = pc.equal(people["relation"], HEAD).to_numpy()
        homes.has_head[house[heads]] = True
        if len(new) == 0:
            return
        homes.ids[new] = self._ids["household"].take(len(new))
        homes.there[new] = True
        own = people["unit_id"].combine_chunks().take(pa.array(first))
        self._run(
            statements.HOUSEHOLDS,
            uuids(homes.ids[new]),
            array("text", pa.array(self._numbers(new))),
            array("text", pc.coalesce(homes.head_unit.take(pa.array(new)), own)),
        )
        self.tally.households += len(new)

    # People ---------------------------------------------------------------------------------------------------

    def _residents(self, people: Any, rows: Any, stays: Mask, ids: Any) -> tuple[Any, Any]:
        """Whoever's number is held already does not get in: the unique index decides, also against other sessions."""
        kept, kept_ids = _only(people, stays), ids[stays]
        written = self._run(
            statements.RESIDENTS, uuids(kept_ids), *_columns(kept, statements.RESIDENT_COLUMNS)
        )
        if written < len(kept_ids):
            self._cursor.execute(statements.NOT_WRITTEN, [uuids(kept_ids)])
            gone = np.array([number - 1 for (number,) in self._cursor.fetchall()], np.int64)
            places = np.flatnonzero(stays)[gone]
            for at, where in zip(places, self._where_held(kept, gone), strict=True):
                self._fault(rows[at], "document-taken", "id_number", DocumentTaken(where or "").sentence)
            stays[places] = False
            kept, kept_ids = _only(people, stays), ids[stays]
        self.tally.residents += len(kept_ids)
        return kept, kept_ids

    def _belongings(self, people: Any, house: Any, ids: Any) -> None:
        since, resident = array("date", people["since"]), uuids(ids)
        self.tally.memberships += self._run(
            statements.MEMBERSHIPS, uuids(self._ids["membership"].take(len(ids))), resident, uuids(self.households.ids[house]),
            array("text", people["relation"]), since,
        )  # fmt: skip
        self.tally.residences += self._run(
            statements.RESIDENCES, uuids(self._ids["residence"].take(len(ids))), resident,
            *_columns(people, statements.RESIDENCE_COLUMNS), since,
        )  # fmt: skip
        at_school = people["stage"].is_valid().to_numpy()
        pupils = _only(people, at_school)
        self.tally.schoolings += self._run(
            statements.SCHOOLINGS, uuids(self._ids["schooling"].take(len(pupils))), uuids(ids[at_school]),
            *_columns(pupils, {"stage": "text", "school": "text", "since": "date"}),
        )  # fmt: skip

    def _lives(self, batch: Prepared, stays: Mask, ids: Any) -> None:
        """Covers, classes and events of those who got in."""
        place = np.cumsum(stays) - 1
        for name, table in (
            ("covers", batch.covers),
            ("holdings", batch.holdings),
            ("survivals", batch.survivals),
        ):
            person = table["person"].to_numpy()
            kept = stays[person]
            rows = _only(table, kept)
            statement, columns = statements.LIVES[name]
            led = uuids(self._ids[name].take(len(rows))), uuids(ids[place[person[kept]]])
            count = self._run(statement, *led, *_columns(rows, columns))
            setattr(self.tally, name, getattr(self.tally, name) + count)

    def _run(self, statement: str, *values: Column) -> int:
        self._cursor.execute(statement, values, prepare=True)
        return int(self._cursor.rowcount)


class Ids:
    """New identifiers in order, a row of sixteen bytes each, of milliseconds that follow each other up to now.

    Of one and the same millisecond they would agree in their first 64 bits, and GiST weighs uuids as doubles: it could
    not tell where one belongs, and looking a person up read hundreds of pages (measured: 237 against 4).
    """

    def __init__(self, most: int) -> None:
        self._next = time.time_ns() // 1_000_000 - most

    def take(self, count: int) -> Any:
        """So many more."""
        made = np.frombuffer(uuid7_block(count, self._next), np.uint8).reshape(count, ID).copy()
        moments = np.arange(self._next, self._next + count, dtype=">u8")
        made[:, :6] = moments.view(np.uint8).reshape(count, 8)[:, 2:]
        self._next += count
        return made


def _only(table: Any, mask: Mask) -> Any:
    return table if mask.all() else table.filter(pa.array(mask))


def _columns(table: Any, kinds: dict[str, str]) -> list[Column]:
    return [array(kind, table[name]) for name, kind in kinds.items()]
