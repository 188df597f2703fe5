"""Handing a list in: the file is kept sealed, read, matched and compared; nothing of the registry changes.

A small list is read at once, in the transaction that takes it. A large one is taken, and read by a job: if that is
killed, another reads it from the beginning; what it wrote before is gone with its transaction.
"""

from __future__ import annotations

import base64
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
from django.db import IntegrityError, connection, transaction

from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7
from yingbao.kernel.refusal import Refusal
from yingbao.policy import Policy, load_release
from yingbao.rosters.comparing import Tell, ask, conclude, prepared
from yingbao.rosters.errors import (
    HandedInBefore,
    NotItsList,
    NotYourSender,
    NoWayForRoster,
    OnlyChanges,
    RosterEmpty,
    RosterNotFound,
    RosterTooLarge,
    UnknownSender,
)
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.models import Candidate, Roster, Row, Spelling
from yingbao.rosters.reading import Opening, Read, opening, read
from yingbao.rosters.senders import senders, spoken_of
from yingbao.rosters.states import EXTENTS, LISTS, OPEN
from yingbao.workbooks.headings import Field
from yingbao.workbooks.spellings import spelling_index

FILE = "roster.file"
READ = "rosters.read"
#: A larger file is not taken.
MOST_BYTES = 100_000_000


def hand_in(
    *,
    by: Acting,
    region: str,
    benefit_year: int,
    sender: str,
    as_of: date,
    extent: str,
    path: Path,
    file_name: str = "",
    unit_code: str = "",
    kind: str = "classes",
) -> UUID:
    """Take a department's list and read it at once: every row gets an outcome, nothing changes yet.

    `unit_code` is the town whose list it is; without it the list is the whole region's. `kind` is what the list is about.
    Raises UnknownSender, NotItsList, OnlyChanges, NotYourSender, FileMissing, FileUnreadable, RosterTooLarge, RosterEmpty, HandedInBefore,
    NotPermitted, OutOfRegion.
    """
    with within(by):
        _allow(by, region, benefit_year, sender, kind, extent, path, unit_code)
        with opening(path) as file:
            roster, content = _take(
                by, region, benefit_year, sender, kind, as_of, extent, path, file_name, unit_code
            )
            _read(roster, file, content=content)
    return roster.id


def ask_hand_in(
    *,
    by: Acting,
    region: str,
    benefit_year: int,
    sender: str,
    as_of: date,
    extent: str,
    path: Path,
    file_name: str = "",
    unit_code: str = "",
    kind: str = "classes",
) -> UUID:
    """Take a large list; a job reads it. Raises as `hand_in` does for what can be seen without reading."""
    from yingbao.rosters.tasks import read_roster  # noqa: PLC0415 - tasks import this module

    with within(by):
        _allow(by, region, benefit_year, sender, kind, extent, path, unit_code)
        roster, content = _take(
            by, region, benefit_year, sender, kind, as_of, extent, path, file_name, unit_code
        )
        _keep(roster, content)
        roster.run_id = runs.ask(by=by, kind=READ, given={"roster": str(roster.id), "file": roster.file_name})
        roster.save(update_fields=["run_id"])
        read_roster.defer(run_id=str(roster.run_id), roster_id=str(roster.id), unit_code=by.unit_code)
    return roster.id


def read_taken(*, roster_id: UUID, unit_code: str, run_id: UUID) -> None:
    """The job: read a roster that was taken. One that is read already is left as it is, so it may run again.

    A file that cannot be read makes the roster withdrawn, with the sentence as its grounds.
    """
    with within(unit_code):
        if Roster.objects.filter(id=roster_id, state="reading").first() is None:
            return
    with runs.running(run_id, unit_code) as telling:
        try:
            with within(unit_code):
                roster = Roster.objects.select_for_update().filter(id=roster_id).first()
                if roster is None or roster.state != "reading":
                    return
                with _opened(roster) as path, opening(path) as file:
                    _read(roster, file, telling)
                telling.sentence = f"读了 {sum(roster.counts.values()):,} 行"
        except Refusal as refusal:
            _give_up(roster_id, unit_code, refusal.sentence)
            raise


