"""Who pays less and who pays instead: a row a class, a column a payer, at the price of the main window."""

from __future__ import annotations

from dataclasses import dataclass

from yingbao.policy import Policy
from yingbao.policy.amounts import PriceValue
from yingbao.policy.explain import DELIVERY_NAMES, PAYER_NAMES
from yingbao.policy.program import WindowPlan
from yingbao.policy.schema.rules import PAYERS, PayerCode
from yingbao.web.workbench.presenters.citing import Citing
from yingbao.web.workbench.presenters.windows import ORDINARY, label

UNDETERMINED = "待定"


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class. `own` and `by_payer` in fen, in the columns' order; None is 待定 for a payer of this row, 0 nothing."""

    name: str
    own: int | None
    by_payer: tuple[int | None, ...]
    delivery: str
    elsewhere: str
    flags: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PayerMatrix:
    """The matrix: `window` is the one whose price it is at; `elsewhere` is shown where other windows differ."""

    window: str
    payers: tuple[str, ...]
    rows: tuple[ClassRow, ...]
    elsewhere: bool
    source: str
    flags: tuple[int, ...]


def payer_matrix(policy: Policy, citing: Citing) -> PayerMatrix | None:
    """The matrix of a release; None where it has no subsidy or no window open to all."""
    program, release = policy.program, policy.release
    main = next((plan for plan in program.windows if release.windows[plan.name].when is None), None)
    if main is None or not program.subsidies or not main.price:
        return None
    value = main.price[0].values[-1]
    maker = _Rows(policy, citing, main, value)
    plans = sorted(program.subsidies.values(), key=lambda plan: plan.order)
    present = {payer for plan in plans for payer in payers_of(policy, plan.name)}
    payers = [payer for payer in PAYERS if payer in present]
    rows = [ClassRow(ORDINARY, value.fen, (0,) * len(payers), "", "", ())]
    rows += [maker.row(plan.name, payers) for plan in plans if plan.name in main.subsidies]
    combine = [release.combine] if release.combine else []
    return PayerMatrix(
        release.windows[main.name].name,
        tuple(PAYER_NAMES[payer].removesuffix("资金").removesuffix("部门") for payer in payers),
        tuple(rows),
        any(row.elsewhere for row in rows),
        citing.source([*release.subsidies.values(), *combine]),
        citing.flags("combine", "subsidies"),
    )


class _Rows:
    def __init__(self, policy: Policy, citing: Citing, main: WindowPlan, value: PriceValue) -> None:
        self.policy, self.citing, self.main, self.value = policy, citing, main, value

    def row(self, name: str, payers: list[PayerCode]) -> ClassRow:
        """One subsidy alone at the price."""
        program, spec = self.policy.program, self.policy.release.subsidies[name]
        own, shares = None, dict.fromkeys(payers_of(self.policy, name))
        if self.value.fen is not None and program.offer(self.value, name).fen is not None:
            combo = program.combo(self.value, (name,))
            own, amounts = combo.due_fen, dict(zip(PAYERS, combo.by_payer, strict=True))
            shares = {payer: amounts[payer] for payer in shares}
        cells = tuple(shares.get(payer, 0) for payer in payers)
        delivery = DELIVERY_NAMES[spec.delivery]
        return ClassRow(
            spec.name, own, cells, delivery, self._elsewhere(name), self.citing.flags(f"subsidies.{name}")
        )

    def _elsewhere(self, name: str) -> str:
        """What holds in the other windows, where it is not the same."""
        others = [plan for plan in self.policy.program.windows if plan is not self.main]
        giving = [plan for plan in others if name in plan.subsidies]
        if len(giving) == len(others):
            return ""
        listed = "、".join(label(self.policy, plan.name) for plan in giving)
        return f"{listed}仍资助" if giving else "不资助"


def payers_of(policy: Policy, name: str) -> tuple[PayerCode, ...]:
    """Who pays a subsidy, in the order the rule names them."""
    spec = policy.release.subsidies[name]
    if spec.payer is not None:
        return (spec.payer,)
    if spec.shares is not None:
        return tuple(spec.shares)
    return tuple(dict.fromkeys(part.payer for part in spec.sequence or ()))
