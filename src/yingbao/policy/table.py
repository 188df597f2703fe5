"""A table as data, for machines and for a terminal. What stands in it is worked out in policy.tables."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from yingbao.kernel.money import yuan
from yingbao.policy.schema.quantities import Rule

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Cell, ...]

UNDETERMINED = "待定"
PAGE = 120
NARROWEST_CELL = 8
GAP = "  "
OPENING = "（“《"
CLOSING = "，。、；：）”》"


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Whole numbers in the columns named by `money` are fen; elsewhere they are counts.

    `total` is the last row, of the same columns, if the table has one.
    """

    key: str
    title: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    money: tuple[str, ...] = ()


def as_json(tables: Iterable[Table]) -> list[dict[str, Any]]:
    """Plain data for `json.dumps`: each row a mapping by column; money as `{"fen": 31000, "yuan": "310.00"}`.

    An amount that is not at hand is `{"fen": null, "yuan": "待定"}`; a cell that does not apply is null.
    """
    return [
        {
            "key": table.key,
            "title": table.title,
            "source": table.source.split("；"),
            "columns": list(table.columns),
            "money": list(table.money),
            "rows": [_json_row(table, row) for row in table.rows],
            "total": None if table.total is None else _json_row(table, table.total),
        }
        for table in tables
    ]


def _json_row(table: Table, row: Row) -> dict[str, Any]:
    return {
        column: _json_money(cell) if column in table.money else cell
        for column, cell in zip(table.columns, row, strict=True)
    }


def _json_money(cell: Cell) -> dict[str, Cell] | None:
    if cell is None:
        return None
    return {"fen": cell if isinstance(cell, int) else None, "yuan": say_yuan(cell)}


def as_text(tables: Iterable[Table], page: int = PAGE) -> str:
    """The tables for a terminal of `page` cells: a Chinese character two cells wide, long cells wrapped.

    Columns in which nothing stands are left out. A table that cannot be made narrow enough stays wider.
    """
    return "\n\n".join(_text(table, page) for table in tables) + "\n"


def _text(table: Table, page: int) -> str:
    every = table.rows if table.total is None else (*table.rows, table.total)
    kept = [i for i in range(len(table.columns)) if any(row[i] is not None for row in every)]
    names = [table.columns[i] for i in kept]
    shown = [[_shown(table, row, i) for i in kept] for row in every]
    numeric = [all(row[i] in (None, UNDETERMINED) or isinstance(row[i], int) for row in every) for i in kept]
    widths = _widths(names, shown, numeric, page)
    rule = "─" * (sum(widths) + len(GAP) * (len(widths) - 1))
    lines = [table.title, *(GAP + source for source in table.source.split("；")), rule]
    lines += [*_lines(names, widths, numeric), rule]
    for at, row in enumerate(shown):
        if table.total is not None and table.rows and at == len(table.rows):
            lines.append(rule)
        lines += _lines(row, widths, numeric)
    return "\n".join(lines)


def _shown(table: Table, row: Row, column: int) -> str:
    cell = row[column]
    if table.columns[column] in table.money:
        return say_yuan(cell)
    return "" if cell is None else str(cell)


def _widths(
    names: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool], page: int
) -> list[int]:
    """How wide each column is: as its longest cell, the widest cut down until the table fits the page."""
    widest = [max(width(row[i]) for row in rows) for i in range(len(names))]
    widths = [max(width(name), most) for name, most in zip(names, widest, strict=True)]
    floors = [
        max(NARROWEST_CELL, most) if number else min(NARROWEST_CELL, wide)
        for most, wide, number in zip(widest, widths, numeric, strict=True)
    ]
    for _ in range(sum(widths) + len(GAP) * (len(widths) - 1) - page):
        at = max(range(len(widths)), key=lambda i: widths[i] - floors[i])
        if widths[at] <= floors[at]:
            break
        widths[at] -= 1
    return widths


def _lines(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> list[str]:
    """One row as one or more lines of text."""
    wrapped = [wrap(cell, wide) for cell, wide in zip(cells, widths, strict=True)]
    found = []
    for at in range(max(len(parts) for parts in wrapped)):
        texts = [parts[at] if at < len(parts) else "" for parts in wrapped]
        padded = [
            " " * (wide - width(text)) + text if right else text + " " * (wide - width(text))
            for text, wide, right in zip(texts, widths, numeric, strict=True)
        ]
        found.append(GAP.join(padded).rstrip())
    return found


def width(text: str) -> int:
    """Cells the text takes in a terminal: wide and full-width characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def wrap(text: str, widest: int) -> list[str]:
    """The text in pieces of at most `widest` cells, broken where Chinese may be; at least one piece."""
    pieces, piece = [], ""
    for char in text:
        piece += char
        if width(piece) > widest:
            at = next((i for i in range(len(piece) - 1, 0, -1) if _may_break(piece, i)), len(piece) - 1)
            pieces.append(piece[:at].rstrip())
            piece = piece[at:].lstrip()
    return [*pieces, piece]


def _may_break(text: str, at: int) -> bool:
    """Not before a closing mark, not after an opening one, not inside a number or a Latin word."""
    before, after = text[at - 1], text[at]
    inside = before.isascii() and after.isascii() and not before.isspace() and not after.isspace()
    return not (after in CLOSING or before in OPENING or inside)


def of_rules(
    key: str,
    title: str,
    rules: Mapping[str, Rule],
    columns: tuple[str, ...],
    rows: Sequence[Row],
    money: tuple[str, ...] = (),
) -> Table | None:
    """A table of one section's rules; None where the release has none."""
    return Table(key, title, say_source(rules.values()), columns, tuple(rows), money=money) if rows else None


def say_source(rules: Iterable[Rule]) -> str:
    """Where the rules stand, each place once."""
    return "；".join(dict.fromkeys(str(source) for rule in rules for source in rule.source))


def say_list(words: Sequence[str], between: str = "、") -> str | None:
    """Words in a row; None if there are none."""
    return between.join(words) or None


def say_rate(rate_bp: int) -> str:
    """Basis points in percent: 9900 → 99%, 1250 → 12.5%."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}.{rest:02d}".rstrip("0") + "%" if rest else f"{whole}%"


def say_yuan(cell: Cell) -> str:
    """A money cell in yuan; text stays as it is and an empty cell is empty."""
    if cell is None:
        return ""
    return yuan(cell) if isinstance(cell, int) else cell


def amount(fen: int | None) -> Cell:
    """A money cell; 待定 while the amount is not at hand."""
    return UNDETERMINED if fen is None else fen
