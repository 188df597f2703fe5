"""Files as offices really keep them, through the door: what can be read keeps its place, what cannot is said in a sentence."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

import given
from people import CLERK, draft, number
from rosters_lists import AS_OF, DEPARTMENT, hand_in, outcomes
from yingbao.journal.scope import within
from yingbao.rosters import actions
from yingbao.rosters.actions import handing_in
from yingbao.rosters.errors import RosterEmpty, RosterTooLarge
from yingbao.rosters.models import Roster
from yingbao.web.uploads import UploadLimit
from yingbao.workbooks import sheets
from yingbao.workbooks.sheets import FileUnreadable

AN, LAN, HE = number("19800101", "111"), number("19820301", "222"), number("19550605", "131")


@pytest.fixture(autouse=True)
def _people(database: str) -> None:
    given.units()
    given.household([draft("安国强", "19800101", "111"), draft("兰秀英", "19820301", "222", "10")])
    given.household([draft("贺有才", "19550605", "131")])


def test_merged_titles_two_row_headings_totals_hidden_sheets_and_wrong_rows_leave_the_others_in_place(
    tmp_path: Path,
) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "名册.xlsx"))
    sheet = book.add_worksheet("农村低保")
    sheet.merge_range(0, 0, 0, 6, "肃南县农村低保对象花名册")
    sheet.merge_range(1, 0, 1, 6, "填报单位：民政局          2023年11月")
    sheet.write_row(2, 0, ["序号", "村", "户编号", "人员信息", "", "救助类别", "认定时间"])
    sheet.write_row(3, 0, ["", "", "", "姓名", "身份证号", "", ""])
    people = [
        [1, "红石窝村", "H1", "安国强", AN, "C类", "2022-03-01"],
        [2, "杨哥村", "H1", "兰秀英", f"'{LAN}", "农低三类", 20220301],
        [3, "杨哥村", "H2", "贺有才", 1.40e17, "三类低保", "2022.3.1"],
        [4, "杨哥村", "H2", "贺\n有才", HE.lower(), "三类低保", 44621],
        [5, "杨哥村", "H2", "贺有才", HE, "三类低保", "2022-03-01"],
        ["合  计", "", "", "5人", "", "", ""],
        ["", "", "", "", "", "", ""],
        ["填表人：李梅", "", "", "审核人：", "", "", ""],
    ]
    for place, row in enumerate(people):
        sheet.write_row(4 + place, 0, row)
    hidden = book.add_worksheet("旧")
    hidden.write_row(0, 0, ["姓名", "身份证号"])
    hidden.write_row(1, 0, ["安国强", AN])
    hidden.hide()
    book.close()
    roster = hand_in(tmp_path / "名册.xlsx")
    assert outcomes(roster) == [
        (5, "new", ""), (6, "new", ""), (7, "unreadable", "id_float_lost_digits"), (8, "new", ""),
        (9, "contradicts", "duplicate"),
    ]  # fmt: skip
    notes = "；".join(roster.layout["notes"])
    assert "第 10 行是合计行" in notes
    assert "是隐藏的，未读取" in notes
    assert "有 1 户的成员写在两个村（第 5 行与第 6 行）" in notes


def _named(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content)
        return path

    return write


def _password(folder: Path) -> Path:
    return _named(
        "密.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )(folder)


def _zipped(name: str, sheet: bytes, most: int = 0) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        path = folder / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", "<Types/>")
            archive.writestr("xl/worksheets/sheet1.xml", sheet + b" " * most)
        return path

    return write


FILES = [
    (_named("名册.et", b"\xd0\xcf\x11\xe0"), "WPS 的 .et 格式"),
    (_named("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 99), "不是 Excel 工作簿"),
    (_named("空.csv", b""), "文件是空的"),
    (_password, "设有打开密码"),
    (_zipped("炸弹.xlsx", b"<worksheet>", 6_000_000), "展开后过大"),
    (_zipped("百万行.xlsx", b'<c r="A1"/><c r="XFD1100000"/>'), "已用区域达 1100000 行"),
    (_zipped("百万行单引号.xlsx", b" " * 300 + b"<c r='A1'/><c r = 'XFD1100000'/>"), "已用区域达 1100000 行"),
]


def test_a_file_that_cannot_be_read_is_refused_in_a_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 5_000_000)
    for write, sentence in FILES:
        with pytest.raises(FileUnreadable, match=sentence):
            hand_in(write(tmp_path))
    with pytest.raises(RosterEmpty, match="没有可以读的人员行"):
        hand_in(_named("空表.csv", "姓名,身份证号\n".encode())(tmp_path))
    with within(CLERK):
        assert Roster.objects.count() == 0


def test_gb18030_text_and_old_workbooks_are_read(tmp_path: Path) -> None:
    text = f'姓名,身份证号,救助类别\n安国强,\t{AN},农低一类\n兰秀英,"=""{LAN}""",农低一类\n'
    path = _named("名册.csv", text.encode("gb18030"))(tmp_path)
    assert outcomes(hand_in(path)) == [(2, "new", ""), (3, "new", "")]


def test_too_large_a_file_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_in, "MOST_BYTES", 10)
    path = _named("大.xlsx", b"PK\x03\x04" + b"0" * 99)(tmp_path)
    with pytest.raises(RosterTooLarge):
        actions.hand_in(
            by=DEPARTMENT,
            region="620721",
            benefit_year=2024,
            sender="civil_affairs",
            as_of=AS_OF,
            extent="full",
            path=path,
        )


def test_too_large_an_upload_is_refused_by_its_announced_length() -> None:
    def never(request: WSGIRequest) -> None:
        raise AssertionError("the view was asked")

    request = RequestFactory().post("/rosters/new/", CONTENT_LENGTH="200000000")
    answer = UploadLimit(never)(request)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "文件超过 100 MB" in answer.content.decode()  # type: ignore[attr-defined]
