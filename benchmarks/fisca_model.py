"""凉州区 for benefit year 2025 as an openfisca modeller would write it: one entity, vectorised formulas, no lists.

In it: who is barred and who is admitted, the four windows by payment day, the four subsidies of which the highest
counts, what is due, lapsed years, waiting days, first and last day of cover. Not in it: unknown facts (openfisca has a
default for each), what is missing, which rules made the answer, who pays the subsidy, checks of the input, other
readings. Lists of the snapshot are laid flat beforehand, outside the timing (`benchmarks.openfisca`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import date
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

CLASSES = {
    "full": ("extreme_poverty", "orphan"),
    "high": ("rural_allowance_1", "rural_allowance_2", "urban_allowance_full"),
    "low": (
        "rural_allowance_3",
        "rural_allowance_4",
        "urban_allowance_partial",
        "unstable",
        "marginal",
        "sudden_hardship",
    ),
    "least": ("allowance_margin", "lifted"),
}
#: 特殊参保人群: those of them whose recognition in the year of payment opens every day of it.
NEWLY = (*CLASSES["full"], *CLASSES["high"], *CLASSES["low"])
EVERY_CLASS = tuple(name for names in CLASSES.values() for name in names)
RESIDENCES = ("resident_without_permit", "hukou", "residence_permit", "enrolled_student")
NEVER = date(2999, 12, 31)
LONG_AGO = date(1900, 1, 1)
PARAMETERS = {
    "price": 40_000,
    "full": 40_000,
    "high": 31_000,
    "low": 25_000,
    "least": 10_000,
    "wait": 90,
    "wait_more": 30,
}
DATES = (
    "paid_on",
    "birth_date",
    "employee_from",
    "employee_until",
    "elsewhere_from",
    "elsewhere_until",
    "discharged_on",
    "died_on",
    "enlisted_on",
    "imprisoned_on",
    "released_on",
    *(f"{name}_from" for name in EVERY_CLASS),
    *(f"{name}_until" for name in EVERY_CLASS),
)
Column: TypeAlias = NDArray[Any]
#: What openfisca hands a formula: a variable's values for a period.
Values: TypeAlias = Callable[[str, Any], Column]


def day(text: str) -> np.datetime64:
    """A date as numpy has it."""
    return np.datetime64(text, "D")


def after_months(days: Column, months: int) -> Column:
    """The same day some months on, or the last day of a shorter month."""
    month = days.astype("datetime64[M]")
    of_month = days - month.astype("datetime64[D]")
    target = month + months
    last = (target + 1).astype("datetime64[D]") - np.timedelta64(1, "D")
    found: Column = np.minimum(target.astype("datetime64[D]") + of_month, last)
    return found


def holds(person: Values, period: Any, name: str) -> Column:
    """Whether a class is held on the payment day."""
    on = person("paid_on", period)
    return (person(f"{name}_from", period) <= on) & (person(f"{name}_until", period) >= on)


def any_of(person: Values, period: Any, names: tuple[str, ...]) -> Column:
    """Whether one of the classes is held."""
    found = holds(person, period, names[0])
    for name in names[1:]:
        found = found | holds(person, period, name)
    return found


def employee_insured(person: Values, period: Any) -> Column:
    """Employee cover on the payment day."""
    on = person("paid_on", period)
    return (person("employee_from", period) <= on) & (person("employee_until", period) >= on)


def may_enrol(person: Values, period: Any) -> Column:
    """Admitted and not barred."""
    on = person("paid_on", period)
    elsewhere = (person("elsewhere_from", period) <= on) & (person("elsewhere_until", period) >= on)
    soldier = (person("enlisted_on", period) <= on) & (person("discharged_on", period) == NEVER)
    prisoner = (person("imprisoned_on", period) <= on) & (person("released_on", period) == NEVER)
    barred = person("employee_insured", period) | elsewhere | soldier | prisoner
    barred = barred | (person("died_on", period) <= on)
    found: Column = (person("residence", period) > 0) & ~barred
    return found


def newborn(person: Values, period: Any) -> Column:
    """Born within three months of the payment."""
    on, birth = person("paid_on", period), person("birth_date", period)
    return (birth <= on) & (on <= after_months(birth, 3))


def special(person: Values, period: Any) -> Column:
    """特殊参保人群."""
    on = person("paid_on", period)
    year = on.astype("datetime64[Y]")
    discharged, ended = person("discharged_on", period), person("employee_until", period)
    found: Column = (discharged.astype("datetime64[Y]") == year) & (discharged <= on)
    found = found | person("military_dependant", period) | person("newborn", period)
    found = found | ((ended < on) & (ended >= day("2024-09-10")))
    for name in NEWLY:
        known = person(f"{name}_from", period)
        found = found | (holds(person, period, name) & (known.astype("datetime64[Y]") == year))
    return found


def window(person: Values, period: Any) -> Column:
    """1 集中, 2 新生儿, 3 特殊, 4 补充; 0 none."""
    on, may = person("paid_on", period), person("may_enrol", period)
    central = (on >= day("2024-09-10")) & (on <= day("2024-12-25"))
    open_ = (on >= day("2024-12-26")) & (on <= day("2025-12-31"))
    late = (on >= day("2025-01-01")) & (on <= day("2025-02-28"))
    found = [central, open_ & person("newborn", period), open_ & person("special", period), late]
    return np.where(may, np.select(found, [1, 2, 3, 4], 0), 0)


def standard(person: Values, period: Any, parameters: Any) -> Column:
    """The price of whoever can pay, in fen."""
    return np.where(person("window", period) > 0, parameters(period).price, 0)


def subsidy(person: Values, period: Any, parameters: Any) -> Column:
    """The highest of the person's subsidies."""
    amounts = parameters(period)
    held = [any_of(person, period, names) for names in CLASSES.values()]
    highest = np.select(held, [amounts.full, amounts.high, amounts.low, amounts.least], 0)
    found: Column = np.minimum(highest, person("standard", period))
    return found


