"""Population files of a few rows, and loading them into 肃南."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from people import COUNTY, PROGRAM, number
from yingbao.registry.actions.loads import Loaded, load_population
from yingbao.registry.loading.source import SCHEMA

ON, SINCE = date(2024, 12, 31), date(2023, 1, 1)


def row(
    name: str, birth: str, order: str, relation: str = "02", household: str = "H1", **more: Any
) -> dict[str, Any]:
    """One row that passes, but for what `more` says otherwise. An odd order is a man's."""
    return {
        "household_id": household, "relation": relation, "name": name, "id_number": number(birth, order),
        "unit": "康乐镇", "birth_date": date(int(birth[:4]), int(birth[4:6]), int(birth[6:])),
        "sex": "male" if int(order) % 2 else "female", "residence": "hukou", "hukou_unit": "康乐镇",
        "insured_years": [2022, 2023], **more,
    }  # fmt: skip


def write(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """A Parquet file of the rows, absent values empty."""
    columns = [pa.array([one.get(f.name) for one in rows], f.type) for f in SCHEMA]
    pq.write_table(pa.table(columns, schema=SCHEMA), path)
    return path


def load(file: Path, **more: Any) -> Loaded:
    """The file into 肃南, by the program."""
    return load_population(by=PROGRAM, region=COUNTY, file=file, on=ON, since=SINCE, **more)


def outcomes(loaded: Loaded) -> list[tuple[int, str, str]]:
    """What was wrong where: row, outcome, column."""
    return [(fault.row, fault.outcome, fault.place) for fault in loaded.faults]
