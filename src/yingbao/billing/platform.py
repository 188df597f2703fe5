"""The national platform's field names and code values for what leaves us (N-18). Amounts are yuan with two decimals there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from yingbao.kernel.money import yuan
from yingbao.policy import Policy

RESIDENT_INSURANCE: Final = "390"
NORMAL: Final = "10"
BY_TAX: Final = "02"
NOT_IN: Final = "0"
#: Fields of a detail line, in order: no more than the tax side needs to find the person and set the amount.
DETAIL: Final = (
    "init_rsdt_clct_detl_id", "psn_no", "psn_name", "psn_cert_type", "certno", "emp_no", "insutype", "psn_idet_type",
    "accrym_begn", "accrym_end", "psn_clct_amt", "finsubs_amt", "oth_clct_amt", "clct_sumamt", "clct_flag", "clct_type",
    "clct_way", "poolarea_no",
)  # fmt: skip
HEADER: Final = (
    "plan_bchno", "bch_type", "poolarea_no", "year", "insutype", "detl_cnt", "psn_clct_amt", "finsubs_amt",
    "oth_clct_amt", "clct_sumamt", "made_at",
)  # fmt: skip


def fiscal_fen(policy: Policy) -> int:
    """The fiscal share for one insured head, in fen; 0 where the release prints none."""
    fiscal = policy.release.fiscal
    if fiscal is None:
        return 0
    tier = fiscal.tiers.get(fiscal.tier) if fiscal.tier else None
    return int(tier.total if tier else fiscal.total)


def identity(policy: Policy, category: str) -> str:
    """psn_idet_type of a class: finer classes are local, so several share one; empty where the class has none."""
    found = policy.vocabulary.categories.get(category)
    return (found.platform or "") if found else ""


def month(day: date | None) -> str:
    """accrym: 202501."""
    return "" if day is None else f"{day:%Y%m}"


def detail(policy: Policy, row: Mapping[str, Any]) -> tuple[str, ...]:
    """One line. `row`: number, resident_id, name, document_kind, document, unit_code, category, dates, amounts in fen."""
    fiscal = fiscal_fen(policy) if row["fiscal"] else 0
    other = row["standard_fen"] - row["due_fen"]
    return (
        row["number"], str(row["resident_id"]), row["name"], row["document_kind"], row["document"], row["unit_code"],
        RESIDENT_INSURANCE, identity(policy, row["category"]), month(row["benefit_start"]), month(row["benefit_end"]),
        yuan(row["due_fen"]), yuan(fiscal), yuan(other), yuan(row["standard_fen"] + fiscal), NOT_IN, NORMAL, BY_TAX,
        f"{policy.release.region:0<6}",
    )  # fmt: skip
