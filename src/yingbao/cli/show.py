"""Explanations and sums for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from yingbao.kernel.money import yuan_grouped
from yingbao.policy.cases import say_assumption
from yingbao.policy.explain import PAYER_NAMES, Explanation

if TYPE_CHECKING:
    from yingbao.bulk import Assessment

OUTCOMES = {
    "payable": "可以缴费",
    "not_payable": "现在不能缴费",
    "undetermined": "缺资料待定",
    "refused": "不能用的行",
}


def print_explanation(explanation: Explanation, unrecognised: Iterable[str] = ()) -> None:
    """The steps, one a line, source beneath; then what is missing, assumed, and when one can pay."""
    for number, step in enumerate(explanation.steps, 1):
        print(f"{number}. {step.sentence}")
        if step.document and step.clause:
            pairs = zip(step.document.split("；"), step.clause.split("；"), strict=True)
            print("   ——" + "；".join(f"{document} {clause}" for document, clause in pairs))
    for missing in explanation.missing:
        print(f"缺：{missing}")
    if explanation.next_day is not None:
        print(f"最早 {explanation.next_day.on} 可以缴费")
    for item in explanation.assumed:
        print(say_assumption(item))
    for key in unrecognised:
        print(f"注意：{key} 不在事实表里，未使用")


def print_assessment(assessed: Assessment) -> None:
    """Counts by outcome, sums by payer, and every kind of row that could not be used."""
    listed = "，".join(f"{OUTCOMES.get(k, k)} {n:,} 人" for k, n in assessed.outcomes.items())
    print(f"共 {assessed.rows:,} 人：{listed}")
    print(f"个人应缴合计 {yuan_grouped(assessed.due_fen)} 元；{_payers(assessed.paid_fen)}")
    for missing, count in assessed.missing.items():
        print(f"缺 {missing.replace(';', '、')}：{count:,} 人")
    for sentence in assessed.unplaced:
        print(
            f"{assessed.snapshot.name} {sentence}，持有的人按待定处理；请核对写法，或在 categories 里登记后重算"
        )
    for sentence in assessed.refused:
        print(f"{assessed.snapshot.name} {sentence}")
    if assessed.ignored:
        print(f"未使用的列：{'、'.join(assessed.ignored)}")
    print(f"结果：{assessed.out}")


def _payers(paid: Mapping[str, int]) -> str:
    listed = [f"{PAYER_NAMES[payer]} {yuan_grouped(fen)} 元" for payer, fen in paid.items() if fen]
    return "资助：" + ("，".join(listed) or "无")
