"""Whoever is paid for in full, from the accepted declaration to cover and ledger, and back.

肃南, benefit year 2024 (肃医保〔2023〕48号 二(三)1, 二(四), 二(五)): 特困人员 380 of 380 by medical assistance, cover all of 2024; 贵阳
(筑医保发〔2023〕17号 四(一)3, 四(二)): 低保 half and half, no subsidy any more after the central window.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.db import connection

import given
import loads
import moneyed
import paying
from people import CLERK, COUNTY, KANGLE, NANMING_CLERK, OTHER_COUNTY, PROGRAM, SEASON
from spec.invented import invented
from yingbao.billing import actions, levy
from yingbao.billing.actions import Acknowledged
from yingbao.billing.errors import AssessmentRunning
from yingbao.billing.policies import pooling_region
from yingbao.billing.queries import batches
from yingbao.journal.acting import Acting
from yingbao.journal.queries import of_subject
from yingbao.journal.scope import within
from yingbao.ledger import queries as ledger
from yingbao.policy import load_release
from yingbao.registry import actions as registry
from yingbao.registry.queries import standing

NOW, NEXT = paying.at(SEASON), paying.at(date(2023, 11, 6))
LATER = date(2023, 11, 20)
PAYER, FUND = f"payer:medical_assistance/{COUNTY}", f"fund:390100/{COUNTY}"


@pytest.fixture
def poor(database: str) -> UUID:
    """兰秀英 of 康乐镇, 特困, assessed in October 2023."""
    given.units()
    one = given.lonely("兰秀英", "19500301", "222", "extreme_poverty")
    given.assessed()
    return one


def sent(by: Acting = CLERK, region: str = COUNTY) -> UUID:
    """The batch of everybody who is paid for in full."""
    issue = actions.issue_register(by=by, region=region, benefit_year=2024)
    return actions.send_zero_fee(by=by, register_id=issue)


def answer(batch_id: UUID, *lines: str, by: Acting = CLERK, now: object = NOW) -> Acknowledged:
    """The tax side's file, a line a bill: number, 1 or 0, reason."""
    content = paying.tax_answer(*lines).encode()
    return actions.read_acknowledgement(by=by, batch_id=batch_id, content=content, now=now)  # type: ignore[arg-type]


def taken(*residents: UUID) -> list[str]:
    return [f"{paying.number_of(one)},1," for one in residents]


def covers(resident_id: UUID, by: Acting = CLERK) -> list[tuple[str, str, date, date | None]]:
    return [(c.what, c.detail, c.from_on, c.through_on) for c in given.page(resident_id, by=by).covers]


def state_of(resident_id: UUID) -> tuple[str, date | None]:
    bill = given.bill_of(resident_id).bill
    return bill.state, bill.paid_on


def vouchers(resident_id: UUID) -> list[str]:
    with within(PROGRAM):
        return [one.kind for one in ledger.about(given.bill_of(resident_id).bill.id)]


def unbooked(batch_id: UUID) -> list[str]:
    with within(CLERK):
        return [line.answer for line in batches.lines(batch_id, outcome="unbooked")]


WHOLE_YEAR = ("390", COUNTY, date(2024, 1, 1), date(2024, 12, 31))


def test_who_is_paid_for_in_full_is_covered_from_january_and_medical_assistance_owes_380(poor: UUID) -> None:
    batch_id = sent()
    read = answer(batch_id, *taken(poor))
    assert (read.accepted, read.refused, read.unbooked, read.faults) == (1, 0, 0, ())
    assert state_of(poor) == ("declared", SEASON)
    assert covers(poor) == [WHOLE_YEAR]
    assert paying.books() == {PAYER: 38000, FUND: 38000}
    bill = given.bill_of(poor).bill
    with within(CLERK):
        [voucher] = ledger.about(bill.id)
        [deed] = of_subject(batch_id)
    assert (voucher.kind, voucher.on, voucher.unit_code) == ("full-subsidy", SEASON, KANGLE)
    # the figure leads to the bill, the bill to its rule and clause; the journal's one line to the batch
    [(_, _, fen, _, about)] = voucher.postings
    assert (fen, about, voucher.journal_id) == (38000, bill.id, deed.id)
    lines = {line.payer: line.clauses for line in given.bill_of(poor).lines}
    assert "肃医保〔2023〕48号 二(三)1" in lines["medical_assistance"]
    assert deed.facts == {"lines": 1, "accepted": 1, "refused": 0, "unbooked": 0, "faults": 0}
    paying.conserved({})


