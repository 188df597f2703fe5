"""Why is it this figure? One made-up person, any day, any class: the release's answer with its reasons."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yingbao.policy import Policy
from yingbao.web.frame import place_of
from yingbao.web.permission import permission
from yingbao.web.releases import Place, place_of_key, places, policy_of
from yingbao.web.workbench.calculator_form import CalculatorForm
from yingbao.web.workbench.presenters.answer import answer_page, other_classes, other_days
from yingbao.web.workbench.presenters.release import short_digest


@permission("policy.calculate")
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """Questions at the left, the answer at the right; the address holds the whole question and can be passed on."""
    place = _place(request)
    policy = policy_of(place.region, place.year)
    request.place = place  # type: ignore[attr-defined]
    asked = "on" in request.GET
    initial = {"release": f"{place.region}-{place.year}", "birth_date": "1985-06-15", "residence": "hukou"}
    form = CalculatorForm(policy, request.GET if asked else None, initial=initial)
    context = {"form": form, "policy": policy.release, "digest": short_digest(policy.digest), "asked": asked}
    context |= _answer(policy, form) if asked else {}
    status = 422 if asked and form.errors else 200
    return render(request, "workbench/policy/calculator.html", context, status=status)


def _answer(policy: Policy, form: CalculatorForm) -> dict[str, object]:
    """The answer, and the same person on other days and in other classes; nothing while something is wrong."""
    if not form.is_valid():
        return {}
    read = form.person()
    if read is None:
        return {}
    on = form.cleaned_data["on"]
    return {
        "on": on,
        "due_label": f"{policy.release.benefit_year}年度 本人应缴",
        "answer": answer_page(policy, read.person, on),
        "days": other_days(policy, read.person, on),
        "classes": other_classes(policy, read.person, on),
    }


def _place(request: HttpRequest) -> Place:
    region, _, year = request.GET.get("release", "").partition("-")
    asked = place_of_key(region, int(year)) if year.isdigit() and len(year) == 4 else None
    return asked or place_of(request) or places()[0]
