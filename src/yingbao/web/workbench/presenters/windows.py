"""When one may pay, at what price, from which day it holds: one row a kind of person, worked out from the release.

A row is a person to whom one conditional window is open (or none: the ordinary resident) besides the windows open to
all; for every day the first window that fits, in the release's own order, is the one. So the chart says what the
assessment does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from yingbao.kernel.dates import Duration
from yingbao.policy import Policy
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.rules import Gap, StartSpec, Window
from yingbao.policy.schema.when import DATE_FACTS, DateTestSpec, When
from yingbao.web.spoken import yuan
from yingbao.web.workbench.presenters.citing import Citing

ORDINARY = "普通居民"
CLOSED = "不能缴"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A run of days in one window, or closed; `price` and `words` from longest to shortest wording.

    `only`: whom alone it is for, again from longest to shortest, where the price line has no room for it.
    """

    first: date
    last: date
    kind: str
    price: tuple[str, ...]
    words: tuple[str, ...]
    only: tuple[str, ...] = ()
    flags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of person."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timetable:
    """All rows, and the days they lie between (whole months)."""

    first: date
    last: date
    rows: tuple[Row, ...]


def timetable(policy: Policy, citing: Citing) -> Timetable | None:
    """The windows of a release by kind of person; None where it has no window."""
    windows = policy.release.windows
    if not windows:
        return None
    first = min(w.from_ for w in windows.values()).replace(day=1)
    last = _month_end(max(w.through for w in windows.values()))
    drawer = _Drawer(policy, citing, first, last)
    rows = [Row(ORDINARY, tuple(drawer.bars(None)))]
    for plan in policy.program.windows:
        window = windows[plan.name]
        if window.when is not None:
            rows.append(Row(label(policy, plan.name), tuple(drawer.bars(plan.name))))
    return Timetable(first, last, tuple(rows))


def label(policy: Policy, name: str) -> str:
    """Whom a conditional window is for: its name without the words that all such windows of the release end in."""
    windows = policy.release.windows
    ending = _common_ending([w.name for w in windows.values() if w.when is not None])
    return windows[name].name.removesuffix(ending)


class _Drawer:
    """Draws row after row; a reading is flagged where it is first met."""

    def __init__(self, policy: Policy, citing: Citing, first: date, last: date) -> None:
        self.policy = policy
        self.citing = citing
        self.first, self.last = first, last
        self.seen: set[str] = set()
        open_to_all = [w for w in policy.release.windows.values() if w.when is None]
        self.main = min(open_to_all, key=lambda w: w.from_, default=None)

    def bars(self, own: str | None) -> Iterator[Bar]:
        """The bars of the row of one conditional window, or of the ordinary resident."""
        windows = self.policy.release.windows
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        for (name, part), run in groupby(days, key=lambda day: self._at(own, day)):
            held = list(run)
            if name is None:
                bar = self._closed(own, held[0], held[-1])
                if bar is not None:
                    yield bar
            else:
                yield self._open(name, windows[name], part, held[0], held[-1], own)

    def _at(self, own: str | None, day: date) -> tuple[str | None, int]:
        """The window of a day and which branch of its condition the day lies in."""
        for plan in self.policy.program.windows:
            window = self.policy.release.windows[plan.name]
            if (window.when is None or plan.name == own) and _lets_in(window, day):
                return plan.name, _branch(window.when, day)
        return None, 0

    def _closed(self, own: str | None, first: date, last: date) -> Bar | None:
        """Days without a window: hatched for the ordinary resident between openings and in a gap the notice wants."""
        gaps = [gap for gap in self.policy.release.gaps if gap.from_ <= last and first <= gap.through]
        within_month = any(
            w.days_of_month and w.from_ <= first and last <= w.through for w in self._unconditional()
        )
        if own is not None or not (gaps or within_month):
            return None
        return Bar(first, last, "closed", (), (*_said(gaps, first), CLOSED))

    def _unconditional(self) -> list[Window]:
        return [w for w in self.policy.release.windows.values() if w.when is None]

    def _open(self, name: str, window: Window, part: int, first: date, last: date, own: str | None) -> Bar:
        amounts = self._amounts(name)
        branch = _branch_of(window.when, part) if window.when is not None else None
        event = _events(branch) if branch is not None else []
        price = [" ".join([amounts, *event]), amounts]
        start = self._start(window)
        plain = start.partition("；")[0]
        words = [start + self._subsidised(name, own), start, plain, plain.partition("后")[2]]
        rules = [f"windows.{name}", f"cover.{window.cover}"] + (
            [f"waiting.{window.waiting}"] if window.waiting else []
        )
        fresh = [rule for rule in rules if rule not in self.seen]
        self.seen.update(fresh)
        kind = self._kind(name, window)
        return Bar(
            first,
            last,
            kind,
            tuple(dict.fromkeys(price)),
            tuple(dict.fromkeys(filter(None, words))),
            tuple(_months(branch)) if branch is not None else (),
            self.citing.flags(*fresh),
        )

    def _kind(self, name: str, window: Window) -> str:
        if window is self.main:
            return "main"
        if window.when is not None:
            return "event" if _counts_from_an_event(window.when) else "open"
        dearer = self._most(name) > self._most(
            next(k for k, w in self.policy.release.windows.items() if w is self.main)
        )
        return "late" if dearer or window.waiting else "open"

    def _fens(self, name: str) -> list[int | None]:
        plan = next(plan for plan in self.policy.program.windows if plan.name == name)
        return [
            band.values[min(1, len(band.values) - 1) if band.band.times_periods else -1].fen
            for band in plan.price
        ]

    def _amounts(self, name: str) -> str:
        return "、".join("待定" if fen is None else yuan(fen) for fen in self._fens(name))

    def _most(self, name: str) -> int:
        return max((fen for fen in self._fens(name) if fen is not None), default=0)

    def _start(self, window: Window) -> str:
        """From which day cover holds, and how a wait moves it."""
        cover = self.policy.release.cover[window.cover]
        always, lapsed = self._waits(window)
        if always:
            said = always
        elif not isinstance(cover.start, StartSpec):
            said = "起始日未印" if isinstance(cover.start, str) else f"从 {cover.start} 起"
        else:
            said = _event_start(cover.start)
        return f"{said}；{lapsed}" if lapsed else said

    def _waits(self, window: Window) -> tuple[str, str]:
        """The wait of everybody, and that of those who lapsed."""
        if window.waiting is None:
            return "", ""
        spec = self.policy.release.waiting[window.waiting]
        always, lapsed = "", ""
        for part in spec.parts:
            if part.when is None:
                extra = 0 if spec.count_payment_day else 1
                day = (
                    f"第 {part.wait.amount + extra} 天起"
                    if part.wait.unit == "day"
                    else f"满 {say_length(part.wait)}起"
                )
                always = f"{'缴费日后' if spec.from_ == 'payment' else '待遇起始日后'}{day}"
            elif part.when.lapsed_years is not None:
                lapsed = f"断保的等 {say_length(part.wait)}" + (
                    f"，每多断 1 年加 {say_length(part.each)}" if part.each else ""
                )
        return always, lapsed

    def _subsidised(self, name: str, own: str | None) -> str:
        """What a row of its own says of subsidies where the window lets in fewer than the main one does."""
        plan = next(plan for plan in self.policy.program.windows if plan.name == name)
        every = self.policy.program.subsidies
        if own is None or not every or len(plan.subsidies) == len(every):
            return ""
        if not plan.subsidies:
            return "；不资助"
        return "；只资助" + "、".join(every[each].spec.name for each in plan.subsidies)


