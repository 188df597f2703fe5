"""The release's own tables as they stand on a page: empty columns left out, money in yuan, counts with thousands."""

from __future__ import annotations

from dataclasses import dataclass

from yingbao.policy.table import Cell, Table
from yingbao.web.parts import Column
from yingbao.web.spoken import count, yuan


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell. `head`: it names its row."""

    text: str
    number: bool
    head: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table ready to draw."""

    key: str
    title: str
    source: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[SheetCell, ...], ...]
    total: tuple[SheetCell, ...] | None


def sheet(table: Table) -> Sheet:
    """A table of the policy package as a sheet."""
    every = table.rows if table.total is None else (*table.rows, table.total)
    kept = [at for at in range(len(table.columns)) if any(row[at] is not None for row in every)]
    names = [table.columns[at] for at in kept]
    numbers = [
        all(row[at] is None or isinstance(row[at], int) for row in every) or _money(table, at) for at in kept
    ]
    head = next((n for n, at in enumerate(kept) if not isinstance(every[0][at], int)), 0)

    def drawn(row: tuple[Cell, ...]) -> tuple[SheetCell, ...]:
        return tuple(SheetCell(_said(table, at, row[at]), numbers[n], n == head) for n, at in enumerate(kept))

    columns = tuple(Column(name, number=number) for name, number in zip(names, numbers, strict=True))
    total = None if table.total is None else drawn(table.total)
    return Sheet(
        table.key, table.title, table.source, columns, tuple(drawn(row) for row in table.rows), total
    )


def _money(table: Table, at: int) -> bool:
    return table.columns[at] in table.money


def _said(table: Table, at: int, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return yuan(cell) if _money(table, at) else count(cell)
    return cell
