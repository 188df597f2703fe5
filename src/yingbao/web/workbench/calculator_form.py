"""What the calculator asks: only what the release's rules ask of a person, never a name or a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from yingbao.kernel.dates import loose_date
from yingbao.kernel.refusal import Refusal
from yingbao.policy import Policy
from yingbao.policy.cases import Read, read_person
from yingbao.policy.check.rules import tests_of
from yingbao.policy.check.variants import facts_of
from yingbao.policy.errors import FactUnusable
from yingbao.policy.facts import FACTS
from yingbao.web.releases import places
from yingbao.web.workbench.presenters.answer import telling_classes
from yingbao.web.workbench.presenters.facts import (
    ACTIVE,
    ENDED,
    HISTORY,
    NEVER,
    NONE,
    SPANS,
    UNKNOWN,
    VALUE_NAMES,
    YEARS,
    label_of,
)

#: Facts asked at the top, in this order; the rest wait in a fold.
FIRST = ("birth_date", "residence", "tier", "periods", "student")
SPAN_CHOICES = [(NONE, "没有"), (ACTIVE, "现在在保"), (ENDED, "已停，停保日见下"), (UNKNOWN, "不清楚")]
NOT_ASKED = ("categories", "insured_years", *SPANS)


class DayField(forms.CharField):
    """A day typed by hand, in any full writing; errors say what to type."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return loose_date(text)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal


class YearsField(forms.MultipleChoiceField):
    """Years ticked; a year of a shared link that is not among the boxes still counts."""

    def to_python(self, value: Any) -> list[str]:
        return [year for year in super().to_python(value) if year.isdigit() and len(year) == 4]

    def valid_value(self, value: Any) -> bool:
        return bool(value)