def check_again(*, by: Acting, roster_id: UUID) -> None:
    """Read the kept file once more, by the spellings confirmed since and the registry of today.

    Decisions made on rows are lost only where the row's outcome is another now.
    Raises RosterNotFound, NoWayForRoster, NotYourSender, NotPermitted, OutOfRegion.
    """
    with within(by):
        roster = Roster.objects.select_for_update().filter(id=roster_id).first()
        if roster is None:
            raise RosterNotFound
        by.require("roster.match", roster.unit_code)
        require_sender(by, roster.sender)
        if roster.state != "checked":
            raise NoWayForRoster(roster.state, "重新核对")
        record(
            by=by, action="roster.check", subject="roster", subject_id=roster.id, unit_code=roster.unit_code,
        )  # fmt: skip
        rows = Row.objects.filter(roster=roster)
        decided = {(r.sheet, r.number, r.before_id): r for r in rows.exclude(decision="")}
        Candidate.objects.filter(row__roster=roster).delete()
        rows._raw_delete("default")
        with _opened(roster) as path, opening(path) as file:
            _read(roster, file)
        _decide_again(roster, decided)


def require_sender(by: Acting, sender: str) -> None:
    """A department's user has to do with that department's lists only. Raises NotYourSender."""
    if by.role == "department" and by.department != sender:
        raise NotYourSender


class _opened:  # noqa: N801 - used as a function in `with`
    """The kept file of a roster, under its own name in a folder that goes away."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster

    def __enter__(self) -> Path:
        self.folder = tempfile.TemporaryDirectory(prefix="yingbao-roster-")
        path = Path(self.folder.name) / Path(self.roster.file_name).name
        path.write_bytes(base64.b64decode(sealer().unseal(bytes(self.roster.file.sealed), FILE)))
        return path

    def __exit__(self, *_: object) -> None:
        self.folder.cleanup()


opened = _opened


def _allow(
    by: Acting, region: str, year: int, sender: str, kind: str, extent: str, path: Path, unit_code: str
) -> None:
    """Whether this person may hand such a list in, before anything of it is opened."""
    by.require("roster.hand-in", unit_code or regions.canonical(region))
    require_sender(by, sender)
    known = senders(load_release(region, year))
    if sender not in known or extent not in EXTENTS:
        raise UnknownSender(sender)
    if kind not in known[sender].lists:
        raise NotItsList(known[sender])
    if extent not in KINDS[kind].extents:
        raise OnlyChanges(LISTS[kind])
    if path.is_file() and path.stat().st_size > MOST_BYTES:
        raise RosterTooLarge(MOST_BYTES)


def _take(
    by: Acting,
    region: str,
    year: int,
    sender: str,
    kind: str,
    as_of: date,
    extent: str,
    path: Path,
    file_name: str,
    unit_code: str,
) -> tuple[Roster, bytes]:
    """The roster as handed in, unread, and what its file holds, which is to be kept."""
    unit = unit_code or regions.canonical(region)
    of = senders(load_release(region, year))[sender]
    content = path.read_bytes() if path.is_file() else b""
    roster = Roster(
        id=uuid7(), unit_code=unit, region=region, sender=of.code, kind=kind, as_of=as_of, extent=extent, benefit_year=year,
        file_name=file_name or path.name, file_digest=sealer().sm3(content).hex(), handed_by=by.staff_id,
        handed_by_name=by.name, handed_at=datetime.now(UTC),
    )  # fmt: skip
    record(
        by=by, action="roster.hand-in", subject="roster", subject_id=roster.id, unit_code=unit, news="roster",
        facts={"sender": sender, "list": kind, "as_of": as_of.isoformat(), "extent": extent, "digest": roster.file_digest},
    )  # fmt: skip
    try:
        with transaction.atomic():
            roster.save(force_insert=True)
    except IntegrityError as error:
        raise HandedInBefore(_when(unit, sender, roster.file_digest)) from error
    return roster, content


def _keep(roster: Roster, content: bytes) -> None:
    """The file, sealed. Sent as it is: written out in digits within a statement, megabytes would be read three times."""
    sealed = sealer().seal(base64.b64encode(content).decode("ascii"), FILE)
    with connection.cursor() as within, connection.wrap_database_errors:
        psycopg.Cursor(within.connection).execute(
            "INSERT INTO rosters_file (roster_id, sealed) VALUES (%b, %b)", [roster.id, sealed]
        )


def _read(roster: Roster, file: Opening, tell: Tell | None = None, *, content: bytes = b"") -> None:
    """Read the file, compare it, and note on the roster what it says and what came of it; `content` is still to be kept."""
    policy = load_release(roster.region, roster.benefit_year)
    of = senders(policy)[roster.sender]
    kind = KINDS[roster.kind]
    spellings, columns = _spellings(policy, roster), _columns(roster)
    terms = kind.asked(roster.unit_code, roster.as_of)
    with prepared(file.large) as (work, known):
        known.foresee(file.numbers())
        if content:  # while the file is being read
            _keep(roster, content)
        found = read(file.sheets(), spellings, columns, terms)
        if not found.count:
            raise RosterEmpty(_why_empty(found))
        work.wait()
        named = found.named()
        roster.classes = spoken_of(of, named) if kind.meanings is None else sorted(named)
        roster.layout = {"named": sorted(named), "sites": found.sites()}
        previous = _previous(roster)
        roster.previous_id = None if previous is None else previous.id
        # what is no class is never since birth: without a day it counts from the list's
        roster.layout["listed"] = list(kind.touching) or ([] if previous is None else previous.classes)
        ask(roster, found, work, known, tell)
        roster.layout |= found.layout()
        met = known.met()
        work.wait()
        conclude(roster, found, met)
    roster.state = "checked"
    roster.save(update_fields=["classes", "previous_id", "layout", "counts", "basis", "state"])


def _previous(roster: Roster) -> Roster | None:
    """The sender's last full list of these kinds that was applied; who is new since it is new since its day."""
    kinds, sites = set(roster.classes), set(roster.layout["sites"])
    found = Roster.objects.filter(
        unit_code=roster.unit_code,
        sender=roster.sender,
        kind=roster.kind,
        state="applied",
        extent="full",
        as_of__lt=roster.as_of,
    ).order_by("-as_of", "-decided_at")
    return next(
        (
            one
            for one in found[:12]
            if kinds.intersection(one.classes) and (not sites or sites.intersection(one.layout["sites"]))
        ),
        None,
    )


