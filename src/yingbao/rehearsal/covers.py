"""What else a made-up person is insured by, and in which years: list columns built without a Python loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEARS_BACK = 6
SPAN = pa.struct([("from_on", pa.date32()), ("until_on", pa.date32())])
_DAY_0 = np.datetime64("1970-01-01", "D")


def day(text: str) -> int:
    """A date as days since 1970, the way Arrow keeps it."""
    return int((np.datetime64(text, "D") - _DAY_0).astype(np.int64))


def dates(days: NDArray[np.int64], known: NDArray[np.bool_] | None = None) -> pa.Array:
    """Days since 1970 as a date column; null where not `known`."""
    mask = None if known is None else ~known
    return pa.array(days.astype(np.int32), pa.int32(), mask=mask).cast(pa.date32())


def lists(counts: NDArray[np.int64], values: pa.Array, unknown: NDArray[np.bool_] | None = None) -> pa.Array:
    """A list column from each row's number of values and all values in row order; null where `unknown`."""
    offsets = pa.array(np.r_[0, np.cumsum(counts)].astype(np.int32))
    mask = None if unknown is None else pa.array(unknown)
    return pa.ListArray.from_arrays(offsets, values, mask=mask)


def spans(
    have: NDArray[np.bool_],
    from_days: NDArray[np.int64],
    until_days: NDArray[np.int64],
    ended: NDArray[np.bool_],
) -> pa.Array:
    """At most one dated span a person: [] for most, until null while still active."""
    values = pa.StructArray.from_arrays(
        [dates(from_days[have]), dates(until_days[have], ended[have])], fields=list(SPAN)
    )
    return lists(have.astype(np.int64), values)


def year_lists(
    years: NDArray[np.int64], chosen: NDArray[np.bool_], unknown: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Per person the years whose column is chosen, ascending; null where unknown."""
    if unknown is not None:
        chosen = chosen & ~unknown[:, None]
    values = np.broadcast_to(years, chosen.shape)[chosen]
    return lists(chosen.sum(axis=1).astype(np.int64), pa.array(values.astype(np.int32)), unknown)


def insured_years(
    rng: np.random.Generator, benefit_year: int, birth_year: NDArray[np.int64]
) -> tuple[pa.Array, pa.Array, NDArray[np.bool_]]:
    """(insured years, years repaid later, who is unknown) over the six years before the benefit year.

    Three in four have every year since birth; some dropped the last year, some a few, a few never joined.
    """
    size = len(birth_year)
    years = np.arange(benefit_year - YEARS_BACK, benefit_year, dtype=np.int64)
    alive = birth_year[:, None] <= years
    habit = rng.random(size)
    insured = np.ones((size, YEARS_BACK), dtype=np.bool_)
    dropped_last = (habit >= 0.78) & (habit < 0.84)
    since = rng.integers(1, 5, size)
    insured[dropped_last] = np.arange(YEARS_BACK)[None, :] < (YEARS_BACK - since[dropped_last])[:, None]
    patchy = (habit >= 0.84) & (habit < 0.92)
    insured[patchy] = rng.random((int(patchy.sum()), YEARS_BACK)) < 0.7
    late_joiner = (habit >= 0.92) & (habit < 0.96)
    insured[late_joiner] = np.arange(YEARS_BACK)[None, :] >= since[late_joiner][:, None]
    insured[(habit >= 0.96) & (habit < 0.985)] = False
    insured &= alive
    unknown = (habit >= 0.985) & alive[:, -1]
    lapsed = alive & ~insured & ~unknown[:, None]
    repaid = lapsed & (rng.random(size) < 0.05)[:, None] & (rng.random((size, YEARS_BACK)) < 0.5)
    return year_lists(years, insured, unknown), year_lists(years, repaid), unknown
