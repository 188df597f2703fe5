"""The releases that answer for a region, with the parameters that counties have supplied (JC-020).

Where a county supplies a figure of its own, its people are assessed under its own release; what it does not supply
comes from the wider unit, and what nobody supplies stays undetermined.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from yingbao.billing.errors import ReleaseGone
from yingbao.billing.models import Release, Supplied
from yingbao.kernel import regions
from yingbao.policy import Policy, load_release
from yingbao.policy.frozen import freeze, thaw
from yingbao.policy.layers import Library

#: name, value, source; in the order of names
Values = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """The people of a unit (and below it, but for those of a narrower part) and the release they are assessed under."""

    unit_code: str
    policy: Policy
    values: Values


def parts_of(region: str, benefit_year: int) -> tuple[Part, ...]:
    """The parts of a region, widest first: the region itself, then every county below with figures of its own.

    Raises UnknownRegion, PolicyInvalid.
    """
    rows = Supplied.objects.filter(benefit_year=benefit_year)
    listed = rows.values_list("unit_code", "parameter", "value", "source")
    return parts_with(region, benefit_year, tuple(listed))


def parts_with(region: str, benefit_year: int, supplied: Iterable[Sequence[str]]) -> tuple[Part, ...]:
    """The same from what has been supplied for the year anywhere: unit, parameter, value, source each."""
    base = _base(*_known(region, benefit_year))
    unit = regions.canonical(region)
    held: dict[str, dict[str, tuple[str, str]]] = {}
    for place, parameter, value, source in supplied:
        near = unit.startswith(place) or place.startswith(unit)
        if near and parameter in base.release.parameters:
            held.setdefault(place, {})[parameter] = (value, source)
    places = [unit, *sorted(code for code in held if code.startswith(unit) and code != unit)]
    return tuple(
        Part(place, _composed(base.release.region, benefit_year, values), values)
        for place in places
        for values in [_values(place, held)]
    )


def policy_for(
    unit_code: str, region: str, benefit_year: int, supplied: Iterable[Sequence[str]] | None = None
) -> Policy:
    """The release under which a unit's people are assessed today; `supplied` as in `parts_with` where it is at hand."""
    if supplied is None:
        parts = parts_of(region, benefit_year)
    else:
        parts = parts_with(region, benefit_year, supplied)
    return [part for part in parts if unit_code.startswith(part.unit_code)][-1].policy


@lru_cache(maxsize=64)
def _base(region: str, benefit_year: int) -> Policy:
    """Reading a release takes a hundred times as long as answering under it."""
    return load_release(region, benefit_year)


def pooling_region(region: str, benefit_year: int) -> str:
    """The region of the release that answers, as the release writes it: a county's is its city's."""
    return str(_base(*_known(region, benefit_year)).release.region)


def _known(region: str, benefit_year: int) -> tuple[str, int]:
    """As a release writes the region: a city's code is filled up with zeros."""
    unit = regions.canonical(region)
    return (f"{unit:0<6}" if len(unit) < 6 else unit[:6], benefit_year)


def _values(place: str, held: dict[str, dict[str, tuple[str, str]]]) -> Values:
    """What holds at a place: what wider units supply, and the narrower over it."""
    found: dict[str, tuple[str, str]] = {}
    for code in sorted(held, key=len):
        if place.startswith(code):
            found |= held[code]
    return tuple((name, *found[name]) for name in sorted(found))


@lru_cache(maxsize=64)
def _composed(region: str, benefit_year: int, values: Values) -> Policy:
    if not values:
        return load_release(region, benefit_year)
    return with_parameters(region, benefit_year, {name: (value, source) for name, value, source in values})


def with_parameters(region: str, benefit_year: int, supplied: dict[str, tuple[str, str]]) -> Policy:
    """The release with parameters filled by a county: value (`280元`) and the document it comes from."""
    library = Library()
    key = library.resolve(region, benefit_year)
    return Policy(library.supplied(key, supplied), key)


def keep(parts: tuple[Part, ...]) -> None:
    """Keep each release beside the bills that cite it, once."""
    Release.objects.bulk_create(
        [
            Release(
                digest=part.policy.digest,
                key=part.policy.key,
                files=freeze(part.policy),
                supplied={name: [value, source] for name, value, source in part.values},
                at=datetime.now(UTC),
            )
            for part in parts
        ],
        ignore_conflicts=True,
    )


@lru_cache(maxsize=64)
def release_of(digest: str) -> Policy:
    """The release a bill cites, as it was. Raises ReleaseGone."""
    found = Release.objects.filter(digest=digest).first()
    if found is None:
        raise ReleaseGone(digest)
    supplied = {name: (value, source) for name, (value, source) in found.supplied.items()}
    policy = thaw(found.files, found.key, supplied)
    if policy.digest != digest:
        raise ReleaseGone(digest)
    return policy
