"""Arrow columns as PostgreSQL arrays in binary, so that a batch is one statement: `INSERT … SELECT … FROM unnest($1, …)`.

COPY is refused on tables with row policies, and a staging table would be written twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from psycopg.adapt import Dumper
from psycopg.pq import Format

#: Element types of `pg_type`.
_OIDS: Final = {"bool": 16, "bytea": 17, "int4": 23, "text": 25, "date": 1082, "uuid": 2950}
_ARRAYS: Final = {"bool": 1000, "bytea": 1001, "int4": 1007, "text": 1009, "date": 1182, "uuid": 2951}
#: Days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from.
_TO_2000: Final = 10_957
_NULL: Final = b"\xff\xff\xff\xff"


@dataclass(frozen=True, slots=True)
class Column:
    """One array of one dimension, ready to be sent."""

    kind: str
    content: bytes


class _ColumnDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Column) -> bytes:
        """The bytes as they are."""
        return obj.content


def _dumper(kind: str) -> type[Dumper]:
    return type(f"Column_{kind}", (_ColumnDumper,), {"oid": _ARRAYS[kind]})


_DUMPERS: Final = {kind: _dumper(kind) for kind in _OIDS}


class _ByKind(_ColumnDumper):
    """Chooses the dumper of a column's own type."""

    def get_key(self, obj: Column, format: Any) -> Any:  # noqa: ARG002 - psycopg's name
        """The class and its kind."""
        return (self.cls, obj.kind)

    def upgrade(self, obj: Column, format: Any) -> Dumper:  # noqa: ARG002 - psycopg's name
        """The dumper that names the array's type."""
        return _DUMPERS[obj.kind](self.cls)


def cursor(connection: psycopg.Connection[Any]) -> psycopg.RawCursor[Any]:
    """A cursor on the connection that takes `Column`s for `$1`, `$2`, …"""
    made = psycopg.RawCursor(connection)
    made.adapters.register_dumper(Column, _ByKind)
    return made


def array(kind: str, values: Any) -> Column:
    """A pyarrow array of strings, binaries, dates, booleans or 32-bit numbers; binaries of 16 for uuid."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    if kind in ("text", "bytea", "uuid"):
        return _whole(kind, len(values), values.null_count, _of_varying(values))
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    if kind == "bool":
        return _of_fixed(
            kind, pc.fill_null(values, False).to_numpy(zero_copy_only=False).astype(">i1"), valid
        )
    numbers = pc.fill_null(values.cast(pa.int32()), 0).to_numpy(zero_copy_only=False)
    return _of_fixed(kind, (numbers - (_TO_2000 if kind == "date" else 0)).astype(">i4"), valid)


def uuids(rows: Any) -> Column:
    """A matrix of sixteen bytes a row."""
    lengths = np.tile(np.frombuffer((16).to_bytes(4, "big"), np.uint8), (len(rows), 1))
    return _whole("uuid", len(rows), 0, np.hstack([lengths, rows]).tobytes())


def _of_fixed(kind: str, values: Any, valid: Any) -> Column:
    width = values.dtype.itemsize
    made = np.empty((len(values), 4 + width), np.uint8)
    made[:, :4] = np.frombuffer(width.to_bytes(4, "big"), np.uint8)
    made[:, 4:] = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), width)
    if valid.all():
        return _whole(kind, len(values), 0, made.tobytes())
    keep = np.ones(made.shape, np.bool_)
    keep[~valid, 4:] = False
    made[~valid, :4] = 0xFF
    return _whole(kind, len(values), 1, made[keep].tobytes())


def _of_varying(values: Any) -> bytes:
    """Each value behind its length in four bytes: joined by Arrow, which leaves them on end in one buffer."""
    plain = values.cast(pa.binary())
    lengths = pc.fill_null(pc.binary_length(plain), -1).to_numpy(zero_copy_only=False).astype(">i4")
    fronts = pa.Array.from_buffers(
        pa.binary(4), len(values), [None, pa.py_buffer(np.ascontiguousarray(lengths).view(np.uint8))]
    ).cast(pa.binary())
    joined = pc.binary_join_element_wise(fronts, pc.fill_null(plain, b""), b"")
    _, offsets, content = joined.buffers()
    ends = np.frombuffer(offsets, np.int32)[joined.offset : joined.offset + len(joined) + 1]
    return bytes(memoryview(content)[ends[0] : ends[-1]]) if len(values) else b""


def _whole(kind: str, count: int, nulls: int, content: bytes) -> Column:
    """Dimensions, whether there are nulls, element type, count, lower bound, elements."""
    if count == 0:
        return Column(kind, np.array([0, 0, _OIDS[kind]], ">i4").tobytes())
    return Column(kind, np.array([1, int(nulls > 0), _OIDS[kind], count, 1], ">i4").tobytes() + content)
