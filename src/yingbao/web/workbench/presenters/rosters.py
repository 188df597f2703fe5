"""Rosters as plain data: senders and lists, counts, rows with what can be done, columns, amounts before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from yingbao.rosters.kinds import KINDS
from yingbao.rosters.queries import ALL_OPEN, Preview, RosterLine, RowLine, SenderLine
from yingbao.rosters.senders import DEPARTMENTS, vocabulary
from yingbao.rosters.states import DECISIONS, EXTENTS, LISTS, NOT_KEPT, OUTCOMES, STATES, WHO
from yingbao.web import spoken
from yingbao.web.parts import Outcome
from yingbao.workbooks.headings import HEADINGS, Field

#: Which step a state stands at, of 交表 识别 核对 复核 生效; 6 is past the last.
STEPS: Final = {"reading": 2, "checked": 3, "submitted": 4, "applied": 6, "withdrawn": 1}
_NEW: Final = {"study": "就读", "deaths": "登记", "moves": "迁入"}
_QUIET: Final = {"unchanged"}
_DETAILS: Final = {
    "new": "原来没有", "ended": "名册写明或没有列", "changed": "与登记的不同", "unchanged": "不动账单",
    "person_unknown": "须处理", "several_persons": "须处理", "contradicts": "须处理", "unreadable": "退回补正",
}  # fmt: skip
#: What the fields of a heading are called; those nobody reads are kept as written.
FIELDS: Final = {field: words.split()[0] for field, words in HEADINGS.items()}
_PERSONS: Final = (
    Field.NAME, Field.ID_NUMBER, Field.BIRTH_DATE, Field.HOUSEHOLD, Field.HEAD_NAME, Field.VILLAGE,
)  # fmt: skip
_WHAT: Final = {"new": "新增", "changed": "改变", "ended": "终止"}


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A sender on the list page: what it should send, what came, how late it is."""

    code: str
    name: str
    cadence: str
    last: RosterLine | None
    last_day: str
    state: str
    late: int
    due: str
    why: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """One roster in a table."""

    line: RosterLine
    sender: str
    title: str
    extent: str
    state: str
    tone: str
    rows: int
    figures: str
    handed: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to decide a row."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One row as the page draws it; `choices` empty where nothing is to be decided."""

    line: RowLine
    place: str
    result: str
    why: str
    effect: str
    decided: str
    choices: tuple[Choice, ...]
    attention: bool
    searchable: bool


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """People to whom the same happens, and their amounts."""

    what: str
    people: int
    before: str
    after: str
    total: str


def name_of(category: str, kind: str = "classes", site: str = "") -> str:
    """The printed name of a class, of a stage with the school, of where somebody lives, of what happened."""
    meanings = KINDS[kind].meanings
    if meanings is None:
        return vocabulary().name(category) if category else "—"
    if kind == "moves" and site:
        return site
    return f"{meanings.get(category, category)}（{site}）" if site else meanings.get(category, category)


def title(line: RosterLine) -> str:
    """What a list is called: its department, what it is about, its month."""
    about = "名册" if line.kind == "classes" else LISTS[line.kind]
    return f"{DEPARTMENTS.get(line.sender, line.sender)}{about} {line.as_of.year}年{line.as_of.month}月"


def sender_row(line: SenderLine) -> SenderRow:
    """A sender in words."""
    due = "" if line.due is None else f"{spoken.day(line.due)} 前，{line.why}"
    last = line.last
    return SenderRow(
        line.sender.code, line.sender.name, line.sender.cadence, last, "" if last is None else spoken.day(last.as_of),
        "" if last is None else STATES[last.state], line.late, due, line.why,
    )  # fmt: skip


def list_row(line: RosterLine) -> ListRow:
    """A roster in words."""
    tone = {"checked": "amber", "submitted": "blue", "reading": "blue"}.get(line.state, "")
    return ListRow(
        line, DEPARTMENTS.get(line.sender, line.sender), title(line), EXTENTS[line.extent].split("（")[0],
        STATES[line.state], tone, line.rows, figures(line), spoken.minute(line.handed_at),
    )  # fmt: skip


def figures(line: RosterLine) -> str:
    """New, ended and changed of a list, as `214 / 96 / 58`."""
    return " / ".join(spoken.count(line.counts.get(kind, 0)) for kind in ("new", "ended", "changed"))


def counts(line: RosterLine) -> list[Outcome]:
    """The outcome counts, what needs nothing before what needs a decision. They add up to rows and rows that end."""
    return [
        Outcome(
            OUTCOMES[code], line.counts.get(code, 0), _DETAILS[code],
            decide=code in ALL_OPEN and line.counts.get(code, 0) > 0, quiet=code in _QUIET,
        )
        for code in OUTCOMES
    ]  # fmt: skip


def row_view(line: RowLine, may_decide: bool, kind: str = "classes") -> RowView:
    """A row, why it has its outcome, and the ways to decide it with the likeliest chosen."""
    place = f"{line.number:,}" if line.sheet else "未列"
    decided = ""
    if line.decision:
        whom = f"：{line.unit_name} {spoken.masked_name(line.person)}" if line.decision == "matched" else ""
        decided = f"{DECISIONS[line.decision]}{whom}（{line.decided_by_name}）"
    choices = _choices(line) if may_decide else ()
    attention = line.outcome in ALL_OPEN and not line.decision
    known_what = line.outcome != "unreadable" or line.reason.startswith(WHO)
    searchable = (
        may_decide and bool(line.sheet) and bool(line.category) and line.outcome in ALL_OPEN and known_what
    )
    return RowView(
        line, place, OUTCOMES[line.outcome], line.sentence, _said(line, kind) if known_what else "", decided, choices, attention,
        searchable and line.reason != "duplicate",
    )  # fmt: skip


