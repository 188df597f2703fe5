"""A bill in the register's words: class, delivery, clauses, reason. Knows no database; the demo's season uses it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from yingbao.policy import Policy
from yingbao.policy.explain import DELIVERY_NAMES, say_missing
from yingbao.policy.schema.rules import PAYERS

Row = dict[str, Any]


def class_of(policy: Policy, row: Mapping[str, Any], on: date) -> str | None:
    """The class that brought the subsidy; without one, the first class held on the day."""
    held = [h["class"] for h in row["categories"] or [] if _holds(h, on)]
    for rule in (row["subsidy_rules"] or "").split(";"):
        codes = policy.program.class_codes((rule.partition(".")[2],)) if rule else frozenset()
        for code in held:
            if code in codes:
                return str(code)
    return str(held[0]) if held else None


def _holds(held: Mapping[str, Any], on: date) -> bool:
    since, last = held["recognised_on"], held["ended_on"]
    return (since is None or since <= on) and (last is None or on <= last)


def class_sql(policy: Policy, on: date) -> str:
    """The same as DuckDB's SQL over `s.categories` and `a.subsidy_rules`; empty for no class."""
    day = f"DATE '{on.isoformat()}'"
    holds = f"coalesce(c.recognised_on <= {day}, true) AND coalesce(c.ended_on >= {day}, true)"
    held = f"list_transform(list_filter(s.categories, lambda c : {holds}), lambda c : c.class)"
    arms = ""
    for name in policy.program.subsidies:
        codes = sorted(policy.program.class_codes((name,)))
        if codes:
            listed = ", ".join(f"'{code}'" for code in codes)
            of_rule = f"list_filter({held}, lambda c : list_contains([{listed}], c))[1]"
            arms += (
                f" WHEN list_contains(string_split(a.subsidy_rules, ';'), 'subsidies.{name}') THEN {of_rule}"
            )
    chosen = f"coalesce(CASE{arms} END, {held}[1], '')" if arms else f"coalesce({held}[1], '')"
    return f"CASE WHEN coalesce(len(s.categories), 0) = 0 THEN '' ELSE {chosen} END"


def words(policy: Policy, row: Mapping[str, Any]) -> Row:
    """Delivery, clauses, rules and reason in the register's words."""
    return {
        **_rule_words(
            policy,
            tuple(row[f"{part}_rule"] or "" for part in ("window", "price", "cover")),
            row["subsidy_rules"] or "",
        ),
        "delivery": DELIVERY_NAMES.get(row["delivery"] or "", ""),
        "reason": reason(policy, row),
    }


@lru_cache(maxsize=4096)
def _rule_words(policy: Policy, parts: tuple[str, ...], subsidies: str) -> Row:
    window = parts[0]
    ids = [rule for rule in (*parts, *subsidies.split(";")) if rule]
    spec = policy.release.windows.get(window.partition(".")[2]) if window else None
    return {
        "clause": clauses(policy, ids),
        "rule": "；".join(ids),
        "window_last_on": spec.through if spec else None,
    }


def clauses(policy: Policy, rules: Iterable[str]) -> str:
    """The first source of each rule, clauses of one document together."""
    found: dict[str, list[str]] = {}
    for source in (source for rule in rules for source in policy.sources(rule)[:1]):
        found.setdefault(source.document, []).append(source.clause)
    return "；".join(f"{document} {'、'.join(dict.fromkeys(listed))}" for document, listed in found.items())


def reason(policy: Policy, row: Mapping[str, Any]) -> str:
    """Why somebody cannot pay, or what is missing."""
    if row["missing"]:
        return "缺：" + "、".join(say_missing(name) for name in row["missing"].split(";"))
    if row["outcome"] == "refused":
        return str(row.get("refusal") or row["reason"])
    rule = policy.rule(row["reason"]) if row["reason"] else None
    if rule is not None:
        return rule.says
    return {"not-admitted": "不符合参保范围", "no-window": "当日没有可以缴费的窗口"}.get(row["reason"], "")


def totals(policy: Policy, bills: Sequence[Mapping[str, Any]]) -> list[Row]:
    """One row a unit and class, of those who can pay, in the register's order."""
    found: dict[tuple[str, str | None], Row] = {}
    for row in bills:
        if row["outcome"] != "payable":
            continue
        code = row["class_code"] if row["subsidy_rules"] else None
        total = found.setdefault(
            (row["unit"], code), {"unit": row["unit"], "class_code": code, "people": 0, **_nothing()}
        )
        total["people"] += 1
        for key in _nothing():
            total[key] += row[key] or 0
    units = list(dict.fromkeys(row["unit"] for row in bills))
    classes: list[str | None] = [*policy.vocabulary.categories, None]
    return sorted(found.values(), key=lambda t: (units.index(t["unit"]), classes.index(t["class_code"])))


def _nothing() -> Row:
    return {"standard_fen": 0, "due_fen": 0, **{f"{payer}_fen": 0 for payer in PAYERS}}
