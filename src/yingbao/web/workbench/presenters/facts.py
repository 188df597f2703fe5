"""Facts of a person in words, and as the parameters of a calculator link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yingbao.policy import Policy
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.reference import Example

#: The values of facts that have a fixed list, as people say them.
VALUE_NAMES: Mapping[str, Mapping[str, str]] = {
    "residence": {
        "hukou": "本地户籍",
        "residence_permit": "持居住证",
        "enrolled_student": "在校学生（外地户籍）",
        "resident_without_permit": "常住，没有居住证",
    },
    "sex": {"male": "男", "female": "女"},
    "student": {
        "kindergarten": "幼儿园",
        "primary": "小学",
        "junior": "初中",
        "senior": "高中",
        "vocational": "中职",
        "university": "大学",
        "freshman": "大学新生",
    },
}
SPANS = {"employee_cover": "职工医保", "elsewhere_cover": "异地居民医保"}
NEVER, UNKNOWN, YEARS = "never", "unknown", "years"
NONE, ACTIVE, ENDED = "none", "active", "ended"
#: How many benefit years back the calculator asks about.
HISTORY = 6


def label_of(policy: Policy, fact: str) -> str:
    """A fact's name in Chinese; a release may bring facts of its own."""
    own = policy.release.facts.get(fact)
    return own.label if own else FACTS[fact].label if fact in FACTS else fact


def fact_words(policy: Policy, fact: str, value: Any) -> str:
    """One fact and its value, in a few words."""
    label = label_of(policy, fact)
    if value == "unknown":
        return f"{label}不清楚"
    if fact == "insured_years":
        return "从未参保" if value == [] else "参保年度 " + "、".join(map(str, value))
    if fact in SPANS:
        until = value.get("until") if isinstance(value, Mapping) else None
        return f"{SPANS[fact]}到 {until}" if until else f"{SPANS[fact]}在保"
    if isinstance(value, bool):
        return label if value else f"不是{label}"
    if fact in VALUE_NAMES:
        return VALUE_NAMES[fact].get(str(value), str(value))
    return f"{label} {value}"


def link_values(policy: Policy, example: Example) -> dict[str, Any]:
    """An example as the parameters of the calculator; what it leaves out is as for an ordinary resident."""
    release = policy.release
    facts = {"birth_date": "1985-06-15", "residence": "hukou", **example.person}
    values: dict[str, Any] = {"release": f"{release.region}-{release.benefit_year}", "on": str(example.on)}
    years = facts.pop("insured_years", None)
    values["insured"] = UNKNOWN if years == "unknown" else NEVER if years == [] else YEARS
    recent = range(release.benefit_year - HISTORY, release.benefit_year)
    if values["insured"] == YEARS:
        values["insured_years"] = [year for year in recent if years is None or year in years]
    for fact in SPANS:
        span = facts.pop(fact, None)
        if isinstance(span, Mapping):
            values[fact] = ENDED if span.get("until") else ACTIVE
            if span.get("until"):
                values[f"{fact}_until"] = str(span["until"])
    values |= {
        name: "yes" if value is True else "no" if value is False else str(value)
        for name, value in facts.items()
    }
    return values | _classes(policy, example.classes)


def _classes(policy: Policy, classes: Iterable[Any]) -> dict[str, Any]:
    """Classes ticked, and the one recognised last with its day."""
    entries = [item if isinstance(item, Mapping) else {"name": item} for item in classes]
    known = [
        (code, entry.get("recognised_on"))
        for entry in entries
        if (code := policy.vocabulary.code(str(entry["name"])))
    ]
    dated = max(((str(on), code) for code, on in known if on), default=None)
    values: dict[str, Any] = {"categories": [code for code, _ in known if dated is None or code != dated[1]]}
    return values if dated is None else values | {"recognised": dated[1], "recognised_on": dated[0]}
