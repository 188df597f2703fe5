"""The file: its columns brought to one schema, batch by batch, whatever it was written as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from yingbao.kernel.dates import parse_date
from yingbao.kernel.refusal import Refusal
from yingbao.registry.errors import LoadRefused
from yingbao.registry.loading.faults import Fault

SPAN: Final = pa.struct([("from_on", pa.date32()), ("until_on", pa.date32())])
CLASS: Final = pa.struct([("class", pa.string()), ("recognised_on", pa.date32()), ("ended_on", pa.date32())])
#: What a load reads; the rest of a file is named and left.
SCHEMA: Final = pa.schema(
    [
        ("household_id", pa.string()), ("relation", pa.string()), ("name", pa.string()), ("id_number", pa.string()),
        ("phone", pa.string()), ("unit", pa.string()), ("birth_date", pa.date32()), ("sex", pa.string()),
        ("residence", pa.string()), ("hukou_unit", pa.string()), ("works_in", pa.string()),
        ("permit_until", pa.date32()), ("student", pa.string()), ("school", pa.string()),
        ("insured_years", pa.list_(pa.int32())), ("repaid_years", pa.list_(pa.int32())),
        ("employee_cover", pa.list_(SPAN)), ("elsewhere_cover", pa.list_(SPAN)), ("categories", pa.list_(CLASS)),
        ("discharged_on", pa.date32()), ("military_dependant", pa.bool_()), ("died_on", pa.date32()),
        ("imprisoned_on", pa.date32()), ("released_on", pa.date32()), ("enlisted_on", pa.date32()),
        ("unknown", pa.list_(pa.string())), ("state", pa.string()),
    ]
)  # fmt: skip
REQUIRED: Final = ("household_id", "relation", "name", "id_number", "unit", "birth_date", "sex", "residence")
#: In the file and not asked of the registry: its own key, and what only a payment says.
UNUSED: Final = frozenset({"person_id", "tier", "periods", "parent_insured", "paid_on"})
BATCH: Final = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of the file from row `first` on, in the columns of `SCHEMA`; `faults` are cells that could not be read."""

    first: int
    table: Any
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """A population file; `base` is what a row's number is ahead of its place (a CSV has a heading)."""

    path: Path
    rows: int
    base: int
    ignored: tuple[str, ...]
    _whole: Any = None

    @classmethod
    def open(cls, path: Path) -> Source:
        """Look at a Parquet file or read a CSV. Raises LoadRefused."""
        if not path.is_file():
            raise LoadRefused(f"没有这个文件：{path.name}，请核对路径")
        if path.suffix.lower() in (".csv", ".txt"):
            return cls._csv(path)
        try:
            file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError) as error:
            raise LoadRefused(f"{path.name} 读不了，请确认是完整的 Parquet 或 CSV 文件") from error
        with file:
            found = file.schema_arrow
            _check(path, found.names)
            wrong = [
                n
                for n in found.names
                if n in SCHEMA.names and not _takes(found.field(n).type, SCHEMA.field(n).type)
            ]
            if wrong:
                raise LoadRefused(f"{path.name} 这些列的类型不对：{'、'.join(wrong)}，请按快照的说明重新导出")
            return cls(path, file.metadata.num_rows, 1, _ignored(found.names))

    @classmethod
    def _csv(cls, path: Path) -> Source:
        convert = pyarrow.csv.ConvertOptions(
            strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True
        )
        parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
        try:
            names = pyarrow.csv.open_csv(path, parse_options=parse).schema.names
            convert.column_types = dict.fromkeys(names, pa.string())
            table = pyarrow.csv.read_csv(path, parse_options=parse, convert_options=convert)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise LoadRefused(f"{path.name} 读不了，请另存为 UTF-8 的 CSV，首行是列名") from error
        _check(path, names)
        return cls(path, table.num_rows, 2, _ignored(names), table)

    def number(self, row: int) -> int:
        """The number people count a row by."""
        return row + self.base

    def columns(self, names: Sequence[str]) -> Any:
        """Some columns of text, whole."""
        if self._whole is not None:
            return self._whole.select(names)
        return _fitted(pq.read_table(self.path, columns=list(names)), names)

    def batches(self, size: int = BATCH) -> Iterator[Batch]:
        """The rows in order, with the memory of one batch (a CSV is held as text)."""
        first = 0
        if self._whole is not None:
            for first in range(0, self.rows, size):
                yield _of_text(self._whole.slice(first, size), first)
            return
        with pq.ParquetFile(self.path) as file:
            known = [name for name in file.schema_arrow.names if name in SCHEMA.names]
            for batch in file.iter_batches(size, columns=known):
                yield Batch(first, _fitted(pa.Table.from_batches([batch]), SCHEMA.names))
                first += batch.num_rows