def _decide_again(roster: Roster, decided: dict[tuple[str, int, UUID | None], Row]) -> None:
    places = {(sheet, number) for sheet, number, _ in decided}
    for row in Row.objects.filter(roster=roster, outcome__in=(*OPEN, "ended", "unreadable")):
        if (row.sheet, row.number) not in places:
            continue
        before = decided.get((row.sheet, row.number, row.before_id))
        if before is not None and (before.outcome, before.reason) == (row.outcome, row.reason):
            row.decision, row.decided_by_name = before.decision, before.decided_by_name
            row.resident_id, row.effect, row.since = before.resident_id, before.effect, before.since
            row.save(update_fields=["decision", "decided_by_name", "resident_id", "effect", "since"])


def _give_up(roster_id: UUID, unit_code: str, sentence: str) -> None:
    with within(unit_code):
        roster = Roster.objects.select_for_update().get(id=roster_id)
        record(
            by=Acting.program(unit_code), action="roster.withdraw", subject="roster", subject_id=roster_id,
            unit_code=roster.unit_code, grounds=sentence,
        )  # fmt: skip
        roster.state, roster.decision_grounds = "withdrawn", sentence
        roster.save(update_fields=["state", "decision_grounds"])


def _spellings(policy: Policy, roster: Roster) -> dict[str, str]:
    spellings = KINDS[roster.kind].spellings
    if spellings is not None:
        return {**spellings, **_confirmed(roster, "class")}
    known = spelling_index({code: [c.name, *c.spellings] for code, c in policy.vocabulary.categories.items()})
    return {**known, **_confirmed(roster, "class")}


def _columns(roster: Roster) -> dict[str, Field]:
    return {written: Field(meaning) for written, meaning in _confirmed(roster, "column").items()}


def _confirmed(roster: Roster, kind: str) -> dict[str, str]:
    own = Spelling.objects.filter(
        unit_code=roster.unit_code, sender=roster.sender, about=roster.kind, kind=kind
    )
    return dict(own.values_list("written", "meaning"))


def _why_empty(found: Read) -> str:
    notes = "；".join(found.notes()[:3])
    return f"文件里没有可以读的人员行，请核对是不是报错了文件。{notes}"


def _when(unit: str, sender: str, digest: str) -> str:
    before = (
        Roster.objects.filter(unit_code=unit, sender=sender, file_digest=digest)
        .order_by("-handed_at")
        .first()
    )
    return f"{before.handed_at:%Y-%m-%d}" if before else ""