def test_outside_the_window_cover_begins_on_the_day_the_bill_says(database: str) -> None:
    given.units()
    one = given.lonely("兰秀英", "19500301", "222", "extreme_poverty")
    # 二(五): 特困 enrol at any time; cover from that day to the year's end
    given.assessed(on=date(2024, 7, 1))
    answer(sent(), *taken(one), now=paying.at(date(2024, 7, 4)))
    assert covers(one) == [("390", COUNTY, date(2024, 7, 1), date(2024, 12, 31))]


def test_who_was_not_insured_counts_as_insured_from_then_on(database: str, tmp_path: object) -> None:
    given.units()
    file = loads.write(tmp_path / "p.parquet", [loads.row("兰秀英", "19500301", "222")])  # type: ignore[operator]
    loads.load(file)
    with within(CLERK), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM registry_resident")
        [(one,)] = cursor.fetchall()
    given.classes(one, "extreme_poverty")
    given.assessed()
    policy = load_release(COUNTY, 2024)

    def enrolled() -> int:
        with within(CLERK):
            rows, _ = standing.standings(policy, COUNTY, SEASON)
        return sum(row.enrolled for row in rows)

    assert enrolled() == 0
    answer(sent(), *taken(one))
    assert enrolled() == 1
    assert [(c.what, c.from_on) for c in given.page(one).changes][-1] == ("11", SEASON)


def test_the_same_answer_twice_changes_nothing(poor: UUID) -> None:
    batch_id = sent()
    lines = taken(poor)
    answer(batch_id, *lines)
    again = answer(batch_id, *lines, now=NEXT)
    assert (again.accepted, again.again, again.faults) == (0, 1, ())
    # the same with a remark is noted on the line, and books nothing either
    answer(batch_id, f"{lines[0]}复核通过", now=NEXT)
    with within(CLERK):
        assert [(line.outcome, line.answer) for line in batches.lines(batch_id)] == [("accepted", "复核通过")]
    assert vouchers(poor) == ["full-subsidy"]
    assert (state_of(poor), covers(poor)) == (("declared", SEASON), [WHOLE_YEAR])
    assert paying.books() == {PAYER: 38000, FUND: 38000}


def test_refused_after_all_leaves_the_books_and_the_cover_goes_and_accepted_anew_it_is_back(
    poor: UUID,
) -> None:
    batch_id = sent()
    number = paying.number_of(poor)
    answer(batch_id, f"{number},1,")
    read = answer(batch_id, f"{number},0,重复申报", now=NEXT)
    assert (read.accepted, read.refused, read.faults) == (0, 1, ())
    assert (state_of(poor), covers(poor), paying.books()) == (("open", None), [], {})
    with within(CLERK):
        booked, reversal = ledger.about(given.bill_of(poor).bill.id)
    assert (reversal.kind, reversal.reverses, reversal.on) == ("reversal", booked.id, date(2023, 11, 6))
    assert booked.reversed_by == (reversal.id,)
    answer(batch_id, f"{number},0,重复申报", now=NEXT)
    assert vouchers(poor) == ["full-subsidy", "reversal"]
    answer(batch_id, f"{number},1,", now=NEXT)
    assert vouchers(poor) == ["full-subsidy", "reversal", "full-subsidy"]
    assert (state_of(poor), covers(poor)) == (("declared", date(2023, 11, 6)), [WHOLE_YEAR])
    answer(batch_id, f"{number},0,重复申报", now=NEXT)
    assert (covers(poor), paying.books()) == ([], {})
    paying.conserved({})


def test_who_has_since_been_insured_elsewhere_is_named_and_the_other_is_covered(poor: UUID) -> None:
    other = given.lonely("安国强", "19600101", "111", "orphan")
    given.assessed()
    batch_id = sent()
    registry.record_cover(
        by=CLERK, resident_id=other, insurance="310", place="兰州市", from_on=date(2023, 10, 1), through_on=None, evidence="平台查询",
    )  # fmt: skip
    lines = taken(poor, other)
    read = answer(batch_id, *lines)
    assert (read.accepted, read.unbooked, read.faulty) == (1, 1, 0)
    [(place, said)] = read.faults
    assert place == 3
    assert "没有终止的参保" in said
    assert (state_of(poor)[0], state_of(other)) == ("declared", ("open", None))
    assert unbooked(batch_id) == [said]
    assert paying.books() == {PAYER: 38000, FUND: 38000}
    # it turns out that the job ended in November; the file again covers from the day after and leaves the first alone
    [cover] = given.page(other).covers
    registry.end_cover(
        by=CLERK, resident_id=other, cover_id=cover.id, last_on=date(2024, 1, 31), evidence="离职证明"
    )
    read = answer(batch_id, *lines, now=NEXT)
    assert (read.accepted, read.unbooked, read.again) == (1, 0, 1)
    assert covers(other)[-1] == ("390", COUNTY, date(2024, 2, 1), date(2024, 12, 31))
    assert (unbooked(batch_id), paying.books()) == ([], {PAYER: 76000, FUND: 76000})
    paying.conserved({})