def _check(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise LoadRefused(f"{path.name} 缺少这些列：{'、'.join(missing)}，请补上再装入")


def _ignored(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in SCHEMA.names and name not in UNUSED)


def _takes(given: Any, wanted: Any) -> bool:
    """Whether a column of the file serves: the same kind, any width, dictionaries as their values."""
    if pa.types.is_dictionary(given):
        given = given.value_type
    if pa.types.is_list(wanted) or pa.types.is_large_list(given):
        listed = pa.types.is_list(given) or pa.types.is_large_list(given)
        return bool(pa.types.is_null(given)) or (listed and _takes(given.value_type, wanted.value_type))
    if pa.types.is_struct(wanted):
        return bool(pa.types.is_struct(given)) and {f.name for f in wanted} <= {f.name for f in given}
    text = pa.types.is_string(wanted) and (pa.types.is_large_string(given) or pa.types.is_string(given))
    whole = pa.types.is_integer(wanted) and pa.types.is_integer(given)
    return bool(pa.types.is_null(given) or given == wanted or text or whole)


def _fitted(table: Any, names: Sequence[str]) -> Any:
    """In the schema's order and types, absent columns empty."""
    fields = [SCHEMA.field(name) for name in names]
    columns = [
        table[f.name].combine_chunks().cast(f.type)
        if f.name in table.column_names
        else pa.nulls(table.num_rows, f.type)
        for f in fields
    ]
    return pa.table(columns, schema=pa.schema(fields))


def _of_text(table: Any, first: int) -> Batch:
    """Cells of a CSV as values; one that cannot be read is empty and named."""
    faults: list[Fault] = []
    columns = []
    for wanted in SCHEMA:
        if wanted.name not in table.column_names:
            columns.append(pa.nulls(table.num_rows, wanted.type))
            continue
        column = table[wanted.name].combine_chunks()
        if wanted.type == pa.string():
            columns.append(column)
            continue
        values = []
        for place, cell in enumerate(column.to_pylist()):
            try:
                values.append(None if cell is None or not cell.strip() else _value(cell.strip(), wanted))
            except (ValueError, Refusal):
                values.append(None)
                faults.append(
                    Fault(
                        first + place,
                        "form-invalid",
                        wanted.name,
                        f"{wanted.name} 一格读不了，写法见快照说明，请改正",
                    )
                )
        columns.append(pa.array(values, wanted.type))
    return Batch(first, pa.table(columns, schema=SCHEMA), faults)


def _value(cell: str, wanted: Any) -> Any:
    """One cell as docs/reference/snapshot.md writes it. Raises ValueError, BadDate."""
    if wanted.type == pa.date32():
        return parse_date(cell)
    if wanted.type == pa.bool_():
        return {"true": True, "false": False}[cell.lower()] if cell.lower() in ("true", "false") else int("x")
    items = [] if cell == "-" else [item.strip() for item in cell.split(";") if item.strip()]
    readers: dict[str, Callable[[str], Any]] = {"categories": _class, "unknown": str}
    if wanted.name.endswith("_years"):
        return [int(item) for item in items]
    return [readers.get(wanted.name, _span)(item) for item in items]


def _span(item: str) -> dict[str, date | None]:
    since, _, until = item.partition("..")
    return {"from_on": _day(since), "until_on": _day(until)}


def _class(item: str) -> dict[str, Any]:
    name, _, days = item.partition("@")
    since, _, until = days.partition("..")
    return {"class": name.strip(), "recognised_on": _day(since), "ended_on": _day(until)}


def _day(text: str) -> date | None:
    return parse_date(text.strip()) if text.strip() else None
