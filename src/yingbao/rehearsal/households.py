"""Households: who lives together, how old they are, and who is the head. Vectorised, one unit at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEAD, SPOUSE, CHILD, PARENT, GRANDCHILD, NOBODY = 0, 1, 2, 3, 4, -1
_MOST = 6
_OLDEST = 95.9


@dataclass(frozen=True)
class Shape:
    """One kind of household: how common, how old its head is, who is in it."""

    weight: float
    head_ages: tuple[float, float]
    members: tuple[int, ...]


SHAPES = (
    Shape(0.08, (60, 92), (HEAD,)),
    Shape(0.07, (22, 60), (HEAD,)),
    Shape(0.13, (55, 88), (HEAD, SPOUSE)),
    Shape(0.09, (22, 55), (HEAD, SPOUSE)),
    Shape(0.22, (25, 60), (HEAD, SPOUSE, CHILD)),
    Shape(0.17, (26, 55), (HEAD, SPOUSE, CHILD, CHILD)),
    Shape(0.03, (29, 50), (HEAD, SPOUSE, CHILD, CHILD, CHILD)),
    Shape(0.08, (28, 58), (HEAD, SPOUSE, CHILD, PARENT)),
    Shape(0.07, (30, 55), (HEAD, SPOUSE, CHILD, CHILD, PARENT, PARENT)),
    Shape(0.03, (25, 55), (HEAD, CHILD)),
    Shape(0.03, (55, 75), (HEAD, SPOUSE, GRANDCHILD)),
)
_MEMBERS = np.full((len(SHAPES), _MOST), NOBODY, dtype=np.int64)
for _index, _shape in enumerate(SHAPES):
    _MEMBERS[_index, : len(_shape.members)] = _shape.members
_SIZES = (_MEMBERS != NOBODY).sum(axis=1)
_WEIGHTS = np.array([shape.weight for shape in SHAPES]) / sum(shape.weight for shape in SHAPES)
_YOUNGEST_HEAD = np.array([shape.head_ages[0] for shape in SHAPES])
_OLDEST_HEAD = np.array([shape.head_ages[1] for shape in SHAPES])


@dataclass(frozen=True)
class Members:
    """The people of one stretch of the population, one entry a person, households in order."""

    household: NDArray[np.int64]  # 0, 0, 0, 1, 1, … within the stretch
    role: NDArray[np.int64]
    age: NDArray[np.float64]  # years on 31 December of the benefit year; below 1 means born in that year
    male: NDArray[np.bool_]
    head: NDArray[np.int64]  # index of the head within the stretch


def people_of(rng: np.random.Generator, size: int) -> Members:
    """Exactly `size` people in plausible households; the last household is cut to fit."""
    shape = _shapes(rng, size)
    sizes = _SIZES[shape]
    household = np.repeat(np.arange(len(shape)), sizes)[:size]
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    slot = np.arange(size) - starts[household]
    head = starts[household]
    role = _MEMBERS[shape[household], slot]
    head_age = rng.uniform(_YOUNGEST_HEAD[shape], _OLDEST_HEAD[shape])[household]
    head_male = (rng.random(len(shape)) < 0.8)[household]
    # Two parents in one household are a father and a mother.
    second_parent = (role == PARENT) & (slot > 0) & (np.r_[NOBODY, role[:-1]] == PARENT)
    chance = rng.random(size) < 0.52
    male = np.select(
        [role == HEAD, role == SPOUSE, second_parent, role == PARENT],
        [head_male, ~head_male, np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.bool_)],
        chance,
    )
    return Members(household, role, _ages(rng, role, head_age), male.astype(np.bool_), head)


def _shapes(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    shape = rng.choice(len(SHAPES), size=size // 2 + 8, p=_WEIGHTS)
    while _SIZES[shape].sum() < size:
        shape = np.r_[shape, rng.choice(len(SHAPES), size=size // 8 + 8, p=_WEIGHTS)]
    needed = int(np.searchsorted(np.cumsum(_SIZES[shape]), size)) + 1
    return shape[:needed].astype(np.int64)


def _ages(
    rng: np.random.Generator, role: NDArray[np.int64], head_age: NDArray[np.float64]
) -> NDArray[np.float64]:
    size = len(role)
    gap = rng.uniform(21.5, 33, size)
    age = np.select(
        [role == HEAD, role == SPOUSE, role == CHILD, role == PARENT],
        [head_age, np.maximum(20.5, head_age + rng.normal(-1.5, 2.5, size)), head_age - gap, head_age + gap],
        head_age - gap - 24,
    )
    # A child reckoned younger than nought is given any age its parents' years allow.
    unborn = age < 0
    age[unborn] = rng.uniform(0, np.maximum(1.0, head_age[unborn] - 20))
    capped: NDArray[np.float64] = np.minimum(age, _OLDEST - rng.uniform(0, 6, size))
    return capped


def relations(members: Members) -> NDArray[np.int64]:
    """GB/T 4761 codes: 02 head, 10 spouse, 20/30 son/daughter, 51/52 father/mother, 41/42 grandchild."""
    return np.select(
        [members.role == HEAD, members.role == SPOUSE, members.role == CHILD, members.role == PARENT],
        [2, 10, np.where(members.male, 20, 30), np.where(members.male, 51, 52)],
        np.where(members.male, 41, 42),
    ).astype(np.int64)
