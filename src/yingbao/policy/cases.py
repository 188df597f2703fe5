"""Cases and answers as JSON: the format of worked examples, checks from outside and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from yingbao.kernel.dates import parse_date
from yingbao.kernel.money import yuan
from yingbao.kernel.refusal import Refusal
from yingbao.policy.amounts import funds_of
from yingbao.policy.assess import Answer
from yingbao.policy.errors import FactUnusable
from yingbao.policy.explain import Explanation, explain
from yingbao.policy.facts import DERIVED, FACTS, UNKNOWN, Holding, Person, Span
from yingbao.policy.layers import Library
from yingbao.policy.policy import Policy


@dataclass(slots=True)
class Read:
    """A person read from JSON, and the keys nobody recognised (said, never silently used or dropped)."""

    person: Person
    unrecognised_keys: list[str] = field(default_factory=list)


def read_person(
    policy: Policy, facts: Mapping[str, Any], classes: Iterable[Any], person_id: str = ""
) -> Read:
    """A person from the facts of a case. Raises FactUnusable naming the fact and what it should be."""
    values: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    strange: list[str] = []
    for key, value in facts.items():
        if key in policy.release.facts:
            custom[key] = _custom(policy, key, value)
        elif key in FACTS and key not in DERIVED and key != "categories":
            values[key] = _fact(key, value)
        else:
            strange.append(key)
    for name, spec in policy.release.facts.items():
        custom.setdefault(name, UNKNOWN if spec.absent == "unknown" else _nothing(spec.kind))
    known = classes != "unknown"
    holdings, unrecognised = _classes(policy, classes) if known else ((), ())
    person = Person(
        person_id=person_id,
        categories=holdings if known else UNKNOWN,
        unrecognised=unrecognised,
        custom=custom,
        **values,
    )
    return Read(person, strange)


def _nothing(kind: str) -> Any:
    return False if kind == "flag" else None


def _fact(name: str, value: Any) -> Any:
    spec = FACTS[name]
    if value == "unknown":
        return UNKNOWN
    if value is None:
        return UNKNOWN if spec.absent == "unknown" else _empty(spec.kind)
    if spec.kind == "date":
        return _date(name, value)
    if spec.kind == "code":
        return _code(name, value, spec.values)
    if spec.kind == "flag":
        return _flag(name, value)
    if spec.kind == "number":
        return _number(name, value)
    if spec.kind == "years":
        return _years(name, value)
    return _spans(name, value)


def _empty(kind: str) -> Any:
    return {"years": frozenset(), "spans": (), "flag": False}.get(kind)


def _date(name: str, value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        return parse_date(str(value))
    except Refusal as refusal:
        raise FactUnusable(name, value, str(refusal)) from refusal


def _code(name: str, value: Any, allowed: Iterable[str]) -> str:
    known = tuple(allowed)
    if not isinstance(value, str) or (known and value not in known):
        raise FactUnusable(name, value, f"应为 {'、'.join(known) or '文本'} 之一")
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FactUnusable(name, value, "应为 true 或 false")
    return value


def _number(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FactUnusable(name, value, "应为整数")
    return value


def _years(name: str, value: Any) -> frozenset[int]:
    if not isinstance(value, list) or not all(isinstance(y, int) and 1990 <= y <= 2200 for y in value):
        raise FactUnusable(name, value, "应为年度的列表，例如 [2022, 2023]；从未参保写 []")
    return frozenset(value)


def _spans(name: str, value: Any) -> tuple[Span, ...]:
    items = [value] if isinstance(value, Mapping) else value
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise FactUnusable(name, value, '应为 {"until": "2024-04-30"}，仍在保写 {"until": null}，或其列表')
    spans = []
    for item in items:
        begin, end = item.get("from", item.get("from_on")), item.get("until", item.get("until_on"))
        span = Span(_date(name, begin) if begin else None, _date(name, end) if end else None)
        if span.from_on and span.until_on and span.until_on < span.from_on:
            raise FactUnusable(name, f"{span.from_on} 至 {span.until_on}", "止期早于起期，请核对")
        spans.append(span)
    return tuple(spans)


def _custom(policy: Policy, name: str, value: Any) -> Any:
    spec = policy.release.facts[name]
    if value == "unknown":
        return UNKNOWN
    if value is None:
        return UNKNOWN if spec.absent == "unknown" else _nothing(spec.kind)
    if spec.kind == "date":
        return _date(name, value)
    if spec.kind == "flag":
        return _flag(name, value)
    return _number(name, value) if spec.kind == "number" else _code(name, value, spec.values)


def _classes(policy: Policy, classes: Iterable[Any]) -> tuple[tuple[Holding, ...], tuple[str, ...]]:
    holdings: list[Holding] = []
    unrecognised: list[str] = []
    for item in classes:
        entry = {"name": item} if isinstance(item, str) else item
        if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
            raise FactUnusable(
                "categories", item, '每类写成 {"name": 类别名称, "recognised_on": 日期或 null}'
            )
        code = policy.vocabulary.code(entry["name"])
        if code is None:
            unrecognised.append(entry["name"])
            continue
        begin, end = entry.get("recognised_on"), entry.get("ended_on")
        holding = Holding(
            code,
            _date("categories.recognised_on", begin) if begin else None,
            _date("categories.ended_on", end) if end else None,
        )
        if holding.recognised_on and holding.ended_on and holding.ended_on < holding.recognised_on:
            raise FactUnusable("categories", entry["name"], "终止日早于认定日，请核对")
        holdings.append(holding)
    return tuple(holdings), tuple(unrecognised)


def answer_case(library: Library, case: Mapping[str, Any], policies: dict[str, Policy]) -> dict[str, Any]:
    """One case to one answer, ready for JSON. `policies` caches releases by key. Raises Refusal."""
    for wanted in ("region", "benefit_year", "paid_on", "person"):
        if wanted not in case:
            raise FactUnusable(wanted, "（缺）", "每个案例都要有 region、benefit_year、paid_on 与 person")
    key = library.resolve(str(case["region"]), int(case["benefit_year"]))
    if key not in policies:
        policies[key] = Policy(library, key)
    policy = policies[key]
    read = read_person(policy, case["person"], case.get("categories") or (), str(case.get("id", "")))
    on = _date("paid_on", case["paid_on"])
    explanation = explain(policy, read.person, on)
    return as_json(policy, explanation, case.get("id"), case.get("offered_fen"), read.unrecognised_keys)


def as_json(
    policy: Policy,
    explanation: Explanation,
    case_id: Any = None,
    offered_fen: int | None = None,
    strange: Iterable[str] = (),
) -> dict[str, Any]:
    """An explanation as the answer object of design/interfaces.md, with more fields beside."""
    answer = explanation.answer
    refused = _offer_refusal(answer.due_fen, offered_fen) if answer.allowed else None
    granted = answer.allowed is not False and refused is None
    transfer = answer.later_transfer
    result: dict[str, Any] = {
        "id": case_id,
        "allowed": False if refused else answer.allowed,
        "standard_fen": answer.standard_fen if granted else None,
        "due_fen": answer.due_fen if granted else None,
        "subsidies": [{"source": p, "amount_fen": fen} for p, fen in answer.subsidies] if granted else [],
        "benefit_start": _iso(answer.benefit_start) if granted else None,
        "benefit_end": _iso(answer.benefit_end) if granted else None,
        "waiting_days": answer.waiting_days if granted else None,
    }
    if transfer is not None and granted:
        result["later_transfer"] = {"amount_fen": transfer.amount_fen, "month": transfer.month}
    result["assumed"] = [say_assumption(item) for item in explanation.assumed]
    result["undetermined"] = explanation.missing
    result["because"] = _because(explanation, refused)
    result["outcome"] = "not_payable" if refused else answer.outcome
    result["reason"] = "amount-other-than-due" if refused else answer.reason
    result["delivery"] = answer.delivery if granted else None
    result["fiscal"] = answer.fiscal and granted
    if granted and (funds := _funds(policy, answer)):
        result["funds"] = funds
    if explanation.next_day is not None:
        following = explanation.next_day
        result["next"] = {
            "on": following.on.isoformat(),
            "window": following.window,
            "due_fen": following.due_fen,
        }
    unplaced = list(strange)
    if unplaced:
        result["unrecognised"] = [f"person.{key} 不在事实表里，未使用" for key in unplaced]
    result["release"] = {"key": policy.key, "digest": policy.digest}
    return result


def _funds(policy: Policy, answer: Answer) -> dict[str, int]:
    """The price (without arrears) over the funds it is levied for, in fen; empty where the price has no such split."""
    if answer.price is None or answer.standard_fen is None:
        return {}
    spec = policy.release.prices[answer.price.split(".")[1]].funds
    return {} if spec is None else funds_of(spec, answer.standard_fen - answer.arrears_fen)


def say_assumption(item: Any) -> str:
    """A reading leaned on, in one sentence with the other one and what it would come to."""
    return f"推定：{item.taken}（{item.clause}）。另一读法：{item.instead}，则{item.would_be}"


def _offer_refusal(due: int | None, offered: int | None) -> str | None:
    if offered is None or due is None or offered == due:
        return None
    return f"应缴 {yuan(due)} 元，所交 {yuan(offered)} 元不符；应一次性足额缴纳，不收"


def _because(explanation: Explanation, refused: str | None) -> list[dict[str, Any]]:
    steps = [
        {
            "step": number,
            "sentence": step.sentence,
            "document": step.document,
            "clause": step.clause,
            "rule": step.rule,
            "amount_fen": step.amount_fen,
            "assumed": list(step.assumed),
        }
        for number, step in enumerate(explanation.steps, 1)
    ]
    if refused:
        steps.append({"step": len(steps) + 1, "sentence": refused, "document": None, "clause": None})
    return steps


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def read_lines(text: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any] | None, str]]:
    """(line number, case or None, what is wrong) for each non-empty line of a case file."""
    for number, line in enumerate(text, 1):
        if not line.strip():
            continue
        try:
            case = json.loads(line)
        except ValueError as error:
            yield number, None, f"第 {number} 行不是合规的 JSON：{error}"
            continue
        if isinstance(case, Mapping):
            yield number, case, ""
        else:
            yield number, None, f"第 {number} 行应为一个 JSON 对象"
