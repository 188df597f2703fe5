"""What people would owe once the list is applied, beside what they owe now: by what happens to them, in sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from yingbao.policy import Person, Policy, assess
from yingbao.registry.queries.many import facts_of_many, insured_of_many
from yingbao.rosters.applying import WORKS
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.models import Roster
from yingbao.rosters.queries.after import AFTER, Effect

#: More people than this are counted and not assessed while somebody waits.
MOST = 6_000
_EFFECTS = f"""
SELECT w.resident_id, w.effect, w.category, w.since, w.recognised_on, w.ended_on, b.category, w.site, coalesce(u.name, w.site)
FROM rosters_row w LEFT JOIN registry_holding b ON b.id = w.before_id LEFT JOIN registry_unit u ON u.code = w.site WHERE {WORKS} ORDER BY w.id
"""


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """People to whom the same happens and whose amount goes from one to another; None is an amount nobody knows.

    `kind` new, changed or ended; `category` the class then, `before` the class now.
    """

    kind: str
    category: str
    before: str
    people: int
    before_fen: int | None
    after_fen: int | None

    @property
    def sum_fen(self) -> int | None:
        """How much more (or less) they owe together."""
        if self.before_fen is None or self.after_fen is None:
            return None
        return self.people * (self.after_fen - self.before_fen)


@dataclass(frozen=True, slots=True)
class Preview:
    """The bills that would change if everybody paid on `on`; `insured` have this year's cover already: theirs do not."""

    on: date
    people: int
    lines: tuple[PreviewLine, ...]
    insured: int
    unchanged: int
    too_many: bool = False

    @property
    def changed(self) -> int:
        """How many people's amount changes."""
        return sum(line.people for line in self.lines)

    @property
    def sum_fen(self) -> int:
        """All known differences together."""
        return sum(line.sum_fen or 0 for line in self.lines)


def preview(roster_id: UUID, policy: Policy, on: date) -> Preview:
    """Before and after for everybody whom the list changes, by the facts of a payment day."""
    roster = Roster.objects.get(id=roster_id)
    effects, after_facts = _effects(roster), AFTER[roster.kind]
    if len(effects) > MOST:
        return Preview(on, len(effects), (), 0, 0, too_many=True)
    region = policy.release.region
    insured = insured_of_many(list(effects), date(policy.release.benefit_year, 12, 31), region)
    people = facts_of_many([one for one in effects if one not in insured], on, region)
    counted: dict[tuple[str, str, str, int | None, int | None], int] = {}
    unchanged = 0
    for resident_id, person in people.items():
        mine = effects[resident_id]
        then = after_facts(person, mine, roster.as_of, on)
        before, after = _due(policy, person, on), _due(policy, then, on)
        if before == after:
            unchanged += 1
            continue
        key = (*_named(mine), before, after)
        counted[key] = counted.get(key, 0) + 1
    lines = [
        PreviewLine(kind, category, was, number, before, after)
        for (kind, category, was, before, after), number in counted.items()
    ]
    lines.sort(key=lambda line: (_ORDER.index(line.kind), -line.people, line.category))
    return Preview(on, len(effects), tuple(lines), len(insured), unchanged)


_ORDER = ("new", "changed", "ended")


def payment_day(policy: Policy, today: date) -> date:
    """The day amounts are asked for: today, or the first day of the first window if none has opened yet."""
    first = min((window.from_ for window in policy.release.windows.values()), default=today)
    last = max((window.through for window in policy.release.windows.values()), default=today)
    return min(max(today, first), last)


def _effects(roster: Roster) -> Mapping[UUID, list[Effect]]:
    found: dict[UUID, list[Effect]] = {}
    with connection.cursor() as cursor:
        cursor.execute(KINDS[roster.kind].said(_EFFECTS), {"roster": roster.id})
        for resident_id, *rest in cursor.fetchall():
            found.setdefault(resident_id, []).append(Effect(*rest))
    return found


def _due(policy: Policy, person: Person, on: date) -> int | None:
    return assess(policy.program, person, on).due_fen


def _named(effects: list[Effect]) -> tuple[str, str, str]:
    """What to call what happens to a person: the change before the end, the new before both."""
    kinds = {effect.kind: effect for effect in reversed(effects)}
    first = next(kinds[kind] for kind in ("changed", "new", "ended") if kind in kinds)
    gone = kinds.get("ended")
    if first.kind == "new" and gone is not None:
        return "changed", first.category, gone.category
    return first.kind, first.category, first.before or ""
