"""A population file into the registry, in one transaction; what is wrong with a row is data."""

from __future__ import annotations

import mmap
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
import pyarrow as pa
from django.db import Error, connection

from yingbao.journal import direct, runs
from yingbao.journal.acting import Acting
from yingbao.journal.actions import announce, record
from yingbao.journal.keys import sealer
from yingbao.journal.queries import was_done
from yingbao.journal.scope import within
from yingbao.journal.statistics import analyze
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7_block
from yingbao.kernel.refusal import Refusal
from yingbao.policy.vocabulary import Vocabulary
from yingbao.registry.errors import LoadRefused
from yingbao.registry.loading import statements
from yingbao.registry.loading.faults import Fault
from yingbao.registry.loading.insert import ID, Tally, Writer
from yingbao.registry.loading.places import households, numbers_twice
from yingbao.registry.loading.prepare import Prepared, Rules, prepare
from yingbao.registry.loading.source import BATCH, Batch, Source
from yingbao.registry.loading.spans import Class
from yingbao.registry.loading.wire import array, cursor, uuids
from yingbao.registry.models import LoadFault, Unit
from yingbao.registry.vocabulary import categories

KIND = "population.load"
#: What a load fills.
_FILLED = tuple(
    f"registry_{name}"
    for name in (
        "household", "resident", "membership", "residence", "schooling", "cover", "holding", "survival",
    )
)  # fmt: skip
#: One load at a time, whatever the region: numbers are unique in the nation. The number is ours alone.
_LOCK = 390_002
_PATIENCE_S = 5
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load came to. `faults` are of the file's rows as people count them; `ignored` columns were not used."""

    entry_id: UUID
    rows: int
    digest: str
    written: Tally
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...]

    @property
    def left_out(self) -> int:
        """How many rows brought nobody in."""
        return self.rows - self.written.residents

    def sentence(self) -> str:
        """What a person wants to hear at the end."""
        out = f"，{self.left_out:,} 行没有装入" if self.left_out else ""
        listed = f"，问题共 {len(self.faults):,} 条，见问题清单" if self.faults else ""
        return f"装入 {self.written.residents:,} 人、{self.written.households:,} 户{out}{listed}"


def ask_load(*, by: Acting, region: str, file: Path, on: date, since: date, grounds: str) -> UUID:
    """Note that a load was asked for and hand it to the worker, both or neither; returns the run.

    Raises LoadRefused, NotPermitted, OutOfRegion.
    """
    from yingbao.registry.tasks import load_population as job  # noqa: PLC0415 - tasks import this module

    with within(by):
        run_id = _ask(by, region, file, on, since, grounds)
        job.defer(run_id=str(run_id), unit_code=by.unit_code)
    return run_id


def load_now(
    *, by: Acting, region: str, file: Path, on: date, since: date, grounds: str, tell: Tell | None = None
) -> Loaded:
    """The same at once, in this process; the run is there to be watched. `tell` hears what the run hears.

    Raises LoadRefused, NotPermitted, OutOfRegion.
    """
    with within(by):
        run_id = _ask(by, region, file, on, since, grounds)
    loaded = run_load(by=by, run_id=run_id, tell=tell)
    if loaded is None:
        raise LoadRefused("这次装入已经由别的进程做完，请看运行记录")
    return loaded


def _ask(by: Acting, region: str, file: Path, on: date, since: date, grounds: str) -> UUID:
    by.require("run.load", region)
    given = {
        "region": regions.canonical(region), "file": str(file.resolve()), "on": on.isoformat(),
        "since": since.isoformat(), "grounds": grounds,
    }  # fmt: skip
    with within(by):
        run_id = runs.ask(by=by, kind=KIND, total=Source.open(file).rows, given=given)
        record(
            by=by, action="population.ask", subject="run", subject_id=run_id, unit_code=region, grounds=grounds,
            facts={"on": given["on"], "since": given["since"]},
        )  # fmt: skip
    return run_id


def run_load(*, by: Acting, run_id: UUID, tell: Tell | None = None) -> Loaded | None:
    """Do a run that was asked for, telling how far it is. None where an earlier worker had already done it.

    Raises RunNotFound, and whatever `load_population` refuses; the run then says so too.
    """
    with within(by):
        given = runs.get(run_id).given
        if was_done(run_id, KIND):
            return None
    refused: list[Refusal] = []
    found: list[Loaded] = []
    with runs.running(run_id, by.unit_code) as telling:

        def both(rows: int, total: int) -> None:
            telling(rows, total)
            if tell is not None:
                tell(rows, total)

        try:
            loaded = load_population(
                by=by, region=given["region"], file=Path(given["file"]), on=date.fromisoformat(given["on"]),
                since=date.fromisoformat(given["since"]), grounds=given["grounds"], run_id=run_id, tell=both,
            )  # fmt: skip
        except Refusal as refusal:
            refused.append(refusal)
            raise
        telling.partly = bool(loaded.faults)
        telling.sentence = loaded.sentence()
        found.append(loaded)
    if refused:
        raise refused[0]
    return found[0]


