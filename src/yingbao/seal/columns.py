"""Columns of binary values as matrices of one length, and back, with nulls and order kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from yingbao.seal.gcm import Bytes


def by_length(column: Any, work: Callable[[Bytes], Bytes]) -> Any:
    """Put the rows of each length through `work` as one matrix each. A pyarrow binary array in and out."""
    lengths = pc.fill_null(pc.binary_length(column), -1).to_numpy(zero_copy_only=False)
    kinds = np.unique(lengths)
    if len(kinds) == 1 and kinds[0] >= 0:
        return of_matrix(work(_matrix(column, int(kinds[0]))))
    pieces, places = [pa.array([], pa.binary())], [np.empty(0, np.int64)]
    for length in kinds:
        at = np.flatnonzero(lengths == length)
        places.append(at)
        rows = column.take(pa.array(at))
        pieces.append(
            pa.nulls(len(at), pa.binary()) if length < 0 else of_matrix(work(_matrix(rows, int(length))))
        )
    order = np.argsort(np.concatenate(places))
    return pa.concat_arrays(pieces).take(pa.array(order))


def of_matrix(rows: Bytes) -> Any:
    """A binary array with a row's bytes as each value."""
    count, width = rows.shape
    ends = np.arange(count + 1, dtype=np.int64) * width
    if ends[-1] > np.iinfo(np.int32).max:
        raise ValueError("a column of this many bytes must come in chunks")
    buffers = [None, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(rows))]
    return pa.Array.from_buffers(pa.binary(), count, buffers)


def _matrix(column: Any, length: int) -> Bytes:
    """The bytes of a binary array without nulls whose values all have this length."""
    _, offsets, content = column.buffers()
    if length == 0:
        return np.empty((len(column), 0), np.uint8)
    start = int(np.frombuffer(offsets, np.int32)[column.offset])
    flat = np.frombuffer(content, np.uint8)[start : start + len(column) * length]
    return flat.reshape(len(column), length)
