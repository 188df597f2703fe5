"""A file that is not what its name says is refused in a sentence that names it and says what to do."""

from __future__ import annotations

import gc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from yingbao.workbooks import extent, sheets
from yingbao.workbooks.extent import surely_small
from yingbao.workbooks.listing import read_lines
from yingbao.workbooks.sheets import FileMissing, FileUnreadable, open_sheets, uncollected

from .conftest import HEADING, SPELLINGS, ZHANG, save


def _refusal(path: Path) -> str:
    with pytest.raises(FileUnreadable) as caught:
        open_sheets(path)
    assert path.name in caught.value.sentence
    return caught.value.sentence


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("名册.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(100), "图片"),
        ("名册.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("名册.xlsx", b"PK\x03\x04 broken", "损坏"),
        ("名册.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "另存为"),
        ("名册.et", b"anything", "WPS"),
        ("名册.pdf", b"%PDF", "另存为 .xlsx"),
        ("名册", b"text", "扩展名"),
        ("名册.xlsx", b"", "空"),
        ("名册.csv", b"PK\x03\x04 a workbook", "扩展名改回"),
        ("名册.csv", b"\xff\xfe\xff\xff\xff\x00", "编码"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert expected in _refusal(path)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="找不到"):
        open_sheets(tmp_path / "没有.xlsx")


def test_another_zip_file_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("照片.txt", "x")
    assert "不是 Excel 工作簿" in _refusal(path)


def test_a_small_file_that_unpacks_to_far_too_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 5_000_000)
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 6_000_000)
    assert path.stat().st_size < 50_000
    assert "展开后过大" in _refusal(path)


def test_one_cell_in_the_farthest_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    rows: list[list[str]] = [HEADING]
    path = save(tmp_path / "名册.xlsx", {"名册": rows})
    far = tmp_path / "远.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(far, "w") as target:
        for item in source.namelist():
            content = source.read(item)
            if item.startswith("xl/worksheets/"):
                corner = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", corner)
            target.writestr(item, content)
    assert "1048576 行" in _refusal(far)


def test_a_text_of_eleven_hundred_thousand_rows_is_read_each_row_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "百万行.csv"
    good, bad = f"张三,{ZHANG},C类\n", "张三,1.40E+17,C类\n"
    path.write_text("姓名,身份证号,人员类别\n" + good * 700_000 + bad + good * 399_999, encoding="utf-8")
    found = read_lines(path, SPELLINGS)
    [lines], [reading] = found.sheets, found.readings
    assert (reading.usable, reading.unusable) == (1_099_999, 1)
    assert [(lines.numbers[place], why) for place, why in enumerate(lines.reasons) if why] == [
        (700_002, "id_float_lost_digits")
    ]


@pytest.mark.parametrize("before", range(-20, 4))
def test_a_far_cell_is_seen_wherever_it_stands_in_the_pieces_that_are_looked_at(
    monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    monkeypatch.setattr(extent, "_TOGETHER", 128)
    cell = b'<c r="AB7"><v>1</v></c>'
    near = (cell * 40)[: 128 * 3 + before] + b">"
    assert surely_small(BytesIO(near + cell))
    assert not surely_small(BytesIO(near + b'<c r="XFD7"><v>1</v></c>' + cell * 40))
    assert not surely_small(BytesIO(near + b'<c r="A1048576"><v>1</v></c>' + cell * 40))
    assert not surely_small(BytesIO(near + b'<c r ="A1"/>' + cell * 40))


def test_a_sheet_whose_packing_is_damaged_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "名册.xlsx", {"名册": [HEADING]})
    with zipfile.ZipFile(path) as source:
        item = source.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(path.read_bytes())
    start = item.header_offset + 30 + len(item.filename)
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    assert "已损坏" in _refusal(path)


def test_the_collector_works_again_when_the_last_who_was_inside_has_left() -> None:
    assert gc.isenabled()
    one, other = uncollected(), uncollected()
    with one:
        other.__enter__()
    assert not gc.isenabled()
    other.__exit__(None, None, None)
    assert gc.isenabled()
    gc.disable()
    with uncollected():
        pass
    was = gc.isenabled()
    gc.enable()
    assert not was