class CalculatorForm(forms.Form):
    """The questions for one release."""

    release = forms.ChoiceField(
        label="地区、待遇年度", error_messages={"invalid_choice": "没有这个地区、年度的政策，请从列表里选"}
    )
    on = DayField(
        label="缴费日",
        help_text="例如 2024-11-18",
        error_messages={"required": "没有填缴费日，请写成 2024-11-18 的样子"},
    )

    def __init__(self, policy: Policy, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id="%s", **kwargs)
        self.policy = policy
        choices = [(f"{p.region}-{p.year}", f"{p.name} {p.year}年度") for p in places()]
        self.fields["release"] = forms.ChoiceField(
            label="地区、待遇年度",
            choices=choices,
            error_messages={"invalid_choice": "没有这个地区、年度的政策，请从列表里选"},
        )
        asked = facts_of(tests_of(policy.program))
        self.asked = [name for name in (*FIRST, *sorted(asked)) if name in asked and name not in NOT_ASKED]
        self.asked = list(dict.fromkeys(self.asked))
        for name in self.asked:
            self.fields[name] = _field(policy, name)
        self._classes("categories" in asked)
        if "insured_years" in asked:
            self._history()
        for name in SPANS:
            if name in asked:
                self._span(name)

    def _classes(self, asked: bool) -> None:
        if not asked:
            return
        vocabulary = self.policy.vocabulary
        tested = telling_classes(self.policy)
        chosen = {
            self.data.get("recognised"),
            *(self.data.getlist("categories") if hasattr(self.data, "getlist") else ()),
        }
        shown = [code for code in vocabulary.categories if code in tested or code in chosen]
        choices = [(code, vocabulary.name(code)) for code in shown]
        self.fields["categories"] = forms.MultipleChoiceField(
            label="人员类别",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=choices,
            help_text="早就认定、缴费那天在册的都勾上；普通居民不勾",
            error_messages={"invalid_choice": "没有“%(value)s”这一类，请从列表里勾选"},
        )
        self.fields["recognised"] = forms.ChoiceField(
            label="新认定的类别",
            required=False,
            choices=[("", "没有"), *choices],
            error_messages={"invalid_choice": "没有“%(value)s”这一类，请从列表里选"},
        )
        self.fields["recognised_on"] = DayField(label="认定日", required=False)

    def _history(self) -> None:
        year = self.policy.release.benefit_year
        self.fields["insured"] = forms.ChoiceField(
            label="以往参保",
            required=False,
            choices=[(UNKNOWN, "不清楚"), (YEARS, "参过保，年度见下"), (NEVER, "从未参保")],
            help_text="任何一种基本医保都算",
        )
        self.fields["insured_years"] = YearsField(
            label="参保过的待遇年度",
            required=False,
            widget=forms.CheckboxSelectMultiple,
            choices=[(str(y), f"{y}年度") for y in range(year - HISTORY, year)],
        )

    def _span(self, name: str) -> None:
        self.fields[name] = forms.ChoiceField(label=SPANS[name], required=False, choices=SPAN_CHOICES)
        self.fields[f"{name}_until"] = DayField(
            label=f"{SPANS[name]}停保日", required=False, help_text="最后一天，如 2024-04-30"
        )

    def clean(self) -> dict[str, Any]:
        """What is said twice must agree."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in SPANS:
            if (
                data.get(name) == ENDED
                and not data.get(f"{name}_until")
                and f"{name}_until" not in self.errors
            ):
                self.add_error(f"{name}_until", "选了已停，还要填停保日，例如 2024-04-30")
        if data.get("insured") == YEARS and not data.get("insured_years"):
            self.add_error("insured_years", "选了参过保，还要勾参保过的年度；从未参保请改选“从未参保”")
        if data.get("recognised") and not data.get("recognised_on") and "recognised_on" not in self.errors:
            self.add_error("recognised_on", "选了新认定的类别，还要填认定日，例如 2024-03-01")
        if data.get("recognised_on") and not data.get("recognised") and "recognised" not in self.errors:
            self.add_error("recognised", "填了认定日，还要选新认定的是哪一类")
        born, on = data.get("birth_date"), data.get("on")
        if born and on and born > on:
            self.add_error("birth_date", f"出生日期 {born} 晚于缴费日 {on}，请核对")
        return data

    def facts(self) -> dict[str, Any]:
        """The answers as `read_person` takes them; what was left empty is left out."""
        data = self.cleaned_data
        facts: dict[str, Any] = {}
        for name in self.asked:
            value = data.get(name)
            if value not in (None, ""):
                facts[name] = (
                    {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value
                )
        if "insured" in self.fields:
            ticked = [int(year) for year in data.get("insured_years") or ()]
            how = data.get("insured") or (YEARS if ticked else UNKNOWN)
            facts["insured_years"] = UNKNOWN if how == UNKNOWN else [] if how == NEVER else ticked
        for name in SPANS:
            if data.get(name) in (ACTIVE, ENDED):
                facts[name] = {"until": data.get(f"{name}_until") if data[name] == ENDED else None}
            elif data.get(name) == UNKNOWN:
                facts[name] = UNKNOWN
        return facts

    def person(self) -> Read | None:
        """The person asked about; None, with the error at its field, where a fact cannot be used."""
        data = self.cleaned_data
        newest = data.get("recognised")
        classes: list[dict[str, Any]] = [{"name": c} for c in data.get("categories") or () if c != newest]
        if newest:
            classes.append({"name": newest, "recognised_on": data.get("recognised_on")})
        try:
            return read_person(self.policy, self.facts(), classes)
        except FactUnusable as refusal:
            name = refusal.fact if refusal.fact in self.fields else None
            self.add_error(name, str(refusal))
            return None

    @property
    def first(self) -> list[forms.BoundField]:
        """The questions at the top."""
        wanted = [name for name in FIRST if name in self.fields]
        return [self[name] for name in wanted]

    @property
    def more(self) -> list[forms.BoundField]:
        """The questions in the fold."""
        elsewhere = [name for name in ("elsewhere_cover", "elsewhere_cover_until") if name in self.fields]
        return [self[name] for name in (*(n for n in self.asked if n not in FIRST), *elsewhere)]

    @property
    def more_open(self) -> bool:
        """Whether something in the fold is filled or wrong."""
        return any(bound.errors or (bound.value() not in (None, "", NONE, "no")) for bound in self.more)


def _field(policy: Policy, name: str) -> forms.Field:
    """The question for one fact, by its kind."""
    own = policy.release.facts.get(name)
    kind, values = (own.kind, tuple(own.values)) if own else (FACTS[name].kind, FACTS[name].values)
    label = label_of(policy, name)
    if kind == "date":
        return DayField(
            label=label, required=False, help_text="没有的留空" if name != "birth_date" else "例如 1985-06-15"
        )
    if kind == "flag":
        return forms.ChoiceField(label=label, required=False, choices=[("no", "不是"), ("yes", "是")])
    if kind == "number":
        return forms.IntegerField(
            label=label, required=False, min_value=0, error_messages={"invalid": "请填整数，例如 1"}
        )
    if values:
        names = VALUE_NAMES.get(name, {})
        return forms.ChoiceField(
            label=label,
            required=False,
            choices=[("", "不清楚"), *((value, names.get(value, value)) for value in values)],
            error_messages={"invalid_choice": "没有“%(value)s”这一项，请从列表里选"},
        )
    return forms.CharField(label=label, required=False)
