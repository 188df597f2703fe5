"""The life of bills in 肃南, benefit year 2024 (肃医保〔2023〕48号): written once, followed by others, never altered."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

import given
from people import (
    CLERK,
    GAOTAI_CLERK,
    HONGWANSI,
    HUANGCHENG_CLERK,
    KANGLE,
    KANGLE_CLERK,
    PROGRAM,
    SEASON,
    draft,
)
from yingbao.billing import actions
from yingbao.billing.errors import BillNotFound, NotOpen
from yingbao.billing.models import Assessment, Bill, Transfer
from yingbao.billing.queries import bills
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.queries import of_subject
from yingbao.journal.scope import within
from yingbao.registry import actions as registry
from yingbao.registry.actions.moves import Landing

LATER = date(2023, 11, 20)


@pytest.fixture(autouse=True)
def _county(database: str) -> None:
    given.units()


def test_a_line_names_its_rule_and_its_clause() -> None:
    one = given.lonely("安国强", "19800101", "111", "rural_allowance_1")
    given.assessed()
    person, aid = given.bill_of(one).lines
    assert person.rules == ("prices.standard",)
    assert "二(二)" in person.clauses
    assert "二(三)" in aid.clauses


def test_the_same_answer_keeps_the_bill() -> None:
    one = given.lonely("安国强", "19800101", "111")
    given.assessed()
    before = given.bill_of(one).bill
    again = given.assessed()
    assert (again.new_bills, again.superseded, given.bill_of(one).bill.id) == (0, 0, before.id)


def test_a_change_of_class_makes_a_new_bill_that_names_the_old() -> None:
    one, other = given.lonely("安国强", "19800101", "111"), given.lonely("兰秀英", "19820301", "222")
    given.assessed()
    old, kept = given.bill_of(one).bill, given.bill_of(other).bill
    given.classes(one, "rural_allowance_1", recognised_on=date(2023, 10, 20))
    done = given.assessed(on=LATER)
    new = given.bill_of(one).bill
    assert (done.new_bills, done.superseded) == (1, 1)
    assert (new.supersedes_id, new.due_fen, old.due_fen) == (old.id, 7000, 38000)
    assert given.bill_of(other).bill.id == kept.id
    with within(CLERK):
        before = bills.bill_by_id(old.id)
        assert (before.bill.state, before.bill.due_fen, before.newer and before.newer.id) == (
            "superseded", 38000, new.id,
        )  # fmt: skip
        assert [bill.id for bill in bills.bills_of(one)] == [new.id, old.id]
        assert {c.what for c in bills.changes(old, new)} >= {
            "due_fen",
            "category",
            "subsidy_rules",
            "delivery",
        }


def test_a_move_to_another_town_makes_a_new_bill_there() -> None:
    one = given.lonely("安国强", "19800101", "111")
    there = given.household([draft("兰秀英", "19820301", "222")], unit_code=HONGWANSI)
    given.assessed()
    old = given.bill_of(one).bill
    registry.move(
        by=CLERK, resident_id=one, to=Landing(there, "10"), on=date(2023, 10, 20), grounds="户口迁移"
    )
    given.assessed(on=LATER)
    new = given.bill_of(one).bill
    assert (new.supersedes_id, old.unit_code, new.unit_code, new.due_fen) == (
        old.id,
        KANGLE,
        HONGWANSI,
        38000,
    )


def test_a_bill_cannot_be_altered_nor_deleted_even_past_the_program() -> None:
    one = given.lonely("安国强", "19800101", "111")
    given.assessed()
    bill = given.bill_of(one).bill
    for deed in (
        "UPDATE billing_bill SET due_fen = 1 WHERE id = %s",
        "DELETE FROM billing_bill WHERE id = %s",
    ):
        with (
            pytest.raises(DatabaseError, match="refused"),
            transaction.atomic(),
            within(PROGRAM),
            connection.cursor() as cursor,
        ):
            cursor.execute(deed, [bill.id])


def test_the_reason_of_an_old_bill_is_what_was_known_then() -> None:
    one = given.lonely("安国强", "19800101", "111", "lifted")
    given.assessed()
    old = given.bill_of(one)
    given.classes(one, "rural_allowance_1", recognised_on=date(2023, 2, 1))  # known later, held before
    given.assessed()
    with within(CLERK):
        then = bills.explain_bill(bills.bill_by_id(old.bill.id))
        now = bills.explain_bill(given.bill_of(one))
    assert (then.answer.due_fen, now.answer.due_fen) == (28000, 7000)
    assert [step.sentence for step in then.steps if "在册人员类别" in step.sentence] == [
        "2023-10-08 在册人员类别：脱贫人口，2023-01-01 认定"
    ]


# 三(二): 全额缴费后认定的，当月参保、次月资助；身份变更的不补不退，下年度按新身份 (SN-039, SN-040)
def test_who_paid_in_full_and_is_recognised_later_gets_a_transfer_and_keeps_the_bill() -> None:
    one = given.lonely("安国强", "19800101", "111")
    given.assessed()
    bill = given.bill_of(one).bill
    actions.pay(by=PROGRAM, bill_id=bill.id, paid_on=SEASON, grounds="回单")
    given.classes(one, "rural_allowance_1", recognised_on=date(2023, 11, 6))
    done = given.assessed(on=LATER)
    assert (done.new_bills, done.superseded, done.transfers) == (0, 0, 1)
    with within(CLERK):
        [transfer] = Transfer.objects.all()
        assert (transfer.bill_id, transfer.fen, transfer.month) == (bill.id, 31000, "2023-12")
    kept = given.bill_of(one).bill
    assert (kept.id, kept.state, kept.due_fen) == (bill.id, "paid", 38000)
    assert given.assessed(on=LATER).transfers == 0


def test_who_paid_the_difference_gets_no_more_when_the_class_gets_better() -> None:
    one = given.lonely("安国强", "19800101", "111", "lifted")
    given.assessed()
    bill = given.bill_of(one).bill
    actions.pay(by=PROGRAM, bill_id=bill.id, paid_on=SEASON, grounds="回单")
    given.classes(one, "extreme_poverty", recognised_on=date(2023, 11, 6))
    done = given.assessed(on=LATER)
    assert (done.new_bills, done.transfers, given.bill_of(one).bill.due_fen) == (0, 0, 28000)


def test_a_bill_is_paid_once_and_the_money_can_go_back() -> None:
    one = given.lonely("安国强", "19800101", "111")
    given.assessed()
    bill = given.bill_of(one).bill
    actions.pay(by=PROGRAM, bill_id=bill.id, paid_on=SEASON, grounds="回单")
    with pytest.raises(NotOpen, match="已缴"):
        actions.pay(by=PROGRAM, bill_id=bill.id, paid_on=SEASON, grounds="回单")
    actions.refund(by=PROGRAM, bill_id=bill.id, grounds="退费审批")
    assert (given.bill_of(one).bill.state, given.bill_of(one).bill.paid_on) == ("open", None)
    actions.pay(by=PROGRAM, bill_id=bill.id, paid_on=SEASON, grounds="回单")
    actions.refund(by=PROGRAM, bill_id=bill.id, grounds="重复参保", close=True)
    with within(PROGRAM):
        assert bills.current_bill(one, 2024) is None


def test_who_is_terminated_has_no_bill_any_more() -> None:
    one = given.lonely("安国强", "19800101", "111")
    given.assessed()
    registry.change_state(
        by=CLERK, resident_id=one, deed="terminate", on=date(2023, 10, 20), reason="转往外地参保"
    )
    done = given.assessed(on=LATER)
    assert (done.closed, done.new_bills) == (1, 0)
    with within(CLERK):
        assert bills.current_bill(one, 2024) is None


def test_who_is_in_prison_cannot_pay_and_the_bill_says_why() -> None:
    one = given.lonely("安国强", "19800101", "111")
    registry.record_survival(
        by=CLERK, resident_id=one, status="imprisoned", from_on=date(2023, 9, 30), evidence="法律文书"
    )
    given.assessed()
    page = given.bill_of(one)
    assert (page.bill.outcome, page.bill.due_fen, page.lines) == ("not_payable", None, ())
    assert "服刑" in page.reason


def test_a_household_is_added_up() -> None:
    house = given.household()
    father, mother, baby = (given.people_of(house)[n] for n in ("安国强", "兰秀英", "安小雨"))
    given.classes(mother, "rural_allowance_3")
    given.classes(baby, "orphan", recognised_on=date(2023, 9, 25))
    given.assessed()
    actions.pay(by=PROGRAM, bill_id=given.bill_of(father).bill.id, paid_on=SEASON, grounds="回单")
    with within(CLERK):
        total = bills.household_total(bills.household_bills(house, 2024, SEASON))
    assert (total.people, total.due_fen, total.paid_fen, total.open_people) == (3, 13000, 38000, 1)


def test_an_assessment_says_what_it_read_and_leaves_an_entry() -> None:
    given.household()
    done = given.assessed(by=CLERK)
    with within(CLERK):
        kept = Assessment.objects.get(id=done.assessment_id)
        [deed] = of_subject(done.assessment_id)
    assert (kept.people, kept.new_bills, kept.counts) == (3, 3, {"payable": 3})
    assert len(kept.snapshot_digest) == 64
    assert (deed.action, deed.staff_name, deed.facts["people"]) == ("bills.assess", "安建华", 3)
    assert deed.facts["releases"] == kept.parts


def test_who_may_not_assess_is_refused() -> None:
    with pytest.raises(NotPermitted):
        given.assessed(by=KANGLE_CLERK)
    with pytest.raises(OutOfRegion):
        given.assessed(by=GAOTAI_CLERK)


def test_a_bill_is_seen_in_its_town_and_above_and_nowhere_else() -> None:
    one = given.lonely("安国强", "19800101", "111", unit_code=KANGLE)
    given.assessed()
    bill_id = given.bill_of(one).bill.id
    for who in (KANGLE_CLERK, CLERK):
        with within(who):
            assert bills.bill_by_id(bill_id).bill.due_fen == 38000
    for who in (HUANGCHENG_CLERK, GAOTAI_CLERK):
        with within(who), pytest.raises(BillNotFound):
            bills.bill_by_id(bill_id)
    with within(HUANGCHENG_CLERK):
        assert Bill.objects.count() == 0