def _choices(line: RowLine) -> tuple[Choice, ...]:
    if line.decision:
        return (Choice("undo", "撤回这个处理"),)
    if line.outcome == "ended" and line.reason == "not_listed":
        return (Choice("dropped", "不终止，照登记保留"),)
    if line.outcome not in ALL_OPEN or (line.outcome == "unreadable" and not line.candidates):
        return ()
    found = [
        Choice(
            f"matched:{one.id}",
            f"选 {one.unit_name} {spoken.masked_name(one.name)} {one.document}（相符 {one.score}）",
        )
        for one in line.candidates
        if line.category
    ]
    if line.outcome == "contradicts" and line.reason not in NOT_KEPT and line.resident_id is not None:
        found.append(Choice("kept", "照名册办：终止" if line.reason == "maybe_listed" else "照名册办"))
    if line.outcome != "unreadable":
        found.append(Choice("dropped", "不采用，退回补正"))
    one_only = len(line.candidates) == 1
    return tuple(
        Choice(c.value, c.label, c.value.startswith("matched") if one_only else c.value == "dropped")
        for c in found
    )


def _said(line: RowLine, kind: str) -> str:
    """What the row does; what it would do while somebody must decide."""
    done = _effect(line, kind)
    open_still = line.outcome in ALL_OPEN and line.decision not in ("matched", "kept")
    return "" if open_still and line.decision else f"采用则：{done}" if done and open_still else done


def _effect(line: RowLine, kind: str) -> str:
    """What the row does, with the days: 农村低保一类（2022-03-01 起）改 农村低保三类."""
    now = ""
    if line.held:
        through = "" if line.held_through is None else f" 至 {spoken.day(line.held_through)}"
        now = f"{name_of(line.held, kind, line.held_site)}（{spoken.day(line.held_from)} 起{through}）"
    said = name_of(line.category, kind, line.site)
    since = "认定时间不详" if line.since is None else f"{spoken.day(line.since)} 起"
    if line.effect == "new":
        return f"{_NEW.get(kind, '新增')} {said}，{since}"
    if line.effect == "changed" and (line.held, line.held_site) != (
        line.category,
        line.site or line.held_site,
    ):
        return f"{now} 改为 {said}，{since}"
    if line.effect == "changed":
        until = "" if line.ended_on is None else f"，至 {spoken.day(line.ended_on)}"
        return f"{now} 改为 {spoken.day(line.recognised_on) if line.recognised_on else '起期不变'} 起{until}"
    if line.effect == "ended":
        return f"{now or said} 到 {spoken.day(line.ended_on)} 终止"
    return now


def fields_of(kind: str) -> dict[Field, str]:
    """What is read in a list of a kind, by what its columns are called there."""
    terms = KINDS[kind].terms
    found = {field: FIELDS[field] for field in _PERSONS} | {Field.RECOGNISED_ON: terms.since}
    if terms.only is None:
        found |= {Field.CLASS: terms.category, Field.ENDED_ON: terms.until}
    if kind == "classes":
        found |= {field: FIELDS[field] for field in (Field.CLASS, Field.WIDE_CLASS)}
    return found | ({Field.SITE: terms.site} if terms.site else {})


def schools(line: RosterLine) -> str:
    """The schools a list of students speaks of: whom it leaves out it ends there and nowhere else."""
    sites = line.layout.get("sites", []) if line.kind == "study" else []
    return "、".join(sites[:3]) + (f"等 {len(sites)} 所学校" if len(sites) > 3 else "")


def columns(line: RosterLine) -> list[tuple[str, str, bool]]:
    """Headings as printed, what each was taken for, and whether it is read at all."""
    names = fields_of(line.kind)
    found = []
    for printed, field in line.layout.get("columns", ()):
        known = Field(field) if field else None
        shown = "不认得" if known is None else names.get(known, "不读入")
        found.append((printed, shown, known is not None))
    return found


def spellings(line: RosterLine) -> list[tuple[str, str, int]]:
    """Class spellings in the list, the class each was taken for ("" for none), and the rows; the unknown first."""
    found = [
        (written, name_of(code, line.kind) if code else "", rows)
        for written, code, rows in line.layout.get("spellings", ())
    ]
    return sorted(found, key=lambda one: (one[1] != "", -one[2]))


def class_choices(line: RosterLine, sender_classes: Sequence[str]) -> list[tuple[str, str]]:
    """The classes a spelling may mean: the sender's own, or what a list of the kind can say."""
    meanings = KINDS[line.kind].meanings
    if meanings is not None:
        return list(meanings.items())
    return [(code, name_of(code)) for code in sender_classes or line.classes]


def preview_rows(found: Preview, kind: str = "classes") -> list[PreviewRow]:
    """Amounts before and after, line by line."""
    rows = []
    for line in found.lines:
        now = name_of(line.category, kind)
        was = name_of(line.before, kind) if line.before else ""
        what = f"{was}改{now}" if line.kind == "changed" and was != now else f"{_WHAT[line.kind]}{now}"
        total = "—" if line.sum_fen is None else spoken.signed_yuan(line.sum_fen)
        rows.append(
            PreviewRow(what, line.people, spoken.yuan(line.before_fen), spoken.yuan(line.after_fen), total)
        )
    return rows


def deadline(on: date) -> str:
    """Nothing prints when a review must be done."""
    return f"文件未定，{spoken.day(on)} 起等待"
