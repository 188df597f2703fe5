"""Amounts: printed figures agree with computed ones, sums are whole, none subsidises above the price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from yingbao.kernel.money import Fen, InexactAmount, yuan
from yingbao.kernel.refusal import Refusal
from yingbao.policy.amounts import PriceValue
from yingbao.policy.check.findings import Notebook
from yingbao.policy.program import Program, SubsidyPlan, WindowPlan
from yingbao.policy.schema.rules import Fiscal, Funds


def prove_amounts(book: Notebook) -> bool:
    """All sums of the release. False if some amount cannot be computed at all."""
    computable = _computable(book)
    if computable:
        _subsidies(book)
        _combos(book)
    _prices(book)
    _fiscal(book)
    _units(book)
    _targets(book)
    _waits(book)
    return computable


def _computable(book: Notebook) -> bool:
    """Every percentage is whole fen, or names its rounding."""
    program = book.policy.program
    sound = True
    for window, value in priced(program):
        for name in window.subsidies:
            try:
                program.offer(value, name)
            except InexactAmount as refusal:
                book.fault("amount-not-whole", f"subsidies.{name}", f"在{window.rule}：{refusal}")
                sound = False
    return sound


def priced(program: Program) -> Iterator[tuple[WindowPlan, PriceValue]]:
    """Every window with every known price one may be asked for in it."""
    for window in program.windows:
        for band in window.price:
            for value in band.values:
                # Nobody pays for no period at all.
                if value.fen is not None and not (band.band.times_periods and value.count == 0):
                    yield window, value


def _subsidies(book: Notebook) -> None:
    program = book.policy.program
    for plan in program.subsidies.values():
        met = {value.fen for window, value in priced(program) if plan.name in window.subsidies and value.fen}
        if not met:
            continue
        _within_price(book, plan, met)
        _printed(book, plan, met)


def _within_price(book: Notebook, plan: SubsidyPlan, prices: set[Fen]) -> None:
    amount = plan.spec.amount
    given = book.policy.program.parameters.get(amount.parameter) if amount.parameter else None
    for fixed in (amount.fixed, amount.at_least, amount.pays, given):
        if fixed is None or fixed <= min(prices):
            continue
        what = "个人应缴" if fixed == amount.pays else "资助"
        reason = f"“{plan.spec.name}”{what} {yuan(fixed)} 元"
        listed = "、".join(yuan(fen) for fen in sorted(prices))
        if fixed > max(prices):
            book.fault("subsidy-above-price", plan.rule, f"{reason}，超过缴费标准 {listed} 元")
        else:
            reason = f"{reason}，超过部分标准（{listed} 元），只付到标准为止"
            book.note("subsidy-above-some-price", plan.rule, reason)


def _printed(book: Notebook, plan: SubsidyPlan, prices: set[Fen]) -> None:
    """The figures printed beside the rule, against the rule at the prices it meets."""
    printed = plan.spec.printed
    if printed is None:
        return
    program = book.policy.program
    if printed.price is not None and printed.price not in prices:
        listed = "、".join(yuan(fen) for fen in sorted(prices))
        reason = f"印的标准 {yuan(printed.price)} 元，而享受它的窗口收 {listed} 元"
        book.fault("printed-differs", plan.rule, reason, ("subsidies", plan.name, "printed"))
    computed: list[tuple[Fen, Fen]] = []
    for _, value in priced(program):
        if value.fen in prices and (printed.price is None or value.fen == printed.price):
            fen = program.offer(value, plan.name).fen
            if fen is not None:
                computed.append((fen, value.fen - fen))
    for position, figure, name in ((0, printed.subsidy, "资助"), (1, printed.pays, "个人缴")):
        if figure is not None and computed and figure not in {pair[position] for pair in computed}:
            said = "、".join(sorted({yuan(pair[position]) for pair in computed}))
            reason = f"文件印{name} {yuan(figure)} 元，照规则算得 {said} 元，两者不符"
            book.fault("printed-differs", plan.rule, reason, ("subsidies", plan.name, "printed"))


def _combos(book: Notebook) -> None:
    """Every combination of subsidies at every price: nothing negative, all that is given is paid."""
    program = book.policy.program
    for window, value in priced(program):
        try:
            choices = program.choices(value, window.subsidies)
        except Refusal as refusal:
            book.fault("too-many-combinations", window.rule, str(refusal))
            return
        for chosen in choices:
            book.counts.amounts += 1
            found = program.combo(value, chosen)
            paid, given = sum(found.by_payer), sum(fen for _, fen in found.by_subsidy)
            if paid != given:
                reason = (
                    f"{'、'.join(chosen)} 在 {yuan(found.standard_fen)} 元的标准下资助 {yuan(given)} 元，"
                    f"各家合计只承担 {yuan(paid)} 元，差额无人承担"
                )
                book.fault("payers-do-not-add", f"subsidies.{chosen[-1]}", reason)
            if found.due_fen < 0 or found.due_fen + paid != found.standard_fen:
                reason = f"{'、'.join(chosen)} 之后应缴 {yuan(found.due_fen)} 元，与标准不合"
                book.fault("amounts-do-not-add", window.rule, reason)


# Prices ---------------------------------------------------------------------------------------------------


def _prices(book: Notebook) -> None:
    program = book.policy.program
    for name, price in program.release.prices.items():
        for plan in program.prices[name]:
            base = plan.band.amount
            if base is None and plan.band.parameter is not None:
                base = program.parameters.get(plan.band.parameter)
            if base is None:
                continue
            if price.at_least is not None and base < price.at_least:
                reason = f"价格 {yuan(base)} 元低于文件的下限 {yuan(price.at_least)} 元（不低于）"
                book.fault("price-below-floor", plan.rule, reason)
            if price.funds is not None:
                _funds(book, plan.rule, base, price.funds)


def _funds(book: Notebook, rule: str, base: Fen, funds: Funds) -> None:
    """One levy over several funds comes to the levy."""
    amounts, shares = funds.amounts or {}, funds.shares or {}
    total, rate = sum(amounts.values()), sum(shares.values())
    parts = "、".join(f"{name} {yuan(fen)} 元" for name, fen in amounts.items())
    if rate > 10_000:
        book.fault("funds-do-not-add", rule, f"各项基金的比例合计 {_percent(rate)}，超过 100%")
    elif shares and funds.remainder is None and not amounts and rate != 10_000:
        reason = f"各项基金的比例合计 {_percent(rate)}，不是 100%，也没有写余额归谁"
        book.fault("funds-do-not-add", rule, reason)
    elif total > base:
        book.fault("funds-do-not-add", rule, f"{parts}，合计 {yuan(total)} 元，超过价格 {yuan(base)} 元")
    elif amounts and funds.remainder is None and not shares and total != base:
        book.fault("funds-do-not-add", rule, f"{parts}，合计 {yuan(total)} 元，与价格 {yuan(base)} 元不符")


def _percent(rate: int) -> str:
    whole, rest = divmod(rate, 100)
    return f"{whole}.{rest:02d}%" if rest else f"{whole}%"


# Fiscal share, units, targets, waits ----------------------------------------------------------------------


def _fiscal(book: Notebook) -> None:
    fiscal = book.policy.release.fiscal
    if fiscal is None:
        return
    for name, tier in fiscal.tiers.items():
        rule = f"fiscal.tiers.{name}"
        total = sum(tier.levels.values())
        if total != tier.total:
            parts = " + ".join(yuan(fen) for fen in tier.levels.values())
            reason = f"“{tier.name}”各级 {parts} = {yuan(total)} 元，与合计 {yuan(tier.total)} 元不符"
            book.fault("fiscal-does-not-add", rule, reason)
        _tier_total(book, rule, fiscal, tier.total)
    if fiscal.tier is not None and fiscal.tier not in fiscal.tiers:
        book.fault("fiscal-tier-unknown", "fiscal.tier", f"fiscal.tiers 里没有 {fiscal.tier}")
    elif fiscal.tier is None and fiscal.tiers and not book.policy.release.layer:
        book.note("fiscal-tier-unsaid", "fiscal", "有分档的财政补助表，没有写本地属于哪一档（tier）")


def _tier_total(book: Notebook, rule: str, fiscal: Fiscal, total: Fen) -> None:
    low = total < fiscal.total if fiscal.at_least else total != fiscal.total
    if low:
        reason = f"本档合计 {yuan(total)} 元，与财政补助 {yuan(fiscal.total)} 元不符"
        book.fault("fiscal-does-not-add", rule, reason)


def _units(book: Notebook) -> None:
    units = book.policy.release.units
    if units is None:
        return
    numbers = {name: unit.number for name, unit in units.of.items() if unit.number is not None}
    complete = bool(numbers) and len(numbers) == len(units.of)
    total = sum(numbers.values())
    if units.total is not None and complete and total != units.total:
        reason = f"{len(numbers)} 个单位合计 {total} 人，与总数 {units.total} 人不符"
        book.fault("units-do-not-add", "units.total", reason)
    elif numbers and not complete:
        unsaid = "、".join(name for name in units.of if name not in numbers)
        book.note("unit-without-number", "units", f"{unsaid} 没有人数，合计无从核对")
    for name, given in units.assignments.items():
        for wanted in (given.to, *(given.by_hukou or {}).values()):
            if wanted is not None and wanted not in units.of:
                reason = f"“{given.name}”归 {wanted} 管理，units.of 里没有这个单位"
                book.fault("unit-unknown", f"units.assignments.{name}", reason)
    _unit_codes(book, {name: unit.code for name, unit in units.of.items()})


def _unit_codes(book: Notebook, codes: Mapping[str, str | None]) -> None:
    seen: dict[str, str] = {}
    for name, code in codes.items():
        if code is not None and seen.setdefault(code, name) != name:
            book.fault("unit-code-twice", f"units.of.{name}", f"与 {seen[code]} 用了同一个代码 {code}")


def _targets(book: Notebook) -> None:
    for name, target in book.policy.release.targets.items():
        rule = f"targets.{name}"
        if target.kind == "number" and target.number is None and not target.per_unit:
            book.fault("target-without-figure", rule, "kind 是 number（人数），但没有写 number")
        if target.per_unit and book.policy.release.units is None:
            book.fault("target-without-figure", rule, "人数写明在 units 里（per_unit），但没有 units")
        if target.kind == "rate" and target.rate is None:
            book.fault("target-without-figure", rule, "kind 是 rate（比率），但没有写 rate")
        if target.rate is not None and target.rate > 10_000:
            book.fault("target-above-whole", rule, f"比率 {_percent(target.rate)} 超过 100%")


def _waits(book: Notebook) -> None:
    for name, waiting in book.policy.release.waiting.items():
        low, high = waiting.at_least, waiting.at_most
        if low is not None and high is not None and low.amount > high.amount:
            book.fault("wait-backwards", f"waiting.{name}", f"最少等 {low}，最多等 {high}，前后颠倒")
    for name, cover in book.policy.release.cover.items():
        start, end = cover.start, cover.end
        if isinstance(start, date) and isinstance(end, date) and end < start:
            reason = f"待遇止日 {end} 早于起日 {start}，请核对"
            book.fault("cover-backwards", f"cover.{name}", reason)
