"""Issues of the register in 肃南: numbered, frozen, told apart; what goes to the tax side and how it comes back."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

import given
import paying
from people import CLERK, FINANCE, GAOTAI_CLERK, HONGWANSI, KANGLE, PROGRAM, SEASON, number
from rosters_lists import hand_in, workbook
from yingbao.billing import actions
from yingbao.billing.errors import (
    AcknowledgementUnreadable,
    BatchNotFound,
    NothingAssessed,
    NothingNew,
    NothingToSend,
    RegisterNotFound,
)
from yingbao.billing.models import PERSON
from yingbao.billing.platform import DETAIL, HEADER
from yingbao.billing.queries import batches, bills, registers
from yingbao.journal.errors import NotPermitted
from yingbao.journal.queries import of_subject
from yingbao.journal.scope import within
from yingbao.policy import load_release
from yingbao.policy.layers import builtin_policies
from yingbao.registry import actions as registry
from yingbao.rosters import actions as rosters
from yingbao.rosters.queries import unused_rows
from yingbao.workbooks.sheets import open_sheets

LATER = date(2023, 11, 20)
NOW = paying.at(SEASON)


@pytest.fixture(autouse=True)
def people(database: str) -> dict[str, UUID]:
    """Four in 康乐镇 and one in 红湾寺镇: 380, 0, 70, 280 and 130 yuan."""
    given.units()
    return {
        "ordinary": given.lonely("安国强", "19800101", "111"),
        "poor": given.lonely("兰秀英", "19500301", "222", "extreme_poverty"),
        "first": given.lonely("索国栋", "19700301", "333", "rural_allowance_1"),
        "lifted": given.lonely("常有才", "19700401", "335", "lifted"),
        "third": given.lonely("屈建军", "19700501", "337", "rural_allowance_3", unit_code=HONGWANSI),
    }


def issued() -> UUID:
    return actions.issue_register(by=CLERK, region="620721", benefit_year=2024)


def issue(register_id: UUID) -> registers.Register:
    with within(CLERK):
        return registers.register(register_id)


def test_nothing_is_issued_before_an_assessment() -> None:
    with pytest.raises(NothingAssessed):
        issued()


def test_an_issue_adds_up_by_town_class_and_payer() -> None:
    given.assessed()
    one = issue(issued())
    # 380 + 0 + 70 + 280 + 130 = 860; 5 × 380 = 1,900
    assert (one.number, one.bills, one.payable, one.due_fen, one.standard_fen) == (1, 5, 5, 86000, 190000)
    with within(CLERK):
        sums = registers.sums(one)
    assert sums.towns == {KANGLE: "康乐镇", HONGWANSI: "红湾寺镇"}
    assert sums.cells[KANGLE, "rural_allowance_1"] == registers.Cell(1, 7000)
    assert sums.cells[KANGLE, ""] == registers.Cell(1, 38000)
    assert sums.cells[HONGWANSI, "rural_allowance_3"] == registers.Cell(1, 13000)
    # 380 + 310 + 100 + 250 = 1,040
    assert sums.payers == {PERSON: 86000, "medical_assistance": 104000}
    assert sums.outcomes == {"payable": 5}


def test_the_same_bills_are_not_issued_twice() -> None:
    given.assessed()
    issued()
    with pytest.raises(NothingNew, match="第 1 期"):
        issued()


def test_the_next_issue_says_who_changed_from_what_to_what(people: dict[str, UUID]) -> None:
    given.assessed()
    first = issued()
    given.classes(people["ordinary"], "rural_allowance_1", recognised_on=date(2023, 10, 20))
    registry.change_state(
        by=CLERK, resident_id=people["lifted"], deed="terminate", on=date(2023, 10, 20), reason="外地参保"
    )
    given.lonely("妥春花", "19900101", "226", unit_code=HONGWANSI)
    given.assessed(on=LATER)
    second = issue(issued())
    assert (second.number, second.before_id, second.changes) == (2, first, 3)
    with within(CLERK):
        found = {one.kind: one for one in registers.differences(second)}
        [row] = registers.changed(second, "amount")
    assert found["amount"] == registers.Difference("amount", 1, 38000, 7000)
    assert found["gone"] == registers.Difference("gone", 1, 28000, 0)
    assert found["added"] == registers.Difference("added", 1, 0, 38000)
    assert (row.name, row.old_fen, row.new_fen, row.new_category) == (
        "安国强",
        38000,
        7000,
        "rural_allowance_1",
    )
    # the first issue is what it was
    assert issue(first).due_fen == 86000
    with within(CLERK):
        assert registers.sums(issue(first)).payers[PERSON] == 86000


def test_an_issue_is_frozen_in_the_database() -> None:
    given.assessed()
    one = issued()
    for deed in (
        "UPDATE billing_register SET due_fen = 0 WHERE id = %s", "DELETE FROM billing_register_bill WHERE register_id = %s",
        "UPDATE billing_register_sum SET fen = 0 WHERE register_id = %s",
    ):  # fmt: skip
        with (
            pytest.raises(DatabaseError, match="refused"),
            transaction.atomic(),
            within(PROGRAM),
            connection.cursor() as cursor,
        ):
            cursor.execute(deed, [one])


def test_people_of_an_issue_are_read_page_by_page() -> None:
    given.assessed()
    one = issue(issued())
    with within(CLERK):
        first = registers.people(one, limit=3)
        rest = registers.people(one, after=first[-1].bill_id, limit=3)
        names = [row.name for row in (*first, *rest)]
        assert sorted(names) == sorted(["安国强", "兰秀英", "索国栋", "常有才", "屈建军"])
        assert [row.name for row in registers.people(one, unit=HONGWANSI)] == ["屈建军"]
        assert [row.name for row in registers.people(one, category="rural_allowance_1")] == ["索国栋"]
        assert [row.name for row in registers.people(one, category="")] == ["安国强"]
        assert registers.people(one, outcome="undetermined") == ()


def test_another_county_sees_no_issue_of_ours() -> None:
    given.assessed()
    one = issued()
    with within(GAOTAI_CLERK), pytest.raises(RegisterNotFound):
        registers.register(one)


# 筑医保发〔2023〕17号 五(二) 零费申报; 肃医保〔2023〕48号 二(四)
def test_who_is_paid_for_in_full_is_declared_once_and_the_answer_is_read_line_by_line(
    people: dict[str, UUID],
) -> None:
    given.assessed()
    one = issued()
    batch_id = actions.send_zero_fee(by=CLERK, register_id=one)
    with within(CLERK):
        [line] = batches.lines(batch_id)
        row = batches.batch(batch_id)
    assert (line.name, line.due_fen, line.outcome) == ("兰秀英", 0, "waiting")
    assert (row.batch.lines, row.batch.due_fen, row.batch.subsidy_fen) == (1, 0, 38000)
    with pytest.raises(NothingToSend):
        actions.send_zero_fee(by=CLERK, register_id=one)
    text = paying.tax_answer(
        f"{line.number},1,", "24620721000099990,1,", f"{line.number},0,重复", f"{line.number},9,"
    )
    read = actions.read_acknowledgement(by=CLERK, batch_id=batch_id, content=text.encode(), now=NOW)
    assert (read.accepted, read.refused, read.faulty) == (1, 0, 3)
    assert [place for place, _ in read.faults] == [3, 4, 5]
    assert given.bill_of(people["poor"]).bill.state == "declared"
    again = actions.read_acknowledgement(by=CLERK, batch_id=batch_id, content=text.encode("gb18030"), now=NOW)
    assert (again.accepted, again.again) == (0, 1)


def test_who_was_refused_can_be_declared_again(people: dict[str, UUID]) -> None:
    given.assessed()
    one = issued()
    first = actions.send_zero_fee(by=CLERK, register_id=one)
    poor = given.bill_of(people["poor"]).bill
    text = paying.tax_answer(f"{poor.number},0,证件号码不符")
    read = actions.read_acknowledgement(by=CLERK, batch_id=first, content=text.encode(), now=NOW)
    assert (read.accepted, read.refused) == (0, 1)
    assert given.bill_of(people["poor"]).bill.state == "open"
    second = actions.send_zero_fee(by=CLERK, register_id=one)
    with within(CLERK):
        assert [line.answer for line in batches.lines(first)] == ["证件号码不符"]
        assert [line.outcome for line in batches.lines(second)] == ["waiting"]
        assert [row.batch.number for row in batches.batches(issue(one))] == [
            "2024-620721-01-L02",
            "2024-620721-01-L01",
        ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00\x01\x81", "编码"),
        ("户号,结果\n1,2\n".encode(), "缺少列"),
        (b"", "缺少列"),
    ],
)
def test_a_file_that_is_no_answer_is_refused_in_words(content: bytes, why: str) -> None:
    with pytest.raises(AcknowledgementUnreadable, match=why):
        actions.read_acknowledgement(by=CLERK, batch_id=UUID(int=1), content=content, now=NOW)


def test_an_answer_to_no_batch_of_ours_is_refused() -> None:
    with pytest.raises(BatchNotFound):
        actions.read_acknowledgement(
            by=CLERK, batch_id=UUID(int=1), content=paying.tax_answer().encode(), now=NOW
        )


def test_the_tax_side_gets_identity_and_standard_in_the_platforms_words(people: dict[str, UUID]) -> None:
    given.assessed()
    batch_id = actions.send_tags(by=CLERK, register_id=issued())
    name, content = actions.export_batch(by=CLERK, batch_id=batch_id)
    assert name == "2024-620721-01-B01.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        [header] = csv.DictReader(io.StringIO(file.read("header.csv").decode()))
        lines = {
            row["psn_name"]: row for row in csv.DictReader(io.StringIO(file.read("detail.csv").decode()))
        }
    assert tuple(header) == HEADER
    assert set(lines) == {"兰秀英", "索国栋", "常有才", "屈建军"}
    # 0 + 70 + 280 + 130 = 480; 380 + 310 + 100 + 250 = 1,040; 4 × 640 = 2,560; 4 × 1,020 = 4,080
    assert (header["detl_cnt"], header["psn_clct_amt"], header["oth_clct_amt"]) == ("4", "480.00", "1040.00")
    assert (header["finsubs_amt"], header["clct_sumamt"]) == ("2560.00", "4080.00")
    third = lines["屈建军"]
    assert tuple(third) == DETAIL
    assert {k: third[k] for k in DETAIL if k not in ("psn_no", "init_rsdt_clct_detl_id")} == {
        "psn_name": "屈建军", "psn_cert_type": "01", "certno": number("19700501", "337"), "emp_no": HONGWANSI,
        "insutype": "390", "psn_idet_type": "23", "accrym_begn": "202401", "accrym_end": "202412", "psn_clct_amt": "130.00",
        "finsubs_amt": "640.00", "oth_clct_amt": "250.00", "clct_sumamt": "1020.00", "clct_flag": "0", "clct_type": "10",
        "clct_way": "02", "poolarea_no": "620721",
    }  # fmt: skip
    with within(CLERK):
        assert [deed.action for deed in of_subject(batch_id)] == ["batch.export"]
    assert actions.export_batch(by=CLERK, batch_id=batch_id)[1] == content


def test_the_workbook_is_the_issue_by_unit_and_household_masked(tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    given.assessed()
    path = tmp_path / "register.xlsx"
    actions.write_workbook(by=FINANCE, register_id=issued(), path=path)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names[:3] == ["汇总", "人员明细", "零费申报"]
    rows = [
        row for row in book.get_sheet_by_name("人员明细").to_python() if str(row[0]) in ("康乐镇", "红湾寺镇")
    ]
    assert [row[0] for row in rows] == ["康乐镇"] * 4 + ["红湾寺镇"]
    assert [row[1] for row in rows[:4]] == sorted(row[1] for row in rows[:4])
    assert rows[0][2] == "安**"
    assert "990721" not in str(rows) or "*" in str(rows[0][3])
    text = str(book.get_sheet_by_name("汇总").to_python())
    assert "860" in text
    assert "1900" in text


def test_the_workbook_lists_the_rows_of_departments_lists_that_nobody_used(tmp_path: Path) -> None:
    given.assessed()
    before = issued()
    rows = [
        [1, "屈建军", number("19700501", "337"), "农村低保一类", "2022-03-01", ""],
        [2, "外地人", number("19900101", "555"), "农村低保三类", "", ""],
        [3, "常有财", number("19700401", "335"), "农村低保三类", "", ""],
        [4, "索国栋", "1.40E+17", "农村低保一类", "", ""],
    ]
    roster = hand_in(workbook(tmp_path / "民政.xlsx", rows, sheet="11月"), extent="changes")
    rosters.drop_rows(by=CLERK, roster_id=roster.id, reason="person_unknown", grounds="等民政补正")
    registry.recognise(
        by=CLERK, resident_id=given.lonely("贺有才", "19550605", "131"), category="orphan",
        recognised_on=date(2023, 1, 1), evidence="民政局认定文件",
    )  # fmt: skip
    given.assessed()
    after = issued()
    assert _unused(before, tmp_path) == []
    assert [(row[1], str(row[2]), row[3], row[4]) for row in _unused(after, tmp_path)] == [
        ("11月", "3", "外**", "不在居民库中"), ("11月", "4", "常**", "姓名与居民库不同"),
        ("11月", "5", "索**", "身份证号存成了数字"),
    ]  # fmt: skip
    # of 康乐镇: 常有才's row alone is of somebody registered there
    assert [str(row[2]) for row in _unused(after, tmp_path, KANGLE)] == ["4"]
    assert _unused(after, tmp_path, HONGWANSI) == []
    hand_in(workbook(tmp_path / "全.xlsx", [rows[0]], sheet="12月"), as_of=date(2023, 12, 1))
    assert len(_unused(after, tmp_path)) == 3
    # the whole list of the same kinds, read by now, says anew what the first one said
    with within(CLERK):
        assert unused_rows("620721", 2024, datetime.now(UTC)) == []


def _unused(register_id: UUID, folder: Path, unit_code: str = "") -> list[list[object]]:
    """The rows of the sheet 名册未采用 below its headings."""
    path = folder / "register.xlsx"
    actions.write_workbook(by=CLERK, register_id=register_id, path=path, unit_code=unit_code)
    [sheet] = [one for one in open_sheets(path) if one.name == "名册未采用"]
    return [list(row) for row in sheet.rows[3:] if str(row[0]).endswith(".xlsx")]


def test_a_release_is_kept_beside_the_bills_and_made_again_from_its_own_files(
    people: dict[str, UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from yingbao.billing import policies  # noqa: PLC0415

    given.assessed()
    digest = load_release("620721", 2024).digest
    policies.release_of.cache_clear()
    with within(CLERK):
        again = policies.release_of(digest)
    assert (again.digest, again.release.name) == (digest, "肃南裕固族自治县")

    # mid-season the notice is corrected: another release, other bills, the old ones as they were (N-13)
    folder = tmp_path / "policies"
    shutil.copytree(builtin_policies(), folder)
    file = folder / "620721" / "2024.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("label: 2023年度", "label: 2023年度（更正）"),
        encoding="utf-8",
    )
    other = load_release("620721", 2024, policies=folder)
    monkeypatch.setattr(policies, "_composed", lambda *_: other)
    old = given.bill_of(people["lifted"]).bill
    done = given.assessed()
    assert (done.new_bills, done.superseded) == (5, 5)
    new = given.bill_of(people["lifted"]).bill
    assert (new.supersedes_id, new.release_digest, old.release_digest) == (old.id, other.digest, digest)
    with within(CLERK):
        page = bills.bill_by_id(old.id)
        assert bills.explain_bill(page).answer.due_fen == old.due_fen == 28000


def test_who_may_not_is_refused() -> None:
    given.assessed()
    with pytest.raises(NotPermitted):
        actions.issue_register(by=FINANCE, region="620721", benefit_year=2024)
    one = issued()
    with pytest.raises(NotPermitted):
        actions.send_zero_fee(by=FINANCE, register_id=one)
