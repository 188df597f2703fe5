"""Covers, classes and what keeps people away: spans with evidence that never share a day."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

import given
from people import CLERK, KANGLE_AGENT, REVIEWER, SEASON, staff
from yingbao.journal.errors import NotPermitted
from yingbao.kernel.ids import uuid7
from yingbao.registry import actions
from yingbao.registry.errors import FormInvalid, NoWay, Overlap, SpanNotFound
from yingbao.registry.queries import facts

pytestmark = pytest.mark.usefixtures("registry")
A_DAY = timedelta(days=1)
START, END = date(2024, 1, 1), date(2024, 6, 30)


def cover(who: UUID, from_on: date = START, through_on: date | None = END, insurance: str = "310") -> None:
    actions.record_cover(
        by=CLERK, resident_id=who, insurance=insurance, from_on=from_on, through_on=through_on, place="620724",
        evidence="参保凭证",
    )  # fmt: skip


def test_employee_cover_is_held_through_its_last_day_and_resident_cover_follows() -> None:
    who = given.man()
    cover(who)
    cover(who, END + A_DAY, None, "390")
    page = given.page(who)
    assert [(c.what, c.from_on, c.through_on) for c in page.covers] == [
        ("310", START, END),
        ("390", END + A_DAY, None),
    ]
    person = facts(page, START, "620721")
    assert len(person.employee_cover) == len(person.elsewhere_cover) == 1  # type: ignore[arg-type]
    assert facts(page, START, "620724").elsewhere_cover == ()
    assert given.deeds(who)[-2:] == ["cover.record", "cover.record"]


@pytest.mark.parametrize("insurance", ["310", "390"])
@pytest.mark.parametrize(
    ("from_on", "through_on"),
    [
        (END, None),
        (START - A_DAY, START),
        (date(2023, 1, 1), None),
        (START + A_DAY, END - A_DAY),
        (START, END),
    ],
)
def test_covers_never_share_a_day(from_on: date, through_on: date | None, insurance: str) -> None:
    who = given.man()
    cover(who)
    with pytest.raises(Overlap, match="一人同一天只能有一份"):
        cover(who, from_on, through_on, insurance)


def test_a_cover_is_refused_with_every_field_at_fault() -> None:
    who = given.man()
    with pytest.raises(FormInvalid) as refused:
        actions.record_cover(
            by=CLERK, resident_id=who, insurance="999", from_on=date(1979, 1, 1), through_on=date(1978, 1, 1), place="",
            evidence=" ",
        )  # fmt: skip
    assert set(refused.value.faults) == {"insurance", "from_on", "through_on", "evidence"}


def test_for_long_is_open() -> None:
    who = given.man()
    cover(who, through_on=date.max)
    assert given.page(who).covers[0].through_on is None


def test_a_cover_ended_earlier_and_never_into_the_next() -> None:
    who = given.man()
    cover(who)
    cover(who, END + A_DAY, None, "390")
    first = given.page(who).covers[0].id
    for last_on, refusal in ((END + A_DAY, Overlap), (START - A_DAY, FormInvalid)):
        with pytest.raises(refusal):
            actions.end_cover(by=CLERK, resident_id=who, cover_id=first, last_on=last_on, evidence="停保单")
    with pytest.raises(FormInvalid):
        actions.end_cover(by=CLERK, resident_id=who, cover_id=first, last_on=START, evidence="")
    with pytest.raises(SpanNotFound):
        actions.end_cover(by=CLERK, resident_id=who, cover_id=uuid7(), last_on=START, evidence="停保单")
    before = given.page(who).covers[0].known_from
    actions.end_cover(by=CLERK, resident_id=who, cover_id=first, last_on=START, evidence="停保单")
    assert given.page(who).covers[0].through_on == START
    assert given.page(who, known_at=before).covers[0].through_on == END


def recognise(who: UUID, category: str = "rural_allowance_1", **more: object) -> None:
    asked = {"recognised_on": START, "evidence": "民政名册 2024-01-01 第3行", **more}
    actions.recognise(by=CLERK, resident_id=who, category=category, **asked)  # type: ignore[arg-type]


def test_a_class_is_certified_by_its_department_and_ends_with_its_last_day() -> None:
    who = given.man()
    recognise(who)
    recognise(who, "severe_disability_1")
    [allowance] = [h for h in given.page(who).holdings if h.what == "rural_allowance_1"]
    assert (allowance.detail, allowance.evidence) == ("civil_affairs", "民政名册 2024-01-01 第3行")
    actions.end_holding(by=CLERK, resident_id=who, holding_id=allowance.id, ended_on=END, evidence="退出")
    recognise(who, recognised_on=END + A_DAY)
    with pytest.raises(Overlap):
        actions.end_holding(
            by=CLERK, resident_id=who, holding_id=allowance.id, ended_on=END + A_DAY, evidence="误"
        )


def test_a_class_is_refused_with_the_field_at_fault() -> None:
    who = given.man()
    for more, field in (
        ({"category": "king"}, "category"),
        ({"ended_on": START - A_DAY}, "ended_on"),
        ({"recognised_on": date(1979, 12, 31)}, "recognised_on"),
        ({"evidence": ""}, "evidence"),
    ):
        with pytest.raises(FormInvalid) as refused:
            recognise(who, **more)  # type: ignore[arg-type]
        assert list(refused.value.faults) == [field]
    recognise(who)
    with pytest.raises(Overlap):
        recognise(who, recognised_on=END)
    [held] = given.page(who).holdings
    with pytest.raises(FormInvalid) as ended:
        actions.end_holding(
            by=CLERK, resident_id=who, holding_id=held.id, ended_on=START - A_DAY, evidence="退出"
        )
    assert list(ended.value.faults) == ["ended_on"]
    with pytest.raises(SpanNotFound):
        actions.end_holding(by=CLERK, resident_id=who, holding_id=uuid7(), ended_on=END, evidence="退出")


def away(who: UUID, status: str, **more: object) -> None:
    asked = {"from_on": START, "evidence": "公安来函", **more}
    actions.record_survival(by=CLERK, resident_id=who, status=status, **asked)  # type: ignore[arg-type]


def test_a_death_ends_the_enrolment_and_the_dead_are_not_enrolled_again() -> None:
    who = given.man()
    away(who, "died")
    page = given.page(who, START)
    assert (page.state, page.changes[-1].what, facts(page, START, "620721").died_on) == ("4", "21", START)
    with pytest.raises(NoWay, match="死亡"):
        actions.change_state(by=CLERK, resident_id=who, deed="register-again", on=START, reason="误")
    with pytest.raises(SpanNotFound):
        actions.end_survival(by=CLERK, resident_id=who, last_on=START, evidence="无")


def test_a_death_registered_in_error_is_withdrawn_and_stays_in_the_history() -> None:
    who = given.man()
    away(who, "died")
    [death] = given.page(who).survivals
    with pytest.raises(FormInvalid):
        actions.withdraw_survival(by=CLERK, resident_id=who, survival_id=death.id, evidence="")
    actions.withdraw_survival(by=CLERK, resident_id=who, survival_id=death.id, evidence="同名误登")
    actions.change_state(by=CLERK, resident_id=who, deed="register-again", on=START, reason="同名误登")
    assert (given.page(who).survivals, given.page(who).state) == ((), "1")
    assert given.page(who, known_at=death.known_from).survivals == (death,)
    with pytest.raises(SpanNotFound):
        actions.withdraw_survival(by=CLERK, resident_id=who, survival_id=death.id, evidence="再次")


def test_a_soldier_is_discharged_and_a_prisoner_released() -> None:
    who = given.man()
    away(who, "enlisted")
    actions.end_survival(by=CLERK, resident_id=who, last_on=END, evidence="退役证")
    away(who, "imprisoned", from_on=END + A_DAY)
    page = given.page(who, END + A_DAY)
    person = facts(page, END, "620721")
    assert (person.enlisted_on, person.discharged_on, person.imprisoned_on) == (START, END, END + A_DAY)
    assert page.state == "1"


def test_what_keeps_people_away_is_refused_with_the_field_at_fault() -> None:
    who = given.man()
    for status, more, field in (
        ("moved", {}, "status"),
        ("missing", {"evidence": " "}, "evidence"),
        ("missing", {"through_on": START - A_DAY}, "through_on"),
        ("missing", {"from_on": date(1979, 1, 1)}, "from_on"),
    ):
        with pytest.raises(FormInvalid) as refused:
            away(who, status, **more)  # type: ignore[arg-type]
        assert list(refused.value.faults) == [field]
    away(who, "missing", through_on=END)
    with pytest.raises(Overlap):
        away(who, "imprisoned", from_on=END)
    with pytest.raises(FormInvalid):
        actions.end_survival(by=CLERK, resident_id=who, last_on=START, evidence="")


@pytest.mark.parametrize(
    "deed",
    [
        lambda by, who: actions.record_cover(
            by=by, resident_id=who, insurance="310", from_on=START, through_on=None, place="", evidence="证"
        ),
        lambda by, who: actions.recognise(
            by=by, resident_id=who, category="lifted", recognised_on=START, evidence="证"
        ),
        lambda by, who: actions.record_survival(
            by=by, resident_id=who, status="died", from_on=START, evidence="证"
        ),
        lambda by, who: actions.change_state(by=by, resident_id=who, deed="suspend", on=START, reason="停"),
    ],
)
def test_who_may_not_is_refused(deed: Callable[[object, UUID], None]) -> None:
    who = given.man()
    for by in (KANGLE_AGENT, REVIEWER, staff("钱财务", "finance")):
        with pytest.raises(NotPermitted):
            deed(by, who)
    assert given.page(who, SEASON).state == "1"
