"""A release made ready to answer: conditions built, windows in order, every amount worked out."""

from __future__ import annotations

import graphlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from yingbao.kernel.money import Fen, InexactAmount
from yingbao.policy.amounts import Combo, Offer, PriceValue, band_values, combo, subsidy_fen
from yingbao.policy.building import Builder
from yingbao.policy.conditions import (
    ClassTest,
    Condition,
    Not,
    PaymentTest,
    atoms,
    conjunction,
    requires_class,
)
from yingbao.policy.errors import PolicyInvalid, RuleOverlap, suggestion
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.release import Release
from yingbao.policy.schema.rules import Band, Combine, Group, Price, StartSpec, Subsidy, Waiting
from yingbao.policy.vocabulary import Vocabulary

#: More combinations of price and subsidies than this are a mistake of the file, not a policy.
MOST_COMBINATIONS = 20_000
#: Columns the SQL reading makes for itself.
RESERVED = re.compile(
    r"person_id|paid_on|unknown|refusal|lapsed|base_start|raw_wait|wait|first_recognised|[uewpkm]|u_.*|[mk]2|[gh]\d+"
)


@dataclass(frozen=True, slots=True)
class EligibilityPlan:
    """Who is let in or kept out."""

    rule: str
    condition: Condition


@dataclass(frozen=True, slots=True)
class BandPlan:
    """One band of a price with all the amounts it can come to."""

    rule: str
    condition: Condition
    band: Band
    values: tuple[PriceValue, ...]
    benefit_year: int


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """A window in order of precedence; the first that fits a person and a day is the one."""

    name: str
    rule: str
    condition: Condition
    price: tuple[BandPlan, ...]
    cover: str
    waiting: str | None
    subsidies: tuple[str, ...]
    fiscal: bool


@dataclass(frozen=True, slots=True)
class SubsidyPlan:
    """A subsidy in printed order."""

    name: str
    rule: str
    condition: Condition
    spec: Subsidy
    order: int
    class_based: bool


@dataclass(frozen=True, slots=True)
class WaitPlan:
    """A waiting rule with its conditions built, one per part."""

    rule: str
    spec: Waiting
    exempt: Condition | None
    parts: tuple[Condition, ...]


