"""Plausible shares of each class of person in a county: a rehearsal's guess, no statistic and no law."""

from __future__ import annotations

from collections.abc import Mapping

from yingbao.policy import Policy

SHARES: Mapping[str, float] = {
    "extreme_poverty": 0.008,
    "orphan": 0.0008,
    "unsupported_child": 0.0012,
    "allowance": 0.035,
    "rural_allowance_1": 0.006,
    "rural_allowance_2": 0.014,
    "rural_allowance_3": 0.018,
    "rural_allowance_4": 0.008,
    "urban_allowance_full": 0.002,
    "urban_allowance_partial": 0.004,
    "allowance_margin": 0.006,
    "relapsed": 0.001,
    "unstable": 0.004,
    "marginal": 0.004,
    "sudden_hardship": 0.002,
    "lifted": 0.09,
    "severe_disability_1": 0.006,
    "severe_disability_2": 0.008,
    "entitled_group": 0.002,
    "family_planning": 0.01,
    "family_planning_special": 0.001,
    "retired_1960s": 0.0003,
    "psychiatric_risk": 0.001,
}


def class_shares(policy: Policy) -> dict[str, float]:
    """The shares of the classes a release speaks of. Where it tells classes of 低保 apart, so does the sample."""
    program = policy.program
    spoken = program.class_codes(tuple(program.subsidies))
    named = {code: share for code, share in SHARES.items() if code in spoken}
    if any(code in _directly(policy) for code in ("rural_allowance_1", "rural_allowance_3")):
        named.pop("allowance", None)
    else:
        for code in list(named):
            if "allowance" in policy.vocabulary.wider(code):
                del named[code]
    return named


def _directly(policy: Policy) -> set[str]:
    """The classes that subsidies name themselves."""
    return {
        code
        for spec in policy.release.subsidies.values()
        if spec.when.class_
        for code in spec.when.class_.any_of
    }