def dies(one: UUID) -> None:
    registry.record_survival(
        by=CLERK, resident_id=one, status="died", from_on=date(2023, 10, 20), evidence="死亡证明"
    )


def ends(one: UUID) -> None:
    registry.change_state(
        by=CLERK, resident_id=one, deed="terminate", on=date(2023, 10, 20), reason="外地参保"
    )


def moves_to_gaotai(one: UUID) -> None:
    house = given.page(one).household_id
    assert house is not None
    registry.move_household(
        by=PROGRAM, household_id=house, unit_code=OTHER_COUNTY, on=date(2023, 10, 20), grounds="迁移证"
    )


def is_covered_all_year(one: UUID) -> None:
    registry.record_cover(
        by=CLERK, resident_id=one, insurance="390", place="兰州市", from_on=date(2024, 1, 1), through_on=date(2024, 12, 31),
        evidence="平台查询",
    )  # fmt: skip


def loses_the_class(one: UUID) -> None:
    [held] = given.page(one).holdings
    registry.end_holding(
        by=CLERK, resident_id=one, holding_id=held.id, ended_on=date(2023, 10, 20), evidence="民政局"
    )
    given.assessed(on=LATER)


def loses_the_class_and_pays(one: UUID) -> None:
    loses_the_class(one)
    paying.at_counter(one, now=paying.at(LATER), cash=38000)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (dies, "已登记死亡"),
        (ends, "参保已终止或作废"),
        (moves_to_gaotai, "已迁到别的地区"),
        (is_covered_all_year, "整个待遇期都已另有参保"),
        (loses_the_class, "已由新账单代替"),
        (loses_the_class_and_pays, "已由新账单代替"),
    ],
)
def test_who_cannot_be_covered_any_more_is_named_with_what_to_do(poor: UUID, what: object, said: str) -> None:
    batch_id, lines = sent(), taken(poor)
    what(poor)  # type: ignore[operator]
    before = paying.books()
    read = answer(batch_id, *lines, now=paying.at(LATER))
    assert (read.accepted, read.unbooked) == (0, 1)
    assert said in read.faults[0][1]
    assert "请税务退回这一行" in read.faults[0][1]
    assert unbooked(batch_id) == [read.faults[0][1]]
    assert paying.books() == before
    again = answer(batch_id, *lines, now=paying.at(LATER))
    assert (again.unbooked, again.faults) == (1, read.faults)
    # the tax side takes it back, and nothing is left waiting
    assert answer(batch_id, lines[0].replace(",1,", ",0,撤销"), now=paying.at(LATER)).refused == 1
    assert (unbooked(batch_id), paying.books()) == ([], before)


def test_who_moved_to_another_county_with_the_cover_is_not_taken_back_in_silence(poor: UUID) -> None:
    batch_id, number = sent(), paying.number_of(poor)
    answer(batch_id, f"{number},1,")
    moves_to_gaotai(poor)
    read = answer(batch_id, f"{number},0,重复申报", now=NEXT)
    assert (read.refused, read.faulty) == (0, 1)
    assert "迁到别的地区" in read.faults[0][1]
    assert covers(poor, by=PROGRAM) == [WHOLE_YEAR]
    assert paying.books() == {PAYER: 38000, FUND: 38000}


def test_who_was_declared_again_in_another_batch_is_not_taken_twice(poor: UUID) -> None:
    issue = actions.issue_register(by=CLERK, region=COUNTY, benefit_year=2024)
    first = actions.send_zero_fee(by=CLERK, register_id=issue)
    number = paying.number_of(poor)
    answer(first, f"{number},0,证件号码不符")
    second = actions.send_zero_fee(by=CLERK, register_id=issue)
    read = answer(first, f"{number},1,")
    assert (read.accepted, read.faulty) == (0, 1)
    assert "已在另一批里再报" in read.faults[0][1]
    assert answer(second, f"{number},1,").accepted == 1
    assert paying.books() == {PAYER: 38000, FUND: 38000}


