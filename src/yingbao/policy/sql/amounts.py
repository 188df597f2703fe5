"""Money in SQL: every amount was worked out beforehand (policy.amounts); here it is only looked up.

A row's price index `p` and group choices `g0`, `g1`, … make one key `k` into the table of combinations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from yingbao.policy.amounts import UNITS_A_YEAR, Combo, Offer, PriceValue
from yingbao.policy.program import BandPlan, Program, WindowPlan
from yingbao.policy.sql.predicates import FALSE, TRUE, Tests, day, either, repaid, text
from yingbao.policy.sql.shortcuts import Shortcuts


@dataclass(frozen=True, slots=True)
class Later:
    """The stages of a later transfer: the first recognition, and the choices as of that day."""

    first: str
    groups: list[str]


class AmountTables:
    """The tables of one release and the SQL that reads them."""

    def __init__(self, program: Program, tests: Tests) -> None:
        self.program = program
        self.tests = tests
        self.shortcuts = Shortcuts(tests)
        self.group_names = list(program.combine.groups)
        self.number = {name: i for i, name in enumerate(program.subsidies, 1)}
        self.sizes = [self._size(name) for name in self.group_names]
        self.combos: dict[int, Combo] = {}
        self.names: dict[int, tuple[str, ...]] = {}
        self.price_of: dict[int, int] = {}
        self._fill()

    def _size(self, group: str) -> int:
        """How many values a group's choice may take: 0 none, or the subsidy's number, or a bit set."""
        if self.program.combine.groups[group].mode == "sum":
            return 1 << len(self._members(group))
        return len(self.program.subsidies) + 1

    def _members(self, group: str) -> list[str]:
        return [plan.name for plan in self.program.subsidies.values() if plan.spec.group == group]

    def _fill(self) -> None:
        """The combinations some window can come to, by key."""
        for window in self.program.windows:
            for band in window.price:
                for value in band.values:
                    if value.fen is None:
                        continue
                    for allowed in {window.subsidies, self._later_names(window)}:
                        for chosen in self.program.choices(value, allowed):
                            key = self._key_of(value, chosen)
                            self.combos[key] = self.program.combo(value, chosen)
                            self.price_of[key] = value.index
                            self.names[key] = tuple(name for name, _ in self.combos[key].by_subsidy)

    def _key_of(self, value: PriceValue, chosen: tuple[str, ...]) -> int:
        key = value.index
        for name, size in zip(self.group_names, self.sizes, strict=True):
            members = self._members(name)
            mine = [c for c in chosen if c in members]
            if self.program.combine.groups[name].mode == "sum":
                pick = sum(1 << members.index(c) for c in mine)
            else:
                pick = self.number[mine[0]] if mine else 0
            key = key * size + pick
        return key

    def key(self, price: str, group: str) -> str:
        """`k`: the combination's key; −1 while the price or a choice is unknown, NULL outside any window."""
        key = price
        for i, size in enumerate(self.sizes):
            key = f"({key} * {size} + {group}{i})"
        doubts = either([f"{price} < 0", *(f"{group}{i} < 0" for i in range(len(self.sizes)))])
        return f"CASE WHEN w > 0 THEN CASE WHEN {doubts} THEN -1 ELSE {key} END END"

    def price_index(self, band: object, no_count: int, no_parameter: int, on: date | str) -> str:
        """The index of the price a band comes to."""
        if not isinstance(band, BandPlan):
            raise TypeError(band)
        start = band.values[0].index
        lacking = band.values[0].parameter is not None
        if band.band.prorate is not None:
            prorate = band.band.prorate
            anchor = on if prorate.from_ == "payment" else "birth_date"
            count = self._count_left(
                anchor, UNITS_A_YEAR[prorate.by], band.benefit_year, prorate.counts_current
            )
            known = str(no_parameter) if lacking else f"{start} + {count}"
            if anchor != "birth_date":
                return known
            return f"CASE WHEN {self.tests.truth('(birth_date IS NULL)')} THEN {no_count} ELSE {known} END"
        if band.band.times_periods is not None:
            periods = self.tests.number("periods")
            known = str(no_parameter) if lacking else f"{start} + {periods}"
            inside = f"{periods} BETWEEN 1 AND {band.band.times_periods}"
            return f"CASE WHEN {inside} THEN {known} ELSE {no_count} END"
        if band.band.arrears is not None:
            return self._arrears(band, start, no_count, str(no_parameter) if lacking else "")
        return str(no_parameter if lacking else start)

    def _count_left(self, anchor: date | str, units: int, benefit_year: int, counts_current: bool) -> str:
        count = _units_left(anchor, units, benefit_year, counts_current)
        return count if isinstance(anchor, date) else self.tests.number(count)

    def _arrears(self, band: BandPlan, start: int, no_count: int, lacking: str) -> str:
        """The index by how many lapsed years are paid for; the history matters only to one who pays for some."""
        most = band.band.arrears.most if band.band.arrears is not None else 0
        counted = f"{start} + LEAST({most}, {self.tests.number(repaid(band.benefit_year))})"
        nothing = self.tests.truth("COALESCE(len(repaid_years), 0) = 0")
        return (
            f"CASE WHEN {self.tests.listed('repaid_years')} THEN {no_count} "
            f"WHEN {nothing} THEN {lacking or start} "
            f"WHEN lapsed IS NULL THEN {no_count} ELSE {lacking or counted} END"
        )

    def groups(self, on: date | str, mask: str) -> list[str]:
        """The choice of each group: the best subsidy whose condition holds (a bit set where all are added)."""
        return [self._group(name, on, mask, lambda window: window.subsidies) for name in self.group_names]

    def _group(
        self, group: str, on: date | str, mask: str, allowed: Callable[[WindowPlan], tuple[str, ...]]
    ) -> str:
        """One chain per distinct order of offers; a row's window and price pick the chain."""
        chains: dict[str, list[str]] = {}
        priced = True
        for i, window in enumerate(self.program.windows, 1):
            for band in window.price:
                for value in band.values:
                    if value.fen is None:
                        priced = False
                        continue
                    offers = [o for o in self.program.offers(value, group) if o.subsidy in allowed(window)]
                    chain = self._chain(group, offers, on, mask)
                    chains.setdefault(chain, []).append(f"(w = {i} AND p = {value.index})")
        if priced and len(chains) == 1:
            chains = {chain: ["p >= 0"] for chain in chains}
        chains.pop("0", None)
        arms = "".join(f" WHEN {either(_shorter(where))} THEN {chain}" for chain, where in chains.items())
        if not arms:
            return "CAST(0 AS INTEGER)"
        inner = f"CASE{arms} ELSE 0 END"
        plans = [self.program.subsidies[name] for name in self._members(group)]
        if all(plan.class_based for plan in plans):
            return f"CASE WHEN {mask} = 0 THEN 0 ELSE {inner} END"
        return inner

    def _chain(self, group: str, offers: list[Offer], on: date | str, mask: str) -> str:
        if self.program.combine.groups[group].mode == "sum":
            return self._sum_chain(group, offers, on, mask)
        arms = ""
        for offer in offers:
            i = self.number[offer.subsidy]
            condition = self.program.subsidies[offer.subsidy].condition
            then = str(i if offer.fen is not None else -(2 * i))
            arms += self.shortcuts.arms(condition, on, then, str(-(2 * i - 1)), mask)
            if self.shortcuts.holds(condition, on, mask) == TRUE:
                break
        return f"CASE{arms} ELSE 0 END" if arms else "0"

    def _sum_chain(self, group: str, offers: list[Offer], on: date | str, mask: str) -> str:
        members = self._members(group)
        doubts, bits = "", []
        for offer in offers:
            i = self.number[offer.subsidy]
            node = self.program.subsidies[offer.subsidy].condition
            condition, unknown = self.shortcuts.holds(node, on, mask), self.shortcuts.unknown(node, on, mask)
            if unknown != FALSE:
                doubts += f" WHEN {unknown} THEN {-(2 * i - 1)}"
            if offer.fen is None:
                doubts += f" WHEN {condition} THEN {-(2 * i)}"
            else:
                bit = 1 << members.index(offer.subsidy)
                bits.append(f"CASE WHEN {condition} THEN {bit} ELSE 0 END")
        total = " + ".join(bits) or "0"
        return f"CASE{doubts} ELSE {total} END" if doubts else total

    def missing_pieces(
        self, named: Callable[..., list[tuple[str, str]]], letter: Literal["g", "h"]
    ) -> list[tuple[str, str]]:
        """What a choice below zero lacks: at payment (`g`), or on the day of a later transfer (`h`)."""
        if letter == "h" and self.program.release.later_transfer is None:
            return []
        mask, on = ("m", None) if letter == "g" else ("m2", "first_recognised")
        found = []
        for g, _ in enumerate(self.group_names):
            for name, i in self.number.items():
                plan = self.program.subsidies[name]
                found += named(plan.condition, f"{letter}{g} = {-(2 * i - 1)}", mask, on)
                if plan.spec.amount.parameter is not None:
                    found.append((f"parameter:{plan.spec.amount.parameter}", f"{letter}{g} = {-(2 * i)}"))
        return found

    def doubt_flags(self) -> list[str]:
        """Truths that say a later transfer's choice is unknown."""
        if self.program.release.later_transfer is None:
            return []
        return [f"h{i} < 0" for i in range(len(self.group_names))]

    def _table(self, pick: Callable[[int], str | None], key: str = "k", default: str = "NULL") -> str:
        """A CASE over keys, keys of one value together, the commonest combination (no subsidy) first."""
        by_value: dict[str, list[int]] = {}
        for k in sorted(self.combos, key=lambda k: (len(self.names[k]), k)):
            value = pick(k)
            if value is not None and value != default:
                by_value.setdefault(value, []).append(k)
        if not by_value:
            return default
        arms = "".join(f" WHEN {key} {_listed(keys)} THEN {value}" for value, keys in by_value.items())
        return f"CASE{arms} ELSE {default} END"

    def _later_names(self, window: WindowPlan) -> tuple[str, ...]:
        spec = self.program.release.later_transfer
        if spec is None or spec.subsidies == "all":
            return window.subsidies
        return tuple(name for name in self.program.subsidies if name in spec.subsidies)

    def later(self, on: date | str) -> Later | None:
        """The later transfer's stages, if the release has one."""
        spec = self.program.release.later_transfer
        if spec is None:
            return None
        arms = ""
        for i, window in enumerate(self.program.windows, 1):
            if spec.windows is not None and window.name not in spec.windows:
                continue
            codes = ", ".join(text(c) for c in sorted(self.program.class_codes(self._later_names(window))))
            if codes:
                test = (
                    f"c.class IN ({codes}) AND c.recognised_on > {day(on)} "
                    f"AND c.recognised_on <= {day(spec.through)}"
                )
                dates = (
                    f"list_transform(list_filter(categories, lambda c : {test}), lambda c : c.recognised_on)"
                )
                arms += f" WHEN {i} THEN list_min({dates})"
        nothing_paid = TRUE if spec.top_up else self._unsubsidised()
        ready = f"k >= 0 AND COALESCE(len(categories), 0) > 0 AND NOT {self.tests.listed('categories')} AND {nothing_paid}"
        first = f"CASE WHEN {ready} THEN CASE w{arms} END END" if arms else "CAST(NULL AS DATE)"
        chains = [self._group(n, "first_recognised", "m2", self._later_names) for n in self.group_names]
        return Later(
            first, [f"CASE WHEN first_recognised IS NULL THEN 0 ELSE {chain} END" for chain in chains]
        )

    def _unsubsidised(self) -> str:
        keys = [k for k, combo in self.combos.items() if not combo.payers]
        return f"(k {_listed(keys)})"

    def transfer_output(self) -> dict[str, str]:
        """Amount (fen) and month (YYYY-MM) of the later transfer; NULL where there is none."""
        spec = self.program.release.later_transfer
        if spec is None:
            return {"transfer_fen": "CAST(NULL AS INTEGER)", "transfer_month": "CAST(NULL AS VARCHAR)"}
        now, then = (self._table(lambda k: str(self.combos[k].due_fen), key) for key in ("k", "k2"))
        gain = f"(({now}) - ({then}))"
        pays = f"first_recognised IS NOT NULL AND k2 >= 0 AND {gain} > 0"
        month = f"strftime(CAST(date_trunc('month', first_recognised) + INTERVAL '{spec.months_after}' MONTH AS DATE), '%Y-%m')"
        return {
            "transfer_fen": f"CAST(CASE WHEN {pays} THEN {gain} END AS INTEGER)",
            "transfer_month": f"CASE WHEN {pays} THEN {month} END",
        }


def _listed(keys: list[int]) -> str:
    return f"= {keys[0]}" if len(keys) == 1 else f"IN ({', '.join(str(k) for k in keys)})"


def _shorter(where: list[str]) -> list[str]:
    """Windows and prices that share a chain; kept as they are, they are few."""
    return list(dict.fromkeys(where))


def _units_left(anchor: date | str, units: int, benefit_year: int, counts_current: bool) -> str:
    """policy.assess.units_left as SQL, without division: whole units before the anchor's month."""
    step = 12 // units
    lost = 0 if counts_current else 1
    if isinstance(anchor, date):
        if anchor.year != benefit_year:
            return str(units if anchor.year < benefit_year else 0)
        return str(units - (anchor.month - 1) * units // 12 - lost)
    arms = "".join(
        f" WHEN month({anchor}) > {step * index} THEN {units - index - lost}"
        for index in range(units - 1, -1, -1)
    )
    return (
        f"CASE WHEN year({anchor}) < {benefit_year} THEN {units} "
        f"WHEN year({anchor}) > {benefit_year} THEN 0{arms} END"
    )
