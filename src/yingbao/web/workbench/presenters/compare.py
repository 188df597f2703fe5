"""Two releases side by side: what one pays, when, from which day, who pays instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from yingbao.policy import Holding, Policy, assess
from yingbao.policy.check.variants import ordinary
from yingbao.policy.explain import PAYER_NAMES
from yingbao.policy.program import WindowPlan
from yingbao.policy.tables import LEVEL_NAMES
from yingbao.web.spoken import NOTHING, yuan
from yingbao.web.workbench.presenters.citing import Citing, main_document
from yingbao.web.workbench.presenters.release import short_digest
from yingbao.web.workbench.presenters.windows import Timetable, label, timetable


@dataclass(frozen=True, slots=True)
class Pair:
    """One line: what, and both sides in words."""

    what: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the two sides say other things."""
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together."""

    title: str
    pairs: tuple[Pair, ...]

    @property
    def differing(self) -> int:
        """How many lines differ."""
        return sum(pair.differs for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class Side:
    """One release in the head of the table."""

    name: str
    year: int
    region: str
    document: str
    digest: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Both sides and all parts."""

    left: Side
    right: Side
    parts: tuple[Part, ...]

    @property
    def differing(self) -> int:
        """How many lines differ altogether."""
        return sum(part.differing for part in self.parts)


def compare_page(left: Policy, right: Policy) -> ComparePage:
    """The comparison."""
    makers = (
        ("缴费标准", _money),
        ("缴费期和待遇起点", _windows),
        ("个人缴多少（按类别，集中缴费期首日）", _classes),
        ("目标与规模", _scale),
    )
    parts = []
    for title, make in makers:
        a, b = dict(make(left, right)), dict(make(right, left))
        keys = list(dict.fromkeys([*a, *b]))
        parts.append(Part(title, tuple(Pair(key, a.get(key, NOTHING), b.get(key, NOTHING)) for key in keys)))
    return ComparePage(_side(left), _side(right), tuple(parts))


def _side(policy: Policy) -> Side:
    release = policy.release
    document = main_document(policy)
    return Side(release.name, release.benefit_year, release.region, document, short_digest(policy.digest))


def _main(policy: Policy) -> WindowPlan | None:
    windows = policy.release.windows
    return next((plan for plan in policy.program.windows if windows[plan.name].when is None), None)


def _money(policy: Policy, _: Policy) -> Iterator[tuple[str, str]]:
    main = _main(policy)
    personal = main.price[0].values[-1].fen if main and main.price else None
    yield "个人缴费", _yuan(personal)
    fiscal = policy.release.fiscal
    if fiscal is None:
        yield "财政补助", "通知没有印"
    else:
        least = "不低于 " if fiscal.at_least else ""
        yield "财政补助", f"{least}{yuan(fiscal.total)} 元"
        yield "财政补助的年份", f"{fiscal.year} 年"
        tier = fiscal.tiers.get(fiscal.tier or "")
        for level, name in LEVEL_NAMES.items():
            if tier is not None and level in tier.levels:
                yield f"其中{name}", f"{yuan(tier.levels[level])} 元"
    for transfer in policy.release.transfers.values():
        yield f"划入{transfer.to}", f"{yuan(transfer.amount)} 元"


def _windows(policy: Policy, _: Policy) -> Iterator[tuple[str, str]]:
    found: Timetable | None = timetable(policy, Citing(policy))
    if found is None:
        return
    for row in found.rows:
        lines = [
            f"{bar.first} 至 {bar.last} {bar.price[0]}，{bar.words[0]}"
            if bar.price
            else f"{bar.first} 至 {bar.last} 不能缴"
            for bar in row.bars
        ]
        yield row.label, "\n".join(lines)
    for name, window in policy.release.windows.items():
        if window.when is not None:
            yield f"{label(policy, name)}：指谁", window.says


def _classes(policy: Policy, other: Policy) -> Iterator[tuple[str, str]]:
    """Every class that a subsidy of either release is about."""
    main = _main(policy)
    if main is None:
        return
    on = policy.release.windows[main.name].from_
    codes = _class_codes(policy) | _class_codes(other)
    yield "普通居民", _due(policy, (), on)
    for code in policy.vocabulary.categories:
        if code in codes:
            yield policy.vocabulary.name(code), _due(policy, (Holding(code),), on)


def _class_codes(policy: Policy) -> set[str]:
    return set(policy.program.class_codes(tuple(policy.program.subsidies)))


def _due(policy: Policy, categories: tuple[Holding, ...], on: date) -> str:
    person = replace(ordinary(policy), categories=categories)
    answer = assess(policy.program, person, on)
    if answer.due_fen is None:
        return "不能缴" if answer.allowed is False else "待定"
    paid = [f"{PAYER_NAMES[payer]} {yuan(fen)}" for payer, fen in answer.subsidies]
    return f"{yuan(answer.due_fen)} 元" + (f"（{'，'.join(paid)}）" if paid else "")


def _scale(policy: Policy, _: Policy) -> Iterable[tuple[str, str]]:
    units = policy.release.units
    if units is not None:
        yield "单位", f"{len(units.of)} 个" if units.of else "没有分到单位"
        if units.total is not None:
            yield "合计人数", f"{units.total:,} 人"
    yield "推定的读法", f"{len(policy.release.readings)} 处"
    yield "样例", f"{len(policy.release.examples)} 个"


def _yuan(fen: int | None) -> str:
    return "待定" if fen is None else f"{yuan(fen)} 元"
