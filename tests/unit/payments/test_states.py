"""The lives of an order and of a refund are graphs that can be walked to every state."""

from __future__ import annotations

import pytest

from yingbao.kernel.lives import Edge
from yingbao.payments import states

LIVES = [
    pytest.param(states.ORDER_EDGES, states.ORDERS, {"open"}, id="order"),
    pytest.param(states.REFUND_EDGES, states.REFUNDS, {"asked", "approved"}, id="refund"),
]


@pytest.mark.parametrize(("edges", "names", "first"), LIVES)
def test_every_state_can_be_reached(edges: tuple[Edge, ...], names: dict[str, str], first: set[str]) -> None:
    reached = set(first)
    for _ in names:
        reached |= {one.to_state for one in edges if one.from_state in reached}
    assert reached == set(names)


@pytest.mark.parametrize(("edges", "names", "first"), LIVES)
def test_an_event_leads_one_way_from_a_state(
    edges: tuple[Edge, ...], names: dict[str, str], first: set[str]
) -> None:
    assert len({(one.event, one.from_state) for one in edges}) == len(edges)


def test_an_order_that_has_money_is_never_cancelled() -> None:
    """Cancelling, expiring and starting find only orders without money."""
    assert {
        state for event in ("cancel", "expire", "start") for state in states.order_states(event)
    } == {"open", "paying"}  # fmt: skip


def test_a_refund_done_or_declined_is_over() -> None:
    assert [one for one in states.REFUND_EDGES if one.from_state in ("done", "declined")] == []
