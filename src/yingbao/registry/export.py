"""The registry as a snapshot for the bulk engine: one set-based query, columns of docs/reference/snapshot.md, Parquet."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from psycopg import sql

from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.kernel import regions

SPAN: Final = pa.struct([("from_on", pa.date32()), ("until_on", pa.date32())])
CLASS: Final = pa.struct([("class", pa.string()), ("recognised_on", pa.date32()), ("ended_on", pa.date32())])
SCHEMA: Final = pa.schema(
    [
        ("person_id", pa.string()), ("household_id", pa.string()), ("unit", pa.string()), ("birth_date", pa.date32()),
        ("sex", pa.string()), ("residence", pa.string()), ("hukou_unit", pa.string()), ("works_in", pa.string()),
        ("permit_until", pa.date32()), ("student", pa.string()), ("school", pa.string()),
        ("insured_years", pa.list_(pa.int32())), ("repaid_years", pa.list_(pa.int32())),
        ("employee_cover", pa.list_(SPAN)), ("elsewhere_cover", pa.list_(SPAN)), ("categories", pa.list_(CLASS)),
        ("discharged_on", pa.date32()), ("military_dependant", pa.bool_()), ("died_on", pa.date32()),
        ("imprisoned_on", pa.date32()), ("released_on", pa.date32()), ("enlisted_on", pa.date32()),
        ("unknown", pa.list_(pa.string())), ("tier", pa.string()), ("periods", pa.int32()), ("parent_insured", pa.bool_()),
        ("unit_code", pa.string()),
    ]
)  # fmt: skip
#: What only a payment or another record says; empty here, as the snapshot allows.
_NOT_HERE: Final = ("tier", "periods", "parent_insured")
#: Every table is read once and brought together by the person: row by row the policies would be asked a dozen times.
#: Spans within a cell are `from~until`, parted by `;`.
SQL: Final = """
WITH cover AS (
    SELECT resident_id,
        string_agg(concat(lower(period), '~', upper(period) - 1), ';' ORDER BY period)
            FILTER (WHERE insurance = '310') AS employee,
        string_agg(concat(lower(period), '~', upper(period) - 1), ';' ORDER BY period)
            FILTER (WHERE insurance = '390' AND place <> {pool}) AS elsewhere
    FROM registry_cover WHERE NOT isempty(period) GROUP BY resident_id
), class AS (
    SELECT resident_id, string_agg(concat(CASE WHEN NOT recognised_unknown THEN lower(period) END, '~',
        upper(period) - 1, '~', category), ';' ORDER BY category, period) AS held
    FROM registry_holding WHERE NOT isempty(period) GROUP BY resident_id
), event AS (
    SELECT resident_id,
        max(lower(period)) FILTER (WHERE status = 'died') AS died_on,
        max(lower(period)) FILTER (WHERE status = 'imprisoned') AS imprisoned_on,
        max(coalesce(upper(period), 'infinity')) FILTER (WHERE status = 'imprisoned') AS released_before,
        max(lower(period)) FILTER (WHERE status = 'enlisted') AS enlisted_on
    FROM registry_survival WHERE NOT isempty(period) GROUP BY resident_id
), home AS (SELECT * FROM registry_residence WHERE period @> {on}),
school AS (SELECT * FROM registry_schooling WHERE period @> {on}),
member AS (SELECT * FROM registry_membership WHERE period @> {on})
SELECT r.id AS person_id, h.number AS household_id, u.name AS unit, r.birth_date, r.sex, o.basis AS residence,
    nullif(o.hukou_place, '') AS hukou_unit, w.name AS works_in, o.permit_until, s.stage AS student,
    nullif(s.school, '') AS school, array_to_string(r.insured_years, ';') AS insured_years,
    array_to_string(r.repaid_years, ';') AS repaid_years, c.employee, c.elsewhere, k.held,
    r.discharged_on, r.military_dependant, e.died_on, e.imprisoned_on,
    CASE WHEN e.released_before < 'infinity' AND e.released_before IS DISTINCT FROM e.died_on
        THEN e.released_before - 1 END AS released_on,
    e.enlisted_on, array_to_string(r.unknown, ';') AS unknown, r.unit_id AS unit_code
