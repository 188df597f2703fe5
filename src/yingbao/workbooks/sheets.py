"""Open a workbook or text file from an office safely, and give its sheets as rows of cells.

A file that cannot be read is refused in a sentence that names it and says what to do. Nothing is unpacked
before its size is known: an .xlsx is a zip file, and a small one can hold gigabytes or claim a billion
cells.
"""

from __future__ import annotations

import csv
import gc
import io
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from yingbao.kernel.refusal import Invalid, NotFound
from yingbao.workbooks.extent import too_far
from yingbao.workbooks.numbers import DAMAGED

Cell: TypeAlias = str | float | int | bool | date | datetime | time | timedelta

MOST_BYTES = 200_000_000
"""Of a file as it lies on the disk."""
MOST_UNPACKED_BYTES = 600_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OPENING = (CalamineError, OSError, ValueError)
_UNOPENED = "无法打开，可能已损坏或设有密码，请在 Excel 中另存为 .xlsx 后重新报送"
_BROKEN = "已损坏，无法打开，请重新导出后报送"


class FileMissing(NotFound):
    """There is no file at the path given."""

    code = "roster-file-missing"


class FileUnreadable(Invalid):
    """A file that is not what its name says, is locked, damaged or far too large."""

    code = "roster-file-unreadable"


@dataclass(frozen=True)
class Sheet:
    """One sheet with every row from the first, so that index + 1 is the row number a person sees."""

    name: str
    hidden: bool
    rows: Sequence[Sequence[Cell]]


_turn = Lock()
#: For each thread within `uncollected`, whether the collector was at work before the first of them came.
_inside: list[bool] = []


@contextmanager
def uncollected() -> Iterator[None]:
    """Cells hold no cycles: the collector would walk a million of them over and over, for a third of the time.

    Several threads may be inside at once; the last to leave lets the collector work again.
    """
    with _turn:
        _inside.append(_inside[0] if _inside else gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _turn:
            was = _inside.pop()
            if was and not _inside:
                gc.enable()


def open_sheets(path: Path) -> list[Sheet]:
    """All sheets of an .xlsx, .xls or .csv file, hidden ones too. Raises: FileMissing, FileUnreadable."""
    return unfolded(path, inspected(path))


def inspected(path: Path) -> CalamineWorkbook | None:
    """The workbook of a file that may be unfolded, None for a text file. Raises: FileMissing, FileUnreadable."""
    if not path.is_file():
        raise FileMissing(f"找不到文件“{path.name}”，请核对文件名和所在文件夹", file=path.name)
    if path.stat().st_size > MOST_BYTES:
        raise _refused(path, "文件超过 200 MB，请按乡镇拆分后分别报送")
    if path.stat().st_size == 0:
        raise _refused(path, "文件是空的，请重新导出后报送")
    kind = path.suffix.lower()
    if kind == ".et":
        raise _refused(path, "是 WPS 的 .et 格式，请在 WPS 中“另存为” .xlsx 后报送")
    if kind in (".csv", ".txt"):
        return None
    if kind not in (".xlsx", ".xls", ".xlsm"):
        raise _refused(path, f"不收“{kind or '没有扩展名'}”的文件，请另存为 .xlsx 后报送")
    parts = _inspect(path)
    # the strings of the workbook are read, on another core, while its sheets are looked at
    with _refusing(path, _OPENING, _UNOPENED), ThreadPoolExecutor(1, "workbook") as pool:
        opened = pool.submit(CalamineWorkbook.from_path, path)
        _refuse_endless(path, parts)
        return opened.result()


def unfolded(path: Path, workbook: CalamineWorkbook | None) -> list[Sheet]:
    """The sheets of a file that was inspected. Raises: FileUnreadable."""
    if workbook is None:
        return [Sheet(path.stem, hidden=False, rows=_text_rows(path))]
    with _refusing(path, _OPENING, _UNOPENED), uncollected(), workbook:
        return [
            Sheet(
                sheet.name,
                sheet.visible is not SheetVisibleEnum.Visible,
                workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False),
            )
            for sheet in workbook.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet
        ]


def _refused(path: Path, why: str) -> FileUnreadable:
    return FileUnreadable(f"文件“{path.name}”{why}", file=path.name)


def _inspect(path: Path) -> Sequence[str]:
    """The parts of a zip that hold sheets; none for an old workbook. Raises: FileUnreadable."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(_ZIP):
        return _inspect_zip(path)
    if magic != _OLE:
        raise _refused(path, "不是 Excel 工作簿（可能是图片或其他文件改了扩展名），请报送原始的 Excel 文件")
    # An .xlsx with a password is wrapped in the old container; so is an .xls.
    if _ENCRYPTED in path.read_bytes():
        raise _refused(path, "设有打开密码，请去掉密码后重新报送")
    return ()


def _inspect_zip(path: Path) -> Sequence[str]:
    with _refusing(path, DAMAGED, _BROKEN), zipfile.ZipFile(path) as archive:
        if sum(item.file_size for item in archive.infolist()) > MOST_UNPACKED_BYTES:
            raise _refused(path, "展开后过大，未读取；请删去空白区域和图片，按乡镇拆分后报送")
        names = archive.namelist()
        if "[Content_Types].xml" not in names:
            raise _refused(path, "不是 Excel 工作簿（是其他压缩文件改了扩展名），请报送原始的 Excel 文件")
    return [name for name in names if name.startswith("xl/worksheets/") and name.endswith(".xml")]


def _refuse_endless(path: Path, parts: Sequence[str]) -> None:
    """Sheets are looked at before they are unfolded: one that claims a billion cells would take all memory."""
    if not parts:
        return
    with _refusing(path, DAMAGED, _BROKEN), zipfile.ZipFile(path) as archive:
        for part in parts:
            far = too_far(partial(archive.open, part))
            if far is not None:
                rows, columns = far
                raise _refused(
                    path,
                    f"有工作表的已用区域达 {rows} 行 × {columns} 列，请删去数据以外的空白行列后重新保存报送",
                )


@contextmanager
def _refusing(path: Path, problems: tuple[type[Exception], ...], why: str) -> Iterator[None]:
    try:
        yield
    except problems as problem:
        raise _refused(path, why) from problem


def _text_rows(path: Path) -> list[list[Cell]]:
    content = path.read_bytes()
    if content.startswith((_ZIP, _OLE)):
        raise _refused(path, "其实是 Excel 工作簿，请把扩展名改回 .xlsx 或 .xls 后报送")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return _parsed(path, text)
    raise _refused(path, "的文字编码无法识别，请另存为 UTF-8 或 GB18030 编码的 CSV，或直接报送 .xlsx")


def _parsed(path: Path, text: str) -> list[list[Cell]]:
    first_line = text.split("\n", 1)[0]
    delimiter = "\t" if first_line.count("\t") > first_line.count(",") else ","
    try:
        return [
            [_unwrapped(cell) for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False)
        ]
    except csv.Error as problem:
        raise _refused(path, "的 CSV 格式有误（引号不成对或单元格过长），请改报 .xlsx") from problem


def _unwrapped(cell: str) -> str:
    # ="…" and a leading tab are how offices keep Excel from turning an ID number into a number.
    if cell.startswith('="') and cell.endswith('"'):
        return cell[2:-1]
    return cell


def text_of(cell: Cell) -> str:
    """A cell as a person would read it, without spaces at the ends; whole numbers without a point."""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell).strip()
