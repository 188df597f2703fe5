"""The life of a bill is a graph that can be walked and is drawn in the manual as it is."""

from __future__ import annotations

from pathlib import Path

from yingbao.billing.states import CURRENT, EDGES, FIRST, STATES, drawing, edge, from_states

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "bill-states.md"


def test_every_state_can_be_reached() -> None:
    reached = {FIRST}
    for _ in STATES:
        reached |= {one.to_state for one in EDGES if one.from_state in reached}
    assert reached == set(STATES)


def test_an_event_leads_one_way_from_a_state() -> None:
    assert len({(one.event, one.from_state) for one in EDGES}) == len(EDGES)


def test_nothing_leads_out_of_a_bill_that_is_over() -> None:
    assert [one for one in EDGES if one.from_state in set(STATES) - set(CURRENT)] == []


def test_a_bill_that_is_paid_or_declared_is_never_superseded() -> None:
    assert edge("supersede", "paid") is None
    assert from_states("supersede") == ("open",)


def test_the_manual_draws_the_graph_as_it_is() -> None:
    assert "\n".join(drawing()) in PAGE.read_text(encoding="utf-8")
