"""Answers per kind of person: the rules are asked once of each kind that is met, not of each row.

The rules test facts; who gives the same truths to all of their tests, has the same number of lapsed years and the same
classes at work is of one kind, and there are some hundreds of kinds in a million people. So the truths are worked out
row by row, two bits a test as in the class mask (`a0`, `a1`, …), and every later stage, which reads nothing but truths
and a few small numbers, is the same SQL over the distinct kinds. The answers are joined back; dates are counted from
the row's own days.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, TypeAlias

from yingbao.policy.conditions import Atom, ClassTest, CodeTest, LapseTest, PaymentTest
from yingbao.policy.sql.predicates import FALSE, TRUE, On, Tests, coded_column, day, three_valued
from yingbao.policy.sql.shortcuts import Shortcuts

#: Where bits are: number, shift.
Place: TypeAlias = tuple[int, int]

#: How many bits one whole number holds.
ROOM = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """A test over the row. `needs`: the bit of `happened` without which the answer is `else_`."""

    holds: str
    unknown: str
    needs: int = 0
    else_: bool = False


class KindTests(Tests):
    """Writes conditions over kinds: a test is two bits of a number, worked out for the rows by `rows`."""

    __slots__ = ("codes", "days", "numbers", "pieces", "rows", "used")

    by_kind: ClassVar[bool] = True

    def __init__(self, rows: Tests) -> None:
        """Share the numbering of `rows`, whose conditions have been surveyed."""
        for name in Tests.__slots__:
            setattr(self, name, getattr(rows, name))
        self.rows = rows
        #: bits in use, and where each thing's are: word, shift
        self.used = 0
        self.pieces: dict[Piece, Place] = {}
        #: stretches of payment days, open or not
        self.days: dict[tuple[date | None, date | None], Place] = {}
        self.codes: dict[str, Place] = {}
        #: small numbers that are one within a kind: expression over the row → column
        self.numbers: dict[str, str] = {}

    def leaf(self, node: Atom, on: On, mask: str) -> str:
        """One test as three values of its two bits."""
        pair = self.pair(node, on, mask)
        return super().leaf(node, on, mask) if pair is None else three_valued(*pair)

    def pair(self, node: Atom, on: On, mask: str) -> tuple[str, str] | None:
        """A test's truths `yes` and `perhaps`; None for one that is the same for all, or of columns every kind has."""
        if self.rows.leaf(node, on, mask) in (TRUE, FALSE) or isinstance(node, ClassTest | LapseTest):
            return None
        if self.planted is None:
            if isinstance(node, CodeTest) and self.by_number:
                return None
            if isinstance(node, PaymentTest) and node.days_of_month is None:
                return self._stretch(node.first, node.last), FALSE
        short = Shortcuts(self.rows)
        holds, unknown = short.holds(node, on, mask), short.unknown(node, on, mask)
        return self._piece(Piece(holds, unknown, *(short.needs(node, on, mask) or ())))

    def _allot(self, width: int) -> Place:
        """The next bits that lie within one number."""
        if self.used % ROOM + width > ROOM:
            self.used += ROOM - self.used % ROOM
        self.used += width
        return (self.used - width) // ROOM, (self.used - width) % ROOM

    def _piece(self, piece: Piece) -> tuple[str, str]:
        if piece not in self.pieces:
            self.pieces[piece] = self._allot(1 if piece.unknown == FALSE else 2)
        word, shift = self.pieces[piece]
        perhaps = FALSE if piece.unknown == FALSE else f"(a{word} & {2 << shift}) <> 0"
        return f"(a{word} & {1 << shift}) <> 0", perhaps

    def _stretch(self, first: date | None, last: date | None) -> str:
        if (first, last) not in self.days:
            self.days[first, last] = self._allot(1)
        word, shift = self.days[first, last]
        return f"(a{word} & {1 << shift}) <> 0"

    def value(self, fact: str) -> str:
        """A code's number; NULL where it is not known."""
        if not self.by_number or fact not in self.coded:
            return super().value(fact)
        width = (len(self.coded[fact]) + 1).bit_length()
        if fact not in self.codes:
            self.codes[fact] = self._allot(width)
        word, shift = self.codes[fact]
        return f"NULLIF((a{word} >> {shift}) & {(1 << width) - 1}, 0)"

    def dated(self, on: On) -> str:
        """Whether there is a payment day."""
        return TRUE if isinstance(on, date) else self._stretch(None, None)

    def truth(self, sql: str) -> str:
        """A truth about the row that is never NULL."""
        if sql in (TRUE, FALSE):
            return sql
        # a test that is in doubt just where this is true says it already; of events it is not asked of everybody
        known = (piece for piece in self.pieces if piece.unknown == sql and not piece.needs)
        piece = next(known, None)
        return self._piece(Piece(sql, FALSE))[0] if piece is None else self._piece(piece)[1]

    def number(self, sql: str) -> str:
        """A small whole number of the row, or NULL."""
        return self.numbers.setdefault(sql, f"x{len(self.numbers)}")

    def columns(self, on: On) -> dict[str, str]:
        """The columns of a kind that are worked out here: name → expression over the row."""
        words: dict[str, str] = {}
        for word in range(-(-self.used // ROOM)):
            parts = self._tested(word) + self._coded(word) + self._dated(word, on)
            words[f"a{word}"] = f"CAST({' | '.join(parts)} AS INTEGER)"
        return words | {name: sql for sql, name in self.numbers.items()}

    def _tested(self, word: int) -> list[str]:
        """The tests of one number. To most people nothing has happened that the tests of events need."""
        always: list[str] = []
        events: list[str] = []
        needed = quiet = 0
        for piece, (place, shift) in self.pieces.items():
            if place != word:
                continue
            doubt = "" if piece.unknown == FALSE else f" WHEN {piece.unknown} THEN {2 << shift}"
            written = f"CASE WHEN {piece.holds} THEN {1 << shift}{doubt} ELSE 0 END"
            (events if piece.needs else always).append(written)
            needed |= piece.needs
            quiet |= 1 << shift if piece.else_ else 0
        if events:
            always.append(f"CASE WHEN (happened & {needed}) = 0 THEN {quiet} ELSE {' | '.join(events)} END")
        return always

    def _coded(self, word: int) -> list[str]:
        return [
            f"{coded_column(fact)} * {1 << shift}"
            for fact, (place, shift) in self.codes.items()
            if place == word
        ]

    def _dated(self, word: int, on: On) -> list[str]:
        """The bits of all stretches of days by one look at the day, from the first edge to the last."""
        mine = {ends: 1 << shift for ends, (place, shift) in self.days.items() if place == word}
        if not mine:
            return []
        starts = {first for first, _ in mine if first} | {last + timedelta(1) for _, last in mine if last}
        edges = sorted(starts)
        arms, before = "", date.min
        for edge in edges:
            arms += f" WHEN {on} < {day(edge)} THEN {_bits_on(mine, before)}"
            before = edge
        return [f"CASE{arms} WHEN {on} IS NOT NULL THEN {_bits_on(mine, before)} ELSE 0 END"]


def _bits_on(stretches: Mapping[tuple[date | None, date | None], int], on: date) -> int:
    return sum(
        bit
        for (first, last), bit in stretches.items()
        if (not first or first <= on) and (not last or on <= last)
    )


@dataclass(frozen=True, slots=True)
class Kinds:
    """The stages about kinds. `given` and `worked_out` make a kind; `carried` columns stay with each row."""

    worked_out: Mapping[str, str]
    given: Sequence[str]
    carried: Collection[str]

    @property
    def key(self) -> list[str]:
        """The columns of which two people of one kind have the same."""
        return [*self.given, *self.worked_out]

    def people(self, facts: str) -> str:
        """Each row with its kind and its own days; no more, for it is held in memory."""
        kept = [*sorted(set(self.carried) - set(self.given)), *self.given]
        added = [f"{sql} AS {name}" for name, sql in self.worked_out.items()]
        return f"SELECT {', '.join([*kept, *added])} FROM ({facts}) AS facts"

    def met(self) -> str:
        """The kinds there are, as a relation with the facts the rules ask for."""
        return f"SELECT DISTINCT {', '.join(self.key)} FROM people"

    def answered(self, keyed: str, answers: Mapping[str, str], joins: str) -> str:
        """What the rules say of each kind."""
        of = [f"{name} AS of_{name}" for name in self.key]
        said = [f"{sql} AS {name}" for name, sql in answers.items()]
        return f"SELECT {', '.join([*of, *said])} FROM ({keyed}) AS answered {joins}"

    def joined(self, more: str) -> str:
        """Each row with the answers of its kind."""
        same = " AND ".join(f"people.{name} IS NOT DISTINCT FROM kinds.of_{name}" for name in self.key)
        return f"SELECT *{more} FROM people JOIN kinds ON {same}"