# 肃医保〔2023〕48号 三(二), 高台 三.1: identity changed after the subsidy: no top-up, no claw-back
def test_a_class_that_ends_after_the_declaration_changes_nothing_that_year(poor: UUID) -> None:
    answer(sent(), *taken(poor))
    number = paying.number_of(poor)
    [held] = given.page(poor).holdings
    registry.end_holding(
        by=CLERK, resident_id=poor, holding_id=held.id, ended_on=date(2023, 10, 20), evidence="民政局"
    )
    done = given.assessed(on=LATER)
    assert (done.new_bills, done.superseded, done.closed, done.transfers) == (0, 0, 0, 0)
    assert (paying.number_of(poor), state_of(poor)) == (number, ("declared", SEASON))
    assert (covers(poor), paying.books()) == ([WHOLE_YEAR], {PAYER: 38000, FUND: 38000})


# 高台 三.1 leaves it open, N-01: before cover begins what was paid goes back to its payer, afterwards nothing does
def test_who_dies_before_cover_begins_leaves_the_books_at_the_next_assessment(poor: UUID) -> None:
    answer(sent(), *taken(poor))
    bill = given.bill_of(poor).bill
    dies(poor)
    done = given.assessed(on=LATER)
    assert (done.new_bills, done.closed) == (0, 1)
    assert (covers(poor), paying.books()) == ([], {})
    with within(CLERK):
        assert [one.kind for one in ledger.about(bill.id)] == ["full-subsidy", "reversal"]
        bill.refresh_from_db()
    assert (bill.state, bill.paid_on) == ("closed", None)
    paying.conserved({})


def test_who_dies_after_cover_has_begun_stays_in_the_books(poor: UUID) -> None:
    answer(sent(), *taken(poor))
    registry.record_survival(
        by=CLERK, resident_id=poor, status="died", from_on=date(2024, 2, 3), evidence="死亡证明"
    )
    assert given.assessed(on=date(2024, 3, 1)).closed == 0
    assert (state_of(poor)[0], paying.books()) == ("declared", {PAYER: 38000, FUND: 38000})


@pytest.fixture
def nanming(database: str) -> UUID:
    """龙秀英 of 南明区, 低保."""
    one = moneyed.alone("龙秀英", "520102", "520100", SEASON)
    given.classes(one, "allowance", by=PROGRAM)
    given.assessed("520102", 2024, SEASON)
    return one


def test_two_payers_each_owe_their_half_and_it_stands_when_nobody_new_is_subsidised_any_more(
    nanming: UUID,
) -> None:
    read = answer(sent(NANMING_CLERK, "520102"), *taken(nanming), by=NANMING_CLERK)
    assert (read.accepted, read.faults) == (1, ())
    # 四(一)3: 190 + 190 = 380
    books = {
        "payer:medical_assistance/520102": 19000, "payer:civil_affairs/520102": 19000, "fund:390100/520102": 38000,
    }  # fmt: skip
    assert paying.books() == books
    # 四(二): whoever is assessed in March pays 380; who was declared in October does not
    assert given.assessed("520102", 2024, date(2024, 3, 1)).new_bills == 0
    assert (state_of(nanming)[0], paying.books()) == ("declared", books)


def test_a_levy_of_three_funds_is_split_as_a_receipt_would_split_it(
    poor: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    three = invented("990301", 2026)
    monkeypatch.setattr(levy, "release_of", lambda _: three)
    answer(sent(), *taken(poor))
    # 380: 意外伤害 10; 大病保险 22.5 % = 85.50, to the yuan 86; 基本医保 the rest, 284
    assert paying.books() == {
        PAYER: 38000, f"fund:意外伤害/{COUNTY}": 1000, f"fund:大病保险/{COUNTY}": 8600, f"fund:基本医保/{COUNTY}": 28400,
    }  # fmt: skip


def test_nothing_is_read_while_an_assessment_runs(poor: UUID) -> None:
    batch_id, lines = sent(), taken(poor)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_lock(390002, hashtext(%s))", [f"{pooling_region(COUNTY, 2024)}/2024"]
            )
        with pytest.raises(AssessmentRunning):
            answer(batch_id, *lines)
    finally:
        other.close()
    assert answer(batch_id, *lines).accepted == 1
