"""The timetable laid out on a field of 984 × n: where each bar, word and disc of the drawing stands."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from yingbao.kernel.dates import add_months
from yingbao.web.workbench.presenters.windows import Bar, Row, Timetable

WIDTH, LABELS, HEAD = 984, 198, 44
ROW, BAR, LINE = 50, 36, 17
#: A month narrower than this has no room for its name; then every second one is named.
MONTH = 52
LARGE, SMALL = 13, 12
PAD, DISC = 10, 19


@dataclass(frozen=True, slots=True)
class Word:
    """Text at a place. `look` is its class."""

    x: str
    y: int
    text: str
    look: str


@dataclass(frozen=True, slots=True)
class Disc:
    """A numbered disc."""

    x: str
    y: int
    number: int


@dataclass(frozen=True, slots=True)
class Box:
    """A bar as drawn."""

    x: str
    y: int
    wide: str
    kind: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A month's upright: `strong` where a year begins."""

    x: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything of the drawing."""

    width: int
    height: int
    ticks: tuple[Tick, ...]
    rules: tuple[int, ...]
    boxes: tuple[Box, ...]
    words: tuple[Word, ...]
    discs: tuple[Disc, ...]
    kinds: frozenset[str]


def chart(found: Timetable) -> Chart:
    """Lay the timetable out."""
    layout = _Layout(found)
    boxes: list[Box] = []
    words = list(layout.months())
    discs: list[Disc] = []
    rules: list[int] = []
    top = HEAD
    for row in found.rows:
        rules.append(top)
        lines = wrap(row.label, LABELS - 12, LARGE)
        left_over = layout.left_over(row)
        high = len(lines) + bool(left_over)
        tall = max(ROW, high * LINE + 16)
        first = top + (tall - high * LINE) // 2 + 13
        words += [Word("0", first + LINE * at, line, "who") for at, line in enumerate(lines)]
        discs += [Disc(str(9 + 19 * at), first + LINE * len(lines) - 3, n) for at, n in enumerate(left_over)]
        layout.row(row, top + (tall - BAR) // 2, boxes, words, discs)
        top += tall
    kinds = frozenset(bar.kind for row in found.rows for bar in row.bars)
    return Chart(
        WIDTH,
        top + 4,
        tuple(layout.ticks()),
        tuple(rules),
        tuple(boxes),
        tuple(words),
        tuple(discs),
        kinds,
    )


class _Layout:
    def __init__(self, found: Timetable) -> None:
        self.first, self.last = found.first, found.last
        self.days = (found.last - found.first).days + 1

    def x(self, day: date) -> float:
        """Where a day begins."""
        return LABELS + (WIDTH - LABELS) * (day - self.first).days / self.days

    def month_starts(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day = add_months(day, 1)

    def ticks(self) -> Iterator[Tick]:
        for day in self.month_starts():
            yield Tick(_at(self.x(day)), day.month == 1)

    def months(self) -> Iterator[Word]:
        starts = list(self.month_starts())
        step = 1 if (WIDTH - LABELS) / len(starts) >= MONTH else 2
        for at, day in enumerate(starts):
            if at == 0 or day.month == 1:
                yield Word(_at(self.x(day) + 4), 16, str(day.year), "year")
            if (day.month - 1) % step == 0:
                yield Word(_at(self.x(day) + 4), 34, f"{day.month}月", "month")

    def row(self, row: Row, top: int, boxes: list[Box], words: list[Word], discs: list[Disc]) -> None:
        for bar in row.bars:
            left, right = self.x(bar.first) + 1, self._end(bar) - 1
            wide = max(right - left, 2)
            boxes.append(Box(_at(left), top, _at(wide), bar.kind))
            if bar.kind == "closed":
                said = fitting(bar.words, wide - 12, SMALL)
                if said:
                    words.append(Word(_at(left + wide / 2), top + 22, said, "middle"))
            else:
                self._fill(bar, left, wide, top, words, discs)

    def _end(self, bar: Bar) -> float:
        return self.x(bar.last) + (WIDTH - LABELS) / self.days

    def _fill(
        self, bar: Bar, left: float, wide: float, top: int, words: list[Word], discs: list[Disc]
    ) -> None:
        """Price above, start of cover below, discs behind the price as far as there is room."""
        price, below = _lines(bar, wide)
        if price:
            words.append(Word(_at(left + PAD), top + 15, price, f"price on-{bar.kind}"))
        if below:
            words.append(Word(_at(left + PAD), top + 30, below, f"start on-{bar.kind}"))
        at = left + _discs_from(price)
        for number in bar.flags[: _room_for_discs(bar, wide)]:
            discs.append(Disc(_at(at), top + 10, number))
            at += DISC

    def left_over(self, row: Row) -> list[int]:
        """The readings for which no bar of the row has room; they stand under its label."""
        return [
            number
            for bar in row.bars
            for number in bar.flags[_room_for_discs(bar, self._end(bar) - self.x(bar.first) - 2) :]
        ]


def _lines(bar: Bar, wide: float) -> tuple[str, str]:
    """The longest wordings that fit: with room for the discs first, then without."""
    room = wide - 2 * PAD
    price = fitting(bar.price, room - DISC * len(bar.flags), LARGE, bold=True)
    price = price or fitting(bar.price, room, LARGE, bold=True)
    only = bar.only if (price,) != bar.price[:1] else ()
    return price, fitting((*only, *bar.words), room, SMALL)


def _discs_from(price: str) -> float:
    return PAD + extent(price, LARGE, bold=True) + 14 if price else PAD + 6


def _room_for_discs(bar: Bar, wide: float) -> int:
    price, _ = _lines(bar, wide)
    return max(0, min(len(bar.flags), int((wide - _discs_from(price) - 9) // DISC) + 1))


def fitting(wordings: Sequence[str], room: float, size: int, bold: bool = False) -> str:
    """The first wording that fits the room; empty if none does."""
    return next((said for said in wordings if extent(said, size, bold) <= room), "")


def extent(text: str, size: int, bold: bool = False) -> float:
    """How wide a line is drawn: a Chinese character is as wide as high, others a little over half."""
    narrow = 0.6 if bold else 0.57
    return sum(size * (1 if unicodedata.east_asian_width(char) in "WFA" else narrow) for char in text)


def wrap(text: str, room: float, size: int) -> list[str]:
    """Lines no wider than the room, of about the same length, broken after 、 where one is near."""
    lines = max(1, -int(-extent(text, size, bold=True) // room))
    if lines == 1:
        return [text]
    wanted = -(-len(text) // lines)
    mark = text.rfind("、", wanted - 3, wanted + 3)
    cut = mark + 1 if mark > 0 else wanted
    return [text[:cut], *wrap(text[cut:], room, size)]


def _at(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
