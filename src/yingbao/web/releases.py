"""The releases that pages can show, loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from yingbao.policy import Policy, load_library


@dataclass(frozen=True, slots=True)
class Place:
    """A pooling region and a benefit year: what the two switches of the top bar choose."""

    region: str
    name: str
    year: int

    @property
    def key(self) -> str:
        """As the policy library names it."""
        return f"{self.region}/{self.year}"


@lru_cache(maxsize=1)
def places() -> tuple[Place, ...]:
    """Every region and year that a release answers for, by region and newest year first."""
    library = load_library()
    found = []
    for key in library.answering():
        data = library.tree(key).data
        found.append(Place(str(data["region"]), str(data["name"]), int(data["benefit_year"])))
    return tuple(sorted(found, key=lambda place: (place.region, -place.year)))


def place_of_key(region: str, year: int) -> Place | None:
    """The place of a region and year, if a release answers there."""
    return next((place for place in places() if (place.region, place.year) == (region, year)), None)


@lru_cache(maxsize=32)
def _policy(key: str) -> Policy:
    return Policy(load_library(), key)


def policy_of(region: str, year: int) -> Policy:
    """The release of a region (or of a county it covers) and year, loaded once. Raises UnknownRegion."""
    return _policy(load_library().resolve(region, year))