def _lets_in(window: Window, day: date) -> bool:
    in_month = window.days_of_month is None or window.days_of_month[0] <= day.day <= window.days_of_month[1]
    return (
        window.from_ <= day <= window.through
        and in_month
        and (window.when is None or _branch(window.when, day) >= 0)
    )


def _branch(when: When | None, day: date) -> int:
    """Which of the condition's alternatives is about that payment day; -1 if none is. 0 where there are none."""
    if when is None or not when.any or all(branch.payment is None for branch in when.any):
        return 0
    for number, branch in enumerate(when.any):
        payment = branch.payment
        starts = payment is None or payment.from_ is None or payment.from_ <= day
        ends = payment is None or payment.through is None or day <= payment.through
        if starts and ends:
            return number
    return -1


def _branch_of(when: When, part: int) -> When:
    return when.any[part] if when.any and any(branch.payment for branch in when.any) else when


def _events(when: When) -> list[str]:
    """`出生 90日内`: from which event one has how long."""
    found = []
    for fact in DATE_FACTS:
        test = getattr(when, fact)
        if not isinstance(test, DateTestSpec):
            continue
        event = FACTS[fact].label.removesuffix("日期").removesuffix("日")
        within = f"{event} {say_length(test.within)}内" if test.within is not None else ""
        if isinstance(test.from_, date) and isinstance(test.through, date):
            found.append(
                f"只收 {test.from_:%m-%d} 至 {test.through:%m-%d} {event}的{'，' if within else ''}{within}"
            )
        elif isinstance(test.from_, date):
            found.append(f"{test.from_} 以来{event}的")
        elif within:
            found.append(within)
    return found


def _months(when: When) -> Iterator[str]:
    """`只收 10–12 月出生的`, where whole months are let in."""
    for fact in DATE_FACTS:
        test = getattr(when, fact)
        if (
            not isinstance(test, DateTestSpec)
            or not isinstance(test.from_, date)
            or not isinstance(test.through, date)
        ):
            continue
        if test.from_.day == 1 and test.through == _month_end(test.through):
            event = FACTS[fact].label.removesuffix("日期").removesuffix("日")
            yield f"只收 {test.from_.month}–{test.through.month} 月{event}的"
            yield f"只收{test.from_.month}–{test.through.month}月{event}"


def say_length(length: Duration) -> str:
    """A length of time with a space behind its number: 90 日, 3 个月."""
    return f"{length.amount} {'日' if length.unit == 'day' else '个月'}"


def _counts_from_an_event(when: When) -> bool:
    tests = [getattr(branch, fact) for branch in (when, *(when.any or ())) for fact in DATE_FACTS]
    return any(isinstance(test, DateTestSpec) and (test.within or test.from_) for test in tests)


def _event_start(start: StartSpec) -> str:
    names = {"payment": "缴费当天起", "birth_date": "从出生起"}
    if start.plus is None and not start.next_month and start.day in names:
        return names[start.day]
    named = (
        "缴费日" if start.day == "payment" else FACTS[start.day].label if start.day in FACTS else start.day
    )
    return (
        named
        + (f"后 {say_length(start.plus)}" if start.plus else "")
        + ("次月 1 日" if start.next_month else "")
        + "起"
    )


def _said(gaps: Sequence[Gap], first: date) -> list[str]:
    return [gap.says for gap in gaps if gap.from_ <= first][-1:]


def _common_ending(names: Sequence[str]) -> str:
    """The words all names end in, so that a column of labels need not repeat them."""
    if len(names) < 2:
        return ""
    ending = ""
    for letters in zip(*(reversed(name) for name in names), strict=False):
        if len(set(letters)) > 1:
            break
        ending = letters[0] + ending
    return ending if len(ending) < min(map(len, names)) else ""


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - ONE_DAY
