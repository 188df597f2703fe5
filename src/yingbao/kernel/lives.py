"""A life as data: states, and the named ways from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """One named way from a state to another."""

    event: str
    from_state: str
    to_state: str
    label: str


def way(edges: Sequence[Edge], event: str, from_state: str) -> Edge | None:
    """The way an event takes from a state; None if there is none."""
    return next((one for one in edges if one.event == event and one.from_state == from_state), None)


def starts(edges: Sequence[Edge], event: str) -> tuple[str, ...]:
    """The states an event may begin in."""
    return tuple(one.from_state for one in edges if one.event == event)


def drawn(edges: Sequence[Edge], names: Mapping[str, str], first: Sequence[tuple[str, str]]) -> Iterator[str]:
    """A graph as the lines of a Mermaid state diagram, as the manual shows it; `first`: states a life begins in, and how."""
    yield "stateDiagram-v2"
    for state, label in first:
        yield f"    [*] --> {state}: {label}"
    for one in edges:
        yield f"    {one.from_state} --> {one.to_state}: {one.label}（{one.event}）"
    for code, name in names.items():
        yield f"    {code}: {name}"
