"""The life of an enrolment: every edge is walked, no other is, every state is reached."""

from datetime import date, timedelta
from uuid import UUID

import pytest

import given
from people import CLERK, SEASON
from yingbao.registry import actions
from yingbao.registry.errors import FormInvalid, NoWay
from yingbao.registry.states import CHANGES, DEEDS, EDGES, STATES, deeds_from, edge

pytestmark = pytest.mark.usefixtures("registry")
DAY = date(2023, 11, 1)
#: By which deeds each state is come to from a registration.
TO: dict[str, tuple[str, ...]] = {"1": (), "2": ("suspend",), "3": ("void",), "4": ("terminate",)}


def do(who: UUID, deed: str, on: date = DAY) -> None:
    actions.change_state(by=CLERK, resident_id=who, deed=deed, on=on, reason="本人申请")


def in_state(state: str) -> UUID:
    who = given.man()
    for deed in TO[state]:
        do(who, deed)
    return who


def test_every_state_is_reached_from_not_enrolled() -> None:
    reached, waiting = {"0"}, ["0"]
    while waiting:
        for one in deeds_from(waiting.pop()):
            if one.to_state not in reached:
                reached.add(one.to_state)
                waiting.append(one.to_state)
    assert reached == set(STATES)


def test_a_deed_leads_from_a_state_to_one_state_and_no_state_is_a_dead_end() -> None:
    assert len({(one.deed, one.from_state) for one in EDGES}) == len(EDGES)
    assert {one.kind for one in EDGES} <= set(CHANGES)
    assert {one.from_state for one in EDGES} == set(STATES)


@pytest.mark.parametrize("state", TO)
@pytest.mark.parametrize("deed", [*DEEDS, "register", "move", "reclass", "fly"])
def test_a_deed_takes_its_edge_or_is_refused(state: str, deed: str) -> None:
    who = in_state(state)
    way = edge(deed, state) if deed in DEEDS else None
    if way is None:
        with pytest.raises(NoWay, match=STATES[state]):
            do(who, deed)
        assert given.page(who).state == state
        return
    do(who, deed)
    page = given.page(who)
    assert (page.state, page.changes[-1].what) == (way.to_state, way.kind)
    assert given.deeds(who)[-1] == f"enrolment.{deed}"


def test_a_deed_without_a_reason_or_dated_before_the_last_is_refused_at_its_field() -> None:
    who = given.man()
    with pytest.raises(FormInvalid) as refused:
        actions.change_state(by=CLERK, resident_id=who, deed="suspend", on=DAY, reason=" ")
    assert list(refused.value.faults) == ["reason"]
    with pytest.raises(FormInvalid) as refused:
        do(who, "suspend", SEASON - timedelta(days=1))
    assert list(refused.value.faults) == ["on"]


def test_a_state_of_the_past_is_read_as_it_was_known() -> None:
    who = given.man()
    before = given.page(who).known_from
    do(who, "suspend")
    assert (given.page(who).state, given.page(who, known_at=before).state) == ("2", "1")
    assert len(given.page(who, known_at=before).changes) == 1