def load_population(
    *,
    by: Acting,
    region: str,
    file: Path,
    on: date,
    since: date,
    grounds: str = "",
    run_id: UUID | None = None,
    tell: Tell | None = None,
) -> Loaded:
    """Everybody of a file whose row passes the rules of the form on the day `on`, all or none in one transaction.

    What the file says without a date (household, residence, school) holds from `since`, for the younger from birth.
    Raises LoadRefused, NotPermitted, OutOfRegion.
    """
    region = regions.canonical(region)
    by.require("run.load", region)
    source = Source.open(file)
    digest = _digest(file)
    with within(by):
        _alone()
        if run_id is not None and was_done(run_id, KIND):
            raise LoadRefused("这次装入已经做完，不用重复")
        entry_id = announce()
        rules = Rules(on, since, _units(region, on), _spellings(), sealer())
        homes = households(source, rules.units)
        writer = Writer(direct.raw(), region, homes, numbers_twice(source, sealer()), source.base)
        try:
            _write(source, rules, writer, tell)
        except (psycopg.errors.UniqueViolation, psycopg.errors.ExclusionViolation) as error:
            raise LoadRefused("装入的时候有人登记了同一户或同一个号码，什么也没有装入，请重新装入") from error
        faults = tuple(sorted(writer.faults, key=lambda fault: fault.row))
        facts = {"file": file.name, "digest": digest, "region": region, "rows": source.rows, "on": on.isoformat(),
                 "written": asdict(writer.tally), "faults": len(faults)}  # fmt: skip
        record(
            by=by, action=KIND, subject="population", subject_id=run_id or entry_id, unit_code=region, grounds=grounds,
            facts=facts, news="loaded", entry_id=entry_id,
        )  # fmt: skip
        told = tuple(Fault(source.number(f.row), f.outcome, f.place, f.sentence) for f in faults)
        _keep(told, entry_id, run_id, region)
    return Loaded(entry_id, source.rows, digest, writer.tally, told, source.ignored)


def faults_of(entry_id: UUID, limit: int = 1_000, after: int = 0) -> list[LoadFault]:
    """What was wrong with the rows of a load, in the order of the file, from the row behind `after` on."""
    return list(LoadFault.objects.filter(entry_id=entry_id, row__gt=after).order_by("row", "id")[:limit])


def _write(source: Source, rules: Rules, writer: Writer, tell: Tell | None) -> None:
    """The next batch is prepared on one core while the database writes the last on the other."""
    writer.begin()
    done = 0
    for prepared in _ahead(source.batches(BATCH), lambda batch: prepare(batch, rules)):
        writer.write(prepared)
        done += prepared.count
        if tell is not None:
            tell(done, source.rows)
    writer.finish()
    analyze(_FILLED)


def _ahead(batches: Iterator[Batch], work: Callable[[Batch], Prepared]) -> Iterator[Prepared]:
    """In order, at most two prepared and waiting."""
    with ThreadPoolExecutor(1) as pool:
        waiting = [pool.submit(work, batch) for batch in islice(batches, 2)]
        while waiting:
            prepared = waiting.pop(0).result()
            waiting += [pool.submit(work, batch) for batch in islice(batches, 1)]
            yield prepared


def _alone() -> None:
    with connection.cursor() as cur:
        cur.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_S}s'")
        try:
            cur.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        except Error as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                raise LoadRefused("另一份居民库正在装入，请等它完成后再装入") from error
            raise
        cur.execute("SET LOCAL lock_timeout = 0")


def _units(region: str, on: date) -> dict[str, str]:
    """Units of the region by name and by code; a name that two units have is left out."""
    found = list(
        Unit.objects.filter(code__startswith=region, period__contains=on)
        .values_list("code", "name")
        .order_by("code")
    )
    times = Counter(name for _, name in found)
    by_name = {name: code for code, name in found if times[name] == 1}
    return {**by_name, **{code: code for code, _ in found}}


def _spellings() -> _Spellings:
    return _Spellings(Vocabulary(categories()))


class _Spellings(dict[str, Class]):
    """Classes by any spelling met, looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._vocabulary = vocabulary

    def get(self, spelling: str, default: object = None) -> Class | None:  # type: ignore[override]  # noqa: ARG002
        """The class of a spelling; None if nobody has recorded it."""
        if spelling not in self:
            code = self._vocabulary.code(spelling)
            if code is None:
                return None
            self[spelling] = Class(code, self._vocabulary.categories[code].certified_by)
        return self[spelling]


def _keep(faults: tuple[Fault, ...], entry_id: UUID, run_id: UUID | None, region: str) -> None:
    cur = cursor(direct.raw())
    for start in range(0, len(faults), BATCH):
        some = faults[start : start + BATCH]
        ids = np.frombuffer(uuid7_block(len(some), entry_id.int >> 80), np.uint8).reshape(len(some), ID)
        text = [
            array("text", pa.array([getattr(f, n) for f in some])) for n in ("outcome", "place", "sentence")
        ]
        rows = array("int4", pa.array([f.row for f in some], pa.int32()))
        cur.execute(statements.FAULTS, [uuids(ids), rows, *text, entry_id, run_id, region])


def _digest(file: Path) -> str:
    """SM3 of the whole file."""
    if file.stat().st_size == 0:
        return sealer().sm3(b"").hex()
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return sealer().sm3(content).hex()  # type: ignore[arg-type]
