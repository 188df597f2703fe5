"""The facts of a person once what a list says of them holds, one way for each kind of list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from yingbao.policy import Holding, Person
from yingbao.policy.facts import Unknown

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one row does to a person; `before` is the class held now that it changes or ends.

    `category` and `site` are what the row says; `place` is the printed name of the site.
    """

    kind: str
    category: str
    since: date | None
    recognised_on: date | None
    ended_on: date | None
    before: str | None
    site: str = ""
    place: str = ""


After = Callable[[Person, Iterable[Effect], date, date], Person]


def classes_after(person: Person, effects: Iterable[Effect], as_of: date, on: date) -> Person:  # noqa: ARG001
    """Classes have their own days: the payment day says nothing."""
    held = [] if isinstance(person.categories, Unknown) else list(person.categories)
    for effect in effects:
        held = _held(held, effect, as_of)
    return replace(person, categories=tuple(held))


def _held(held: list[Holding], effect: Effect, as_of: date) -> list[Holding]:
    if effect.kind == "new":
        return [*held, Holding(effect.category, effect.since, effect.ended_on)]
    last = effect.ended_on
    if effect.kind == "changed" and effect.before != effect.category:
        last = (effect.since or as_of) - _ONE_DAY
    found = []
    for one in held:
        if one.code == effect.before and one.held(as_of):
            since = effect.recognised_on if effect.before == effect.category else None
            found.append(Holding(one.code, since or one.recognised_on, last or one.ended_on))
        else:
            found.append(one)
    if effect.kind == "changed" and effect.before != effect.category:
        found.append(Holding(effect.category, effect.since, effect.ended_on))
    return found


def study_after(person: Person, effects: Iterable[Effect], as_of: date, on: date) -> Person:
    """Where somebody studies on the payment day."""
    for effect in effects:
        last = effect.ended_on
        if effect.kind == "ended":
            if last is not None and last < on:
                person = replace(person, student=None, school=None)
        elif (effect.since or as_of) <= on and (last is None or last >= on):
            person = replace(person, student=effect.category, school=effect.site)
    return person


def deaths_after(person: Person, effects: Iterable[Effect], as_of: date, on: date) -> Person:  # noqa: ARG001
    """The day of death the list says."""
    for effect in effects:
        person = replace(person, died_on=effect.recognised_on)
    return person


def moves_after(person: Person, effects: Iterable[Effect], as_of: date, on: date) -> Person:
    """Where somebody is registered on the payment day."""
    for effect in effects:
        if (effect.since or as_of) <= on:
            person = replace(
                person, residence="hukou", unit=effect.place, hukou_unit=effect.place, works_in=None, permit_until=None
            )  # fmt: skip
    return person


AFTER: Final[Mapping[str, After]] = {
    "classes": classes_after,
    "study": study_after,
    "deaths": deaths_after,
    "moves": moves_after,
}
