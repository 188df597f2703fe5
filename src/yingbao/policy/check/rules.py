"""The conditions of a release, each with the rule that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from yingbao.policy.conditions import Atom, Condition, atoms
from yingbao.policy.program import Program


def conditions_of(program: Program) -> Iterator[tuple[str, Condition]]:
    """(rule id, condition) for everything in the release that asks about a person or a day."""
    for bar in (*program.bars, *program.admits):
        yield bar.rule, bar.condition
    for window in program.windows:
        yield window.rule, window.condition
    for bands in program.prices.values():
        for band in bands:
            yield band.rule, band.condition
    for subsidy in program.subsidies.values():
        yield subsidy.rule, subsidy.condition
    for plan in program.waits.values():
        if plan.exempt is not None:
            yield plan.rule, plan.exempt
        for part in plan.parts:
            yield plan.rule, part


@lru_cache(maxsize=256)
def tests_of(program: Program) -> tuple[Atom, ...]:
    """Every test of the release, once."""
    return tuple(dict.fromkeys(test for _, condition in conditions_of(program) for test in atoms(condition)))
