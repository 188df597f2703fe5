"""What the rows of a file share: households, their heads, and numbers that stand in it twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from yingbao.kernel import id_number
from yingbao.kernel.refusal import Refusal
from yingbao.registry.fields import DOCUMENT
from yingbao.registry.loading.source import Source
from yingbao.registry.states import HEAD
from yingbao.seal import Sealer

_NUMBER: Final = r"^[0-9]{17}[0-9X]$"


@dataclass(slots=True)
class Households:
    """By household, in the order of the file: its id as typed, the code of its head's unit, first row, row of its head."""

    of_row: NDArray[np.int32]
    names: Any
    head_unit: Any
    first_row: NDArray[np.int64]
    head_row: NDArray[np.int64]
    ids: NDArray[np.uint8] = field(init=False)
    there: NDArray[np.bool_] = field(init=False)
    has_head: NDArray[np.bool_] = field(init=False)
    has_member: NDArray[np.bool_] = field(init=False)
    elsewhere: NDArray[np.bool_] = field(init=False)
    looked_for: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        size = len(self.first_row)
        self.ids = np.zeros((size, 16), np.uint8)
        self.there, self.has_head, self.has_member, self.elsewhere, self.looked_for = np.zeros(
            (5, size), np.bool_
        )


def households(source: Source, units: Mapping[str, str]) -> Households:
    """One look at the file's household, relation and unit columns; `units` gives codes by name."""
    table = source.columns(["household_id", "relation", "unit"])
    coded = table["household_id"].combine_chunks().dictionary_encode()
    of_row = pc.fill_null(coded.indices, -1).to_numpy().astype(np.int32)
    size = len(coded.dictionary)
    heads = np.flatnonzero(pc.fill_null(pc.equal(table["relation"], HEAD), False).to_numpy())
    heads = heads[of_row[heads] >= 0]
    head_row = np.full(size, -1, np.int64)
    head_row[of_row[heads[::-1]]] = heads[::-1]
    rows = np.flatnonzero(of_row >= 0)
    first_row = np.zeros(size, np.int64)
    first_row[of_row[rows[::-1]]] = rows[::-1]
    named = table["unit"].combine_chunks().take(pa.array(np.where(head_row < 0, first_row, head_row)))
    place = pc.index_in(named, pa.array(list(units), pa.string()))
    return Households(
        of_row, coded.dictionary, pa.array(list(units.values()), pa.string()).take(place), first_row, head_row
    )


def numbers_twice(source: Source, sealer: Sealer) -> Any:
    """The keys (a binary array) of document numbers that stand in more than one row, however they are written."""
    column = source.columns(["id_number"])["id_number"].combine_chunks().drop_null()
    plain = pc.match_substring_regex(column, _NUMBER)
    whole = column.filter(plain)
    read = [number for number in map(_read, column.filter(pc.invert(plain)).to_pylist()) if number]
    counted = pc.value_counts(pa.concat_arrays([whole, pa.array(read, pa.string())]))
    twice = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    return sealer.index_column(twice, DOCUMENT).cast(pa.binary())


def _read(typed: str) -> str | None:
    try:
        return id_number.check(typed)
    except Refusal:
        return None
