"""Plain data that the components draw. Presenters make these; templates only place them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A head of a table. `number`: right-aligned. `hidden`: named for screen readers only."""

    name: str
    number: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step of an explanation. `value` is printed at the right; `last` is the answer under its rule.

    `sources` are lines of document and clause; `assumed` is the reading taken where the text is silent.
    """

    sentence: str
    sources: tuple[str, ...] = ()
    value: str = ""
    assumed: str = ""
    last: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a time line. `state`: money (filled), happened (ring) or next (dashed). `by`: who wrote it when."""

    on: str
    what: str
    detail: str = ""
    state: str = "happened"
    by: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """What one payer gives, in fen."""

    name: str
    fen: int


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a page. `count` stands behind the label."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome of a hand-in. `decide`: somebody must decide; `quiet`: nothing changes."""

    label: str
    number: int
    detail: str = ""
    decide: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Pages:
    """Where one is in a long list. `first` and `last` are row numbers; hrefs are None at the ends."""

    first: int
    last: int
    total: int
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A share drawn: where it begins and how wide it is on a field of `WIDTH`, and its tone."""

    name: str
    fen: int
    at: str
    wide: str
    tone: int


#: Tones of a stacked bar, in order: person, then assistance, then treasuries.
TONES = 7
WIDTH = 600
GAP = 2


def segments(shares: Sequence[Share]) -> tuple[Segment, ...]:
    """Shares of a bar by their exact part of the whole; zero shares are named but not drawn."""
    total = sum(share.fen for share in shares)
    found, before = [], 0
    for tone, share in enumerate(shares):
        at = WIDTH * before // total if total else 0
        before += share.fen
        end = WIDTH * before // total if total else 0
        wide = max(end - at - GAP, 1) if share.fen else 0
        found.append(Segment(share.name, share.fen, str(at), str(wide), tone % TONES))
    return tuple(found)