FROM registry_resident r
LEFT JOIN home o ON o.resident_id = r.id
LEFT JOIN registry_unit u ON u.code = coalesce(o.unit_id, r.unit_id)
LEFT JOIN registry_unit w ON w.code = o.works_in_id
LEFT JOIN school s ON s.resident_id = r.id
LEFT JOIN member m ON m.resident_id = r.id
LEFT JOIN registry_household h ON h.id = m.household_id
LEFT JOIN cover c ON c.resident_id = r.id
LEFT JOIN class k ON k.resident_id = r.id
LEFT JOIN event e ON e.resident_id = r.id
WHERE r.merged_into_id IS NULL AND starts_with(r.unit_id, {region}) AND r.birth_date <= {on}
"""
_BLOCK: Final = 16 << 20  # bytes of text turned to columns at a time


def write_snapshot(
    *,
    by: Acting,
    region: str,
    on: date,
    out: Path,
    pool: str | None = None,
    tell: Callable[[int], None] | None = None,
) -> int:
    """Everybody of a region as on a day, by what is known now; returns how many. `person_id` is the registry's id.

    `pool` is the pooling region as the release writes it: resident insurance there is not insurance elsewhere.
    Raises NotPermitted, OutOfRegion.
    """
    region = regions.canonical(region)
    by.require("run.load", region)
    count = 0
    with tempfile.TemporaryFile() as text:
        with within(by):
            _copy(text, on, region, pool or region)
        size = text.tell()  # nobody registered, nothing to read
        text.seek(0)
        with pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
            for table in _tables(text) if size else ():
                writer.write_table(table)
                count += table.num_rows
                if tell is not None:
                    tell(count)
    return count


def _copy(text: IO[bytes], on: date, region: str, pool: str) -> None:
    cursor = direct.cursor()
    # COPY takes no values beside its text: psycopg writes them as literals
    query = sql.SQL(SQL).format(on=sql.Literal(on), region=sql.Literal(region), pool=sql.Literal(pool))
    # every person is met, so that walking indexes one by one, which a table without statistics invites, is never right
    cursor.execute("SET LOCAL enable_nestloop = off")
    with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)) as rows:
        for block in rows:
            text.write(block)
    cursor.execute("SET LOCAL enable_nestloop = on")


def _tables(text: IO[bytes]) -> Iterator[Any]:
    names = [name for name in SCHEMA.names if name not in _NOT_HERE]
    flags = {"military_dependant": pa.bool_()}
    types = {
        n: flags.get(n, pa.date32() if SCHEMA.field(n).type == pa.date32() else pa.string()) for n in names
    }
    reader = pyarrow.csv.open_csv(
        text,
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=_BLOCK),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False,
            true_values=["t"], false_values=["f"],
        ),
    )  # fmt: skip
    for batch in reader:
        table = pa.Table.from_batches([batch])
        yield pa.table([_column(table, field) for field in SCHEMA], schema=SCHEMA)


def _column(table: Any, field: Any) -> Any:
    """A column of the snapshot; lists from their text, each different text read once."""
    if field.name in _NOT_HERE:
        return pa.nulls(table.num_rows, field.type)
    column = table[field.name].combine_chunks()
    if not pa.types.is_list(field.type):
        return column
    coded = column.dictionary_encode()
    kind = field.type.value_type
    read = [_items(text, kind) for text in coded.dictionary.to_pylist()]
    found = pa.array(read, field.type).take(coded.indices)
    # of the insured years nothing written is not known; of all else it is none
    if field.name == "insured_years" or not column.null_count:
        return found
    return pc.coalesce(found, pa.array([[]], field.type)[0])


def _items(text: str, kind: Any) -> list[Any]:
    items = text.split(";") if text else []
    if kind == pa.int32():
        return [int(item) for item in items]
    if kind == pa.string():
        return items
    parts = [item.split("~") for item in items]
    if kind == SPAN:
        return [{"from_on": _day(since), "until_on": _day(until)} for since, until in parts]
    return [
        {"class": code, "recognised_on": _day(since), "ended_on": _day(until)} for since, until, code in parts
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
