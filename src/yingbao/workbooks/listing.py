"""The sheets of a roster file: which of them are lists of people, by which headings, and what to tell the sender of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yingbao.kernel.spelling import spelling_key
from yingbao.workbooks.headings import NOTHING, Field, Heading, find_heading
from yingbao.workbooks.lines import Lines, Listed, SheetReading, Skipped
from yingbao.workbooks.people import ID_LIKE, People, is_filled
from yingbao.workbooks.sheets import Cell, Sheet, open_sheets, text_of, uncollected
from yingbao.workbooks.spellings import classes_in_text
from yingbao.workbooks.terms import CLASSES, Terms

_HEADED = 60


@dataclass(frozen=True, slots=True)
class FileLines:
    """All sheets of a file, what became of each, and sentences about what was not read or should be looked at."""

    sheets: tuple[Lines, ...]
    readings: tuple[SheetReading, ...]
    notes: tuple[str, ...]


def read_lines(path: Path, spellings: Mapping[str, str], columns: Mapping[str, Field] = NOTHING) -> FileLines:
    """Read a roster file. `spellings` maps spellings to class codes, `columns` normal headings to fields.

    Raises: FileMissing, FileUnreadable.
    """
    with uncollected():
        listed = listed_in(open_sheets(path), spellings, columns)
        sheets = tuple(one.lines() for one in listed)
    return FileLines(sheets, tuple(one.reading for one in listed), notes_on(listed))


def listed_in(
    sheets: Sequence[Sheet],
    spellings: Mapping[str, str],
    columns: Mapping[str, Field] = NOTHING,
    terms: Terms = CLASSES,
) -> tuple[Listed, ...]:
    """The people of each sheet of an open file; the list may be about something else than classes."""
    known = {spelling_key(spelling): code for spelling, code in spellings.items()}
    return tuple(_listed(sheet, known, {**terms.columns, **columns}, terms) for sheet in sheets)


def notes_on(listed: Iterable[Listed]) -> tuple[str, ...]:
    """What was not read or should be looked at, once all rows were asked for."""
    return tuple(note for one in listed for note in (*_notes(one.reading), *_scattered(one)))


def _notes(reading: SheetReading) -> Iterable[str]:
    if reading.left_out:
        yield f"工作表“{reading.sheet}”{reading.left_out}"
    for kind, numbers in reading.skipped.items():
        shown = "、".join(str(number) for number in numbers[:10]) + ("等" if len(numbers) > 10 else "")
        yield f"工作表“{reading.sheet}”第 {shown} 行是{kind.value}，共 {len(numbers)} 行，未作为人员读取"


def _scattered(listed: Listed) -> Iterator[str]:
    """Households that a list puts into two villages: nobody's row is wrong for it, but somebody should look."""
    pairs = {(household, village) for household, village, _ in listed.villages if household and village}
    if len({household for household, _ in pairs}) == len(pairs):
        return
    first: dict[str, tuple[str, int]] = {}
    found: dict[str, tuple[int, int]] = {}
    for household, village, number in listed.villages:
        if household and village:
            other, row = first.setdefault(household, (village, number))
            if other != village:
                found.setdefault(household, (row, number))
    if found:
        shown = "；".join(f"第 {one} 行与第 {other} 行" for one, other in list(found.values())[:3])
        more = "等" if len(found) > 3 else ""
        yield f"工作表“{listed.sheet}”有 {len(found)} 户的成员写在两个村（{shown}{more}），请核对户编号"


def _listed(sheet: Sheet, spellings: Mapping[str, str], columns: Mapping[str, Field], terms: Terms) -> Listed:
    rows = sheet.rows
    if sheet.hidden:
        filled = _filled(rows)
        if filled:
            why = f"是隐藏的，未读取（有 {len(filled)} 行）；如应采用，请取消隐藏后重新报送"
            return _left_out(sheet.name, why)
    head = [[text_of(cell) for cell in row] for row in rows[:_HEADED]]
    heading = find_heading(head, columns)
    if heading is None:
        return _without_heading(sheet.name, rows, _filled(rows), terms)
    titles = [sheet.name, *(cell for row in head[: heading.first_row] for cell in row if cell)]
    of_title = terms.only or _class_of_title(heading, titles, spellings)
    return People(
        sheet, heading, head[heading.first_row], spellings, of_title, terms, terms.site_in(titles)
    ).listed()


def _left_out(sheet: str, why: str) -> Listed:
    return Listed(sheet, lambda _: Lines(sheet), left_out=why)


def _filled(rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [index for index, row in enumerate(rows) if is_filled(row)]


def _without_heading(
    sheet: str, rows: Sequence[Sequence[Cell]], filled: Sequence[int], terms: Terms
) -> Listed:
    if not filled:
        return _left_out(sheet, "是空的，未读取")
    people = [index for index in filled if any(ID_LIKE.search(text_of(cell)) for cell in rows[index])]
    if not people:
        return _left_out(sheet, f"没有“身份证号”列，也没有人员，未读取（有 {len(filled)} 行）")
    names = "、".join(name for name in ("姓名", "身份证号", terms.category, terms.site, terms.since) if name)
    sentence = f"没有找到表头，认不出各列；请在首行补上“{names}”等列名后重新报送"
    among = set(people)
    others = tuple(i + 1 for i in filled if i not in among)
    skipped = {Skipped.NO_PERSON: others} if others else {}

    def make(at: slice) -> Lines:
        some = people[at]
        count = len(some)
        empty = [""] * count
        return Lines(
            sheet, (), {}, [rows[i] for i in some], [i + 1 for i in some], empty, [None] * count, empty,
            [None] * count, empty, [None] * count, [None] * count, empty, empty, empty, ["no_heading"] * count,
            [sentence] * count, empty,
        )  # fmt: skip

    count = len(people)
    return Listed(
        sheet, make, [i + 1 for i in people], [None] * count, [""] * count, [""] * count, skipped=skipped
    )


def _class_of_title(heading: Heading, titles: Iterable[str], spellings: Mapping[str, str]) -> str | None:
    """The one class that the title or sheet name gives, when no column does."""
    if Field.CLASS in heading.columns or Field.WIDE_CLASS in heading.columns:
        return None
    named = {code for title in titles for code in classes_in_text(title, spellings)}
    return named.pop() if len(named) == 1 else None
