"""Two at once: one is told no in words, nobody waits for ever, nothing is written twice."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connections

import given
from people import AN_GUOQIANG, CLERK, HUANGCHENG, KANGLE, LAN_XIUYING, SEASON, Draft, draft, staff
from yingbao.journal import sealing
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.actions.moves import Landing
from yingbao.registry.errors import AlreadyDecided, DocumentTaken, Overlap

pytestmark = pytest.mark.usefixtures("registry")
DAY = date(2024, 1, 1)
A_DAY = timedelta(days=1)


def race(*works: Callable[[], Any]) -> list[Any]:
    """What each came to: None, or what it raised. All start at once, each with connections of its own."""
    outcomes: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(30)
            work()
        except Exception as error:  # noqa: BLE001 - the outcome is looked at
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return outcomes


def kinds(outcomes: list[Any]) -> list[str]:
    return sorted("done" if one is None else type(one).__name__ for one in outcomes)


def test_two_clerks_register_the_same_number_at_once() -> None:
    for order in range(100, 106):
        twin = [draft("某人", "19700101", str(order))]
        found = race(lambda t=twin: given.household(t), lambda t=twin: given.household(t, HUANGCHENG))  # type: ignore[misc]
        assert kinds(found) == ["DocumentTaken", "done"]
        assert isinstance(next(filter(None, found)), DocumentTaken)
    assert sealing.verify().findings == ()


def test_two_forms_with_the_same_two_numbers_in_either_order_do_not_wait_for_each_other() -> None:
    for order in range(100, 106):
        one, two = draft("甲", "19700101", str(order)), draft("乙", "19700101", str(order + 100))
        again = (
            Draft(name="乙", relation="02", document=two.document),
            Draft(name="甲", relation="10", document=one.document),
        )
        both = one, Draft(name="乙", relation="10", document=two.document)
        found = race(lambda b=both: given.household(b), lambda a=again: given.household(a, HUANGCHENG))  # type: ignore[misc]
        assert kinds(found) == ["DocumentTaken", "done"]


def test_two_reviewers_decide_at_once() -> None:
    twin = Draft(
        name="安国强",
        relation="02",
        document_kind="08",
        document="G1234",
        sex="male",
        birth_date="1980-01-01",
    )
    [kept] = given.people_of(given.household([AN_GUOQIANG])).values()
    [gone] = given.people_of(given.household([twin])).values()
    merge = actions.ask_merge(by=CLERK, kept_id=kept, gone_id=gone, grounds="同一人")
    found = race(
        *(
            lambda by=by: actions.decide(by=by, merge_id=merge, approve=True, grounds="核实")  # type: ignore[misc]
            for by in (staff("甲", "reviewer"), staff("乙", "reviewer"))
        )
    )
    assert kinds(found) == ["AlreadyDecided", "done"]
    assert isinstance(next(filter(None, found)), AlreadyDecided)


def test_moves_of_people_and_households_across_each_other_never_wait_for_each_other() -> None:
    here, there = given.household(), given.household([draft("屈大山", "19600101", "555")], HUANGCHENG)
    people = given.people_of(here)
    lan = people["兰秀英"]
    for step in range(6):
        on = DAY + step * A_DAY
        found = race(
            lambda on=on: actions.move(
                by=CLERK, resident_id=lan, to=Landing(here, "99"), on=on, grounds="证"
            ),  # type: ignore[misc]
            lambda on=on: actions.move_household(
                by=CLERK, household_id=here, unit_code=HUANGCHENG, on=on, grounds="证"
            ),  # type: ignore[misc]
            lambda on=on: actions.move_household(
                by=CLERK, household_id=there, unit_code=KANGLE, on=on, grounds="证"
            ),  # type: ignore[misc]
        )
        assert [e for e in found if e is not None and not isinstance(e, Overlap)] == []


def test_two_merges_of_the_same_two_the_other_way_round_do_not_wait_for_each_other() -> None:
    twin = Draft(
        name="安国强",
        relation="02",
        document_kind="08",
        document="G1234",
        sex="male",
        birth_date="1980-01-01",
    )
    [a] = given.people_of(given.household([AN_GUOQIANG])).values()
    [b] = given.people_of(given.household([twin])).values()
    requests = [actions.ask_merge(by=CLERK, kept_id=x, gone_id=y, grounds="同") for x, y in ((a, b), (b, a))]
    found = race(
        *(
            lambda r=r: actions.decide(by=staff("甲", "reviewer"), merge_id=r, approve=True, grounds="核")  # type: ignore[misc]
            for r in requests
        )
    )
    assert kinds(found) == ["AlreadyMerged", "done"]


def test_two_covers_states_and_heads_at_once() -> None:
    household = given.household([AN_GUOQIANG])
    [who] = given.people_of(household).values()

    def cover() -> None:
        actions.record_cover(
            by=CLERK, resident_id=who, insurance="310", from_on=DAY, through_on=None, place="", evidence="证"
        )

    assert kinds(race(cover, cover)) == ["Overlap", "done"]

    def suspend() -> None:
        actions.change_state(by=CLERK, resident_id=who, deed="suspend", on=DAY, reason="因")

    assert kinds(race(suspend, suspend)) == ["NoWay", "done"]
    empty = given.household(
        [
            LAN_XIUYING.__class__(
                **{**{f: getattr(LAN_XIUYING, f) for f in LAN_XIUYING.__slots__}, "relation": "02"}
            )
        ]
    )
    lan = given.people_of(empty)["兰秀英"]
    actions.move(by=CLERK, resident_id=lan, to=Landing(empty, "01"), on=SEASON, grounds="证")
    found = race(
        *(
            lambda o=o: actions.add_member(
                by=CLERK, household_id=empty, member=draft("某", "19700101", o), on=DAY
            )  # type: ignore[misc]
            for o in ("331", "333")
        )
    )
    assert kinds(found) == ["FormInvalid", "done"]
    with within(CLERK):
        assert sum(m.relation == "02" for m in queries.household_page(empty, DAY).members) == 1
