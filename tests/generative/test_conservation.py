"""Whatever payers, banks, clerks and the tax side do, in whatever order: not a fen appears or is lost, and nobody pays twice.

Orders, confirmations told again, late, for another amount, after a cancellation, for orders nobody knows; two payers for
one bill; refunds asked, agreed, declined, paid out, failed; somebody paid for in full whose declaration is accepted, refused
after all, whose enrolment ends and begins again. After every step the books balance, what channels hold is what they took
less what they gave back, every transaction has one outcome, and nobody has two valid receipts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import databases
import given as world
import paying
from people import CLERK, COUNTY, REVIEWER
from yingbao.billing import actions as billing
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal
from yingbao.payments import actions
from yingbao.payments.errors import NotRefundable, NoWayFrom
from yingbao.payments.queries.channels import ChannelForCall
from yingbao.payments.queries.refunds import refunds
from yingbao.registry import actions as registry
from yingbao.registry.errors import NoWay

#: In the window, on its last day, and after it (二(二)): an order may be made on one day and paid on another.
DAYS = (date(2023, 10, 8), date(2023, 12, 31), date(2024, 1, 2))
_PEOPLE = (
    ("安国强", "111", ()),
    ("兰秀英", "222", ("rural_allowance_1",)),
    ("贺小军", "131", ("rural_allowance_2",)),
    ("常有福", "133", ("extreme_poverty",)),
)
_setting: dict[str, Any] = {}


@pytest.fixture
def a_county(migrated: str) -> Iterator[None]:
    """Three people with bills and one declared, two banks; every run of the machine gets a copy."""
    with databases.cloned(migrated) as name:
        world.units()
        people = [world.lonely(who, "19800101", order, *classes) for who, order, classes in _PEOPLE]
        world.assessed()
        channels = [paying.bank("rcb"), paying.bank("wechat")]
        numbers = [paying.number_of(one) for one in people]
        issue = billing.issue_register(by=CLERK, region=COUNTY, benefit_year=2024)
        batch = billing.send_zero_fee(by=CLERK, register_id=issue)
        connection.close()
        _setting.update(batch=batch, template=name, people=people, channels=channels, numbers=numbers)
        yield


class Payers(RuleBasedStateMachine):
    """Banks, payers, a clerk and a reviewer on one county's books."""

    orders = Bundle("orders")
    told = Bundle("told")

    def __init__(self) -> None:
        super().__init__()
        self.copy = databases.cloned(_setting["template"])
        self.copy.__enter__()
        self.taken: dict[tuple[str, str], int] = {}
        self.count = 0

    def teardown(self) -> None:
        connection.close()
        self.copy.__exit__(None, None, None)

    def channel(self, which: int) -> ChannelForCall:
        return _setting["channels"][which]  # type: ignore[no-any-return]

    @rule(
        target=orders,
        which=st.integers(0, 1),
        who=st.sets(st.integers(0, 2), min_size=1),
        day=st.sampled_from(DAYS),
    )
    def orders_it(self, which: int, who: set[int], day: date) -> Any:
        self.count += 1
        try:
            made = actions.make_order(
                by=self.channel(which).acting(), channel_id=self.channel(which).id, key=f"k{self.count}",
                bill_numbers=[_setting["numbers"][one] for one in sorted(who)], now=paying.at(day),
            )  # fmt: skip
        except Refusal:
            return None
        return which, made.number, made.total_fen

    @rule(target=told, order=orders, day=st.sampled_from(DAYS), short=st.sampled_from((0, 0, 1, -1)))
    def tells(self, order: Any, day: date, short: int) -> Any:
        if order is None:
            return None
        which, number, total = order
        self.count += 1
        return self.tell(which, number, f"t{self.count}", total + short, day)

    @rule(target=told, which=st.integers(0, 1), day=st.sampled_from(DAYS))
    def tells_of_an_order_nobody_knows(self, which: int, day: date) -> Any:
        self.count += 1
        return self.tell(which, "240101000000000010", f"t{self.count}", 5000, day)

    def tell(self, which: int, number: str, transaction: str, fen: int, day: date) -> Any:
        channel = self.channel(which)
        at = paying.at(day)
        done = actions.confirm(
            by=channel.acting(), channel=channel, order_number=number, transaction=transaction, fen=fen, paid_at=at,
            told_at=at + timedelta(hours=9),
        )  # fmt: skip
        assert not done.again
        self.taken[channel.code, transaction] = fen
        return which, number, transaction, fen, day, done

    @rule(what=told)
    def tells_it_again(self, what: Any) -> None:
        if what is None:
            return
        which, number, transaction, fen, day, first = what
        channel, at = self.channel(which), paying.at(day)
        again = actions.confirm(
            by=channel.acting(), channel=channel, order_number=number, transaction=transaction, fen=fen, paid_at=at,
            told_at=at + timedelta(days=1),
        )  # fmt: skip
        assert (again.again, again.payment_id, again.outcome, again.receipts) == (
            True, first.payment_id, first.outcome, first.receipts,
        )  # fmt: skip

    @rule(order=orders)
    def cancels(self, order: Any) -> None:
        if order is not None:
            channel = self.channel(order[0])
            try:
                actions.cancel(
                    by=channel.acting(),
                    order_number=order[1],
                    reason="不缴了",
                    now=paying.at(DAYS[0]),
                    channel_id=channel.id,
                )
            except NoWayFrom:
                return

    @rule(who=st.integers(0, 2), day=st.sampled_from(DAYS))
    def pays_at_the_counter(self, who: int, day: date) -> None:
        self.count += 1
        due = (38000, 7000, 13000)[who]
        try:
            done = actions.take_at_counter(
                by=CLERK, key=f"k{self.count}", bill_numbers=[_setting["numbers"][who]],
                tenders=[actions.TenderGiven("cash", due)], now=paying.at(day),
            )  # fmt: skip
        except Refusal:
            return
        self.taken[f"counter-{COUNTY}", done.transaction] = due

    @rule(what=told)
    def asks_for_it_back(self, what: Any) -> None:
        for receipt, *_ in what[5].receipts if what else ():
            try:
                actions.ask_refund(
                    by=CLERK,
                    receipt_number=receipt,
                    reason="subsidised",
                    words="属于资助对象",
                    now=paying.at(DAYS[0]),
                )
            except NotRefundable:
                continue

    @rule(agree=st.booleans())
    def is_reviewed(self, agree: bool) -> None:
        for one in self.waiting("asked")[:1]:
            actions.decide_refund(
                by=REVIEWER, refund_number=one.number, agree=agree, words="已核", now=paying.at(DAYS[0])
            )

    @rule(fails=st.booleans())
    def is_paid_out(self, fails: bool) -> None:
        for one in self.waiting("approved")[:1]:
            channel = next((c for c in _setting["channels"] if c.id == one.channel_id), None)
            if channel is None:
                actions.pay_back_at_counter(by=CLERK, refund_number=one.number, now=paying.at(DAYS[0]))
            elif fails:
                actions.refund_failed(
                    by=channel.acting(), channel_id=channel.id, refund_number=one.number, failure="账户已销"
                )
                actions.retry_refund(by=CLERK, refund_number=one.number, words="换了账户")
            else:
                actions.refund_done(
                    by=channel.acting(), channel_id=channel.id, refund_number=one.number, channel_number="R",
                    at=paying.at(DAYS[0]),
                )  # fmt: skip

    @rule(flag=st.sampled_from("10"), day=st.sampled_from(DAYS))
    def is_answered_by_the_tax_side(self, flag: str, day: date) -> None:
        content = paying.tax_answer(f"{_setting['numbers'][3]},{flag},撤销")
        billing.read_acknowledgement(
            by=CLERK, batch_id=_setting["batch"], content=content.encode(), now=paying.at(day)
        )

    @rule(deed=st.sampled_from(("terminate", "register-again")))
    def leaves_or_comes_back(self, deed: str) -> None:
        try:
            registry.change_state(
                by=CLERK, resident_id=_setting["people"][3], deed=deed, on=DAYS[0], reason="核实"
            )
        except NoWay:
            return
        world.assessed(on=DAYS[1])

    def waiting(self, state: str) -> Any:
        with within(CLERK):
            return refunds(below=COUNTY, states=[state])

    @invariant()
    def not_a_fen_appears_or_is_lost_and_nobody_pays_twice(self) -> None:
        paying.conserved(self.taken)


@pytest.mark.usefixtures("a_county")
def test_money_is_conserved_whatever_anybody_does() -> None:
    run_state_machine_as_test(
        Payers, settings=settings(max_examples=20, stateful_step_count=25, deadline=None)
    )  # type: ignore[no-untyped-call]