class Program:
    """One release, ready. Raises PolicyInvalid when rules name each other wrongly."""

    def __init__(self, release: Release, vocabulary: Vocabulary, digest: str) -> None:
        self.release = release
        self.vocabulary = vocabulary
        self.digest = digest
        self.benefit_year = release.benefit_year
        self.combine = release.combine or _default_combine()
        self.parameters: dict[str, Fen | None] = {k: p.value for k, p in release.parameters.items()}
        self._builder = Builder(
            vocabulary, release.conventions, release.conditions, release.facts, release.benefit_year
        )
        self._faults = self._builder.faults
        self._check_names()
        self.prices = self._prices()
        self.subsidies = self._subsidies()
        self.bars, self.admits = self._eligibility()
        self.waits = {name: self._wait(name, spec) for name, spec in release.waiting.items()}
        self.windows = self._windows()
        self._combos: dict[tuple[int, tuple[str, ...]], Combo] = {}
        self._codes: dict[tuple[str, ...], frozenset[str]] = {}
        self._offers: dict[tuple[int, str], tuple[Offer, ...]] = {}
        if self._faults:
            raise PolicyInvalid(sorted(set(self._faults)))

    def _eligibility(self) -> tuple[tuple[EligibilityPlan, ...], tuple[EligibilityPlan, ...]]:
        bars: list[EligibilityPlan] = []
        admits: list[EligibilityPlan] = []
        for name, spec in self.release.eligibility.items():
            rule = f"eligibility.{name}"
            plan = EligibilityPlan(rule, self._builder.build(spec.bar or spec.admit, rule))
            (admits if spec.bar is None else bars).append(plan)
        return tuple(bars), tuple(admits)

    def _prices(self) -> dict[str, tuple[BandPlan, ...]]:
        found: dict[str, tuple[BandPlan, ...]] = {}
        index = 0
        for name, price in self.release.prices.items():
            plans = []
            for rule, band in bands_of(f"prices.{name}", price):
                if band.parameter is not None and band.parameter not in self.parameters:
                    self._faults.append(f"{rule}：参数 {band.parameter} 没有在 parameters 里写出")
                values = self._band_values(rule, band, index)
                index += len(values)
                condition = self._builder.build(band.when, rule)
                plans.append(BandPlan(rule, condition, band, values, self.benefit_year))
            found[name] = tuple(plans)
        return found

    def _band_values(self, rule: str, band: Band, index: int) -> tuple[PriceValue, ...]:
        try:
            return tuple(band_values(rule, band, index, self.parameters))
        except InexactAmount as refusal:
            self._faults.append(f"{rule}：{refusal}（rounding）")
            return ()

    def _check_names(self) -> None:
        """Facts of its own that clash with others, and covers that begin on a day nobody knows of."""
        for name in self.release.facts:
            if name in FACTS:
                self._faults.append(f"facts.{name}：这是标准事实，直接使用即可，请从 facts 里删去或改名")
            elif '"' in name or RESERVED.fullmatch(name.lower()):
                self._faults.append(f"facts.{name}：这个名字留作内部使用，请换一个")
        dated = {name for name, spec in self.release.facts.items() if spec.kind == "date"}
        known = {"payment", *(name for name, spec in FACTS.items() if spec.kind == "date"), *dated}
        for name, cover in self.release.cover.items():
            if isinstance(cover.start, StartSpec) and cover.start.day not in known:
                self._faults.append(
                    f"cover.{name}：start 写的 {cover.start.day} 不是日期，也不是日期类的事实"
                    f"{suggestion(cover.start.day, known)}"
                )

    def _subsidies(self) -> dict[str, SubsidyPlan]:
        own: dict[str, Condition] = {}
        for name, spec in self.release.subsidies.items():
            rule = f"subsidies.{name}"
            own[name] = self._builder.build(spec.when, rule)
            if spec.amount.parameter is not None and spec.amount.parameter not in self.parameters:
                self._faults.append(f"{rule}：参数 {spec.amount.parameter} 没有在 parameters 里写出")
            if spec.group not in self.combine.groups:
                self._faults.append(f"{rule}：group {spec.group} 没有在 combine.groups 里写出")
        plans = {}
        for order, (name, spec) in enumerate(self.release.subsidies.items()):
            for other in spec.without:
                if other not in own:
                    self._faults.append(f"subsidies.{name}：without 指向的资助 {other} 不存在")
            condition = conjunction(own[name], *(Not(own[o]) for o in spec.without if o in own))
            based = requires_class(own[name])
            plans[name] = SubsidyPlan(name, f"subsidies.{name}", condition, spec, order, based)
        return plans

    def _wait(self, name: str, spec: Waiting) -> WaitPlan:
        rule = f"waiting.{name}"
        exempt = self._builder.build(spec.exempt, rule) if spec.exempt else None
        return WaitPlan(rule, spec, exempt, tuple(self._builder.build(p.when, rule) for p in spec.parts))

    def _windows(self) -> tuple[WindowPlan, ...]:
        order = self._window_order()
        plans = []
        for name in order:
            spec = self.release.windows[name]
            rule = f"windows.{name}"
            self._check_references(rule, spec.price, spec.cover, spec.waiting)
            payment = PaymentTest(spec.from_, spec.through, spec.days_of_month)
            subsidies = self._allowed(rule, spec.subsidies)
            plans.append(
                WindowPlan(
                    name,
                    rule,
                    conjunction(payment, self._builder.build(spec.when, rule)),
                    self.prices.get(spec.price, ()),
                    spec.cover,
                    spec.waiting,
                    subsidies,
                    spec.fiscal,
                )
            )
        return tuple(plans)

    def _check_references(self, rule: str, price: str, cover: str, waiting: str | None) -> None:
        sections: tuple[tuple[str, str | None, Collection[str]], ...] = (
            ("价格 prices", price, self.release.prices),
            ("待遇期 cover", cover, self.release.cover),
            ("等待期 waiting", waiting, self.release.waiting),
        )
        for kind, name, known in sections:
            if name is not None and name not in known:
                self._faults.append(f"{rule}：{kind} 里没有 {name}{suggestion(name, known)}")

    def _allowed(self, rule: str, subsidies: str | list[str]) -> tuple[str, ...]:
        if subsidies == "all":
            return tuple(self.subsidies)
        if isinstance(subsidies, str):
            return ()
        self._faults += [f"{rule}：资助 subsidies 里没有 {n}" for n in subsidies if n not in self.subsidies]
        return tuple(name for name in self.subsidies if name in subsidies)

    def _window_order(self) -> list[str]:
        """Windows that are `over` others come first; otherwise the file's order."""
        names = list(self.release.windows)
        before: dict[str, set[str]] = {name: set() for name in names}
        for name, spec in self.release.windows.items():
            for other in spec.over:
                if other not in before:
                    self._faults.append(f"windows.{name}：over 指向的窗口 {other} 不存在")
                else:
                    before[other].add(name)
        sorter = graphlib.TopologicalSorter(before)
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            self._faults.append(f"windows：over 成环：{' → '.join(error.args[1])}")
            return names
        ordered: list[str] = []
        while sorter.is_active():
            ready = sorted(sorter.get_ready(), key=names.index)
            ordered += ready
            sorter.done(*ready)
        return ordered

    def class_codes(self, subsidies: tuple[str, ...]) -> frozenset[str]:
        """The classes that can bring any of these subsidies."""
        if subsidies not in self._codes:
            self._codes[subsidies] = frozenset(
                code
                for name in subsidies
                for atom in atoms(self.subsidies[name].condition)
                if isinstance(atom, ClassTest)
                for code in atom.codes
            )
        return self._codes[subsidies]

    @staticmethod
    def with_subsidies(window: WindowPlan, subsidies: tuple[str, ...]) -> WindowPlan:
        """The window, with other subsidies allowed in it."""
        return window if subsidies == window.subsidies else replace(window, subsidies=subsidies)

    @cached_property
    def values(self) -> tuple[PriceValue, ...]:
        """Every possible price by its index."""
        return tuple(v for plans in self.prices.values() for plan in plans for v in plan.values)

    def offer(self, price: PriceValue, subsidy: str) -> Offer:
        """One subsidy at one price."""
        spec = self.subsidies[subsidy].spec
        if price.fen is None:
            return Offer(subsidy, None, price.parameter)
        fen = subsidy_fen(spec.amount, price.fen, self.parameters)
        return Offer(subsidy, fen, spec.amount.parameter if fen is None else None)

    def offers(self, price: PriceValue, group: str) -> tuple[Offer, ...]:
        """The subsidies of a group at a price, best first (or printed order, where the group says so)."""
        key = (price.index, group)
        if key not in self._offers:
            plans = [plan for plan in self.subsidies.values() if plan.spec.group == group]
            plans.sort(key=lambda plan: plan.order if plan.spec.rank is None else plan.spec.rank)
            offers = [self.offer(price, plan.name) for plan in plans]
            if self.combine.groups[group].mode == "highest":
                most = price.fen or 0
                offers.sort(key=lambda offer: -(most if offer.fen is None else offer.fen))
            self._offers[key] = tuple(offers)
        return self._offers[key]

    def combo(self, price: PriceValue, chosen: tuple[str, ...]) -> Combo:
        """The amounts of a price with chosen subsidies, whose amounts are all known."""
        key = (price.index, chosen)
        if key not in self._combos:
            parts = []
            for name in chosen:
                offer = self.offer(price, name)
                parts.append((self.subsidies[name].spec, name, offer.fen or 0))
            self._combos[key] = combo(price.fen or 0, parts, self.combine, price.arrears)
        return self._combos[key]

    def choices(self, price: PriceValue, allowed: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Every set of subsidies that may apply together at a price, as tuples in stacking order."""
        per_group: list[list[tuple[str, ...]]] = []
        for name, group in self.combine.groups.items():
            known = [
                o.subsidy for o in self.offers(price, name) if o.fen is not None and o.subsidy in allowed
            ]
            per_group.append(_subsets(known) if group.mode == "sum" else [(), *((one,) for one in known)])
        count = 1
        for options in per_group:
            count *= len(options)
        if count > MOST_COMBINATIONS:
            raise RuleOverlap(count, MOST_COMBINATIONS)
        return [tuple(n for part in parts for n in part) for parts in product(*per_group)]


def _subsets(names: list[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in names:
        found += [(*subset, name) for subset in found]
        if len(found) > MOST_COMBINATIONS:
            raise RuleOverlap(len(found), MOST_COMBINATIONS)
    return found


def bands_of(rule: str, price: Price) -> list[tuple[str, Band]]:
    """The bands of a price with their rule ids; a single amount is one band for everybody."""
    if price.bands is not None:
        return [(f"{rule}.{name}", band) for name, band in price.bands.items()]
    band = Band.model_construct(
        amount=price.amount,
        parameter=price.parameter,
        per=price.per,
        times_periods=price.times_periods,
        prorate=price.prorate,
        arrears=price.arrears,
    )
    return [(rule, band)]


def _default_combine() -> Combine:
    """Where nothing is printed the highest of a person's subsidies wins (design/policy.md, conventions)."""
    return Combine.model_construct(
        groups={"main": Group()}, cap=None, cap_percent=None, source=(), says="未印多重身份规则，按就高不重复"
    )