def due(person: Values, period: Any) -> Column:
    """What is left to pay."""
    return person("standard", period) - person("subsidy", period)


def lapsed_years(person: Values, period: Any) -> Column:
    """Whole benefit years without cover; 0 for who never had any."""
    last = person("last_insured_year", period)
    return np.where(last > 0, np.maximum(0, 2024 - last), 0)


def waiting_days(person: Values, period: Any, parameters: Any) -> Column:
    """Days to wait after the payment."""
    lapsed, at, amounts = person("lapsed_years", period), person("window", period), parameters(period)
    by_lapse = np.where(lapsed > 0, amounts.wait + amounts.wait_more * (lapsed - 1), 0)
    central = np.where(person("special", period), 0, by_lapse)
    return np.select([at == 1, at == 4], [central, np.maximum(amounts.wait, by_lapse)], 0)


def benefit_start(person: Values, period: Any) -> Column:
    """The first day of cover."""
    on, at, birth = person("paid_on", period), person("window", period), person("birth_date", period)
    wait = person("waiting_days", period)
    first = np.select([at == 2, at == 3], [birth, on], day("2025-01-01"))
    first = np.maximum(np.maximum(first, day("2025-01-01")), birth)
    waited = on + (wait + 1).astype("timedelta64[D]")
    return np.where(at == 0, np.datetime64(NEVER), np.where(wait > 0, np.maximum(first, waited), first))


def benefit_end(person: Values, period: Any) -> Column:
    """The last day of cover."""
    return np.where(person("window", period) > 0, day("2025-12-31"), np.datetime64(NEVER))


FORMULAS: dict[Callable[..., Column], type] = {
    employee_insured: bool,
    may_enrol: bool,
    newborn: bool,
    special: bool,
    window: int,
    standard: int,
    subsidy: int,
    due: int,
    lapsed_years: int,
    waiting_days: int,
    benefit_start: date,
    benefit_end: date,
}
INPUTS: dict[str, type] = {
    **dict.fromkeys(DATES, date),
    "residence": int,
    "military_dependant": bool,
    "last_insured_year": int,
}


def system() -> Any:
    """The tax-benefit system: variables for the inputs and the formulas, the amounts as dated parameters."""
    api = importlib.import_module("openfisca_core.model_api")
    entities = importlib.import_module("openfisca_core.entities")
    systems = importlib.import_module("openfisca_core.taxbenefitsystems")
    person = entities.Entity("person", "persons", "A person", "")
    found = systems.TaxBenefitSystem([person])
    for name, kind in INPUTS.items():
        found.add_variable(_variable(api, person, name, kind))
    for formula, kind in FORMULAS.items():
        found.add_variable(_variable(api, person, formula.__name__, kind, formula=formula))
    dated = {name: {"values": {"2025-01-01": {"value": value}}} for name, value in PARAMETERS.items()}
    found.parameters = api.ParameterNode("", data=dated)
    return found


def _variable(api: Any, entity: Any, name: str, kind: type, **more: Any) -> Any:
    """A class as openfisca wants it: one variable, its type, its formula."""
    fixed = {"value_type": kind, "entity": entity, "definition_period": api.YEAR, "label": name}
    return type(
        name, (api.Variable,), {**fixed, **({"default_value": NEVER} if kind is date else {}), **more}
    )
