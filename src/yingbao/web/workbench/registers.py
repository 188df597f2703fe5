"""征缴清册: assessing everybody, issues with their sums and people, differences, what the notice leaves to the county."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingbao.billing import actions
from yingbao.billing.actions.asking import ASSESS, ISSUE
from yingbao.billing.policies import parts_of, release_of
from yingbao.billing.queries import registers as queries
from yingbao.billing.queries.parameters import parameters as open_parameters
from yingbao.billing.queries.registers import Register
from yingbao.billing.queries.units import unit_names
from yingbao.billing.states import DIFFERENCES, OUTCOMES
from yingbao.journal import runs
from yingbao.kernel import regions
from yingbao.kernel.refusal import NotFound
from yingbao.policy import Policy
from yingbao.web.frame import place_of
from yingbao.web.parts import Tab
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.releases import Place
from yingbao.web.workbench.asking import DayField, Plain, Sheet, ask, by_of, pick, said, say, today_of, words
from yingbao.web.workbench.presenters import registers as present
from yingbao.web.workbench.presenters.due import usual_day


def region_of(request: HttpRequest) -> tuple[str, Place]:
    """The unit whose registers are looked at: the county of the person's post, or the place of the top bar."""
    place = place_of(request)
    if place is None:
        raise NotFound("您的地区还没有政策，请政策岗补上")
    acting = acting_of(request)
    base, own = regions.canonical(place.region), acting.unit_code if acting else ""
    return (own[:6] if own.startswith(base) and len(own) > len(base) else base), place


@permission("register.view")
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """Issues of a region and year, and the work under way."""
    region, place = region_of(request)
    found = queries.registers(region, place.year)
    running, done = _runs(region, place.year)
    context = {
        "place": place,
        "region_name": unit_names(region).get(region, place.name),
        "issues": found,
        "assessments": queries.assessments(region, place.year, 1),
        "running": running,
        "last": done,
        "said": said(request),
        "parameters": [one for one in open_parameters(region, place.year, counted=False) if not one.holds],
        "may": _may(request),
    }
    return render(request, "workbench/registers/registers.html", context)


@permission("register.view")
@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """How far the work is: a fragment that asks again while it runs, and loads the page anew when it has ended."""
    region, place = region_of(request)
    running, _ = _runs(region, place.year)
    answer = render(request, "workbench/registers/run.html", {"running": running})
    if running is None:
        answer["HX-Redirect"] = reverse("registers")
    return answer


def _runs(region: str, year: int) -> tuple[Any, Any]:
    """The run under way, and the last one that has ended."""
    found = runs.asked_for((ASSESS, ISSUE), {"region": region, "year": year})
    running = next((run for run in found if run.outcome in ("waiting", "running")), None)
    if running is not None and runs.is_silent(running, runs.now()):
        running.sentence = "没有回音，可能中断了；会自动重做，不会重复出账单"
    return running, next((run for run in found if run.ended_at is not None), None)


class AssessForm(Plain):
    """The day everybody is assessed for."""

    on = DayField(label="按哪一天缴费核定", help_text="每个人按这一天缴费算出应缴，如 2024-11-18")
    grounds = words("说明", "为什么现在核定，如“民政 11 月名单已更新”", required=False)


@permission("bill.assess")
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: HttpRequest) -> HttpResponse:
    """Ask for an assessment of everybody."""
    region, place = region_of(request)
    policy = parts_of(region, place.year)[0].policy

    def form_of(data: Any) -> AssessForm:
        return AssessForm(data, initial={"on": usual_day(policy, today_of(request))})

    def deed(data: dict[str, Any]) -> str:
        actions.ask_assessment(
            by=by_of(request), region=region, benefit_year=place.year, on=data["on"], grounds=data["grounds"]
        )
        return reverse("registers")

    sheet = Sheet(
        "全员核定", (("征缴清册", reverse("registers")),), f"{policy.release.name} {place.year}年度，全体在册人员", "开始核定",
        reverse("registers"),
        (
            ("", "金额或依据变了的人另出新账单，旧账单保留；没变的不动；已缴的不动，缴费后新认定的记次月转入一卡通。"),
        ),
    )  # fmt: skip
    return ask(request, sheet, form_of, deed)


@permission("register.issue")
@require_POST
def issue(request: HttpRequest) -> HttpResponse:
    """Ask for the next issue."""
    region, place = region_of(request)
    actions.ask_issue(by=by_of(request), region=region, benefit_year=place.year)
    return HttpResponseRedirect(reverse("registers"))


@permission("register.view")
@require_safe
def register(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """An issue added up: by township and class, by payer, by outcome."""
    issue_, context = around(request, register_id, "registers-register")
    sums = queries.sums(issue_)
    policy: Policy = context["policy"]
    context |= {
        "matrix": present.matrix(sums, policy, reverse("registers-people", args=[issue_.id])),
        "shares": present.payer_shares(sums),
        "payers": present.payer_rows(sums, issue_.payable),
        "outcomes": present.outcome_counts(sums),
        "differences": present.difference_lines(queries.differences(issue_)) if issue_.before else (),
    }
    return render(request, "workbench/registers/register.html", context)


@permission("register.view")
@require_safe
def people(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """The people of an issue, by township, class and outcome, page by page."""
    issue_, context = around(request, register_id, "registers-people")
    asked = {name: request.GET.get(name, "") for name in ("unit", "class", "outcome")}
    category = None if not asked["class"] else "" if asked["class"] == present.NO_CLASS else asked["class"]
    after = _uuid(request.GET.get("after", ""))
    outcome = asked["outcome"] if asked["outcome"] in OUTCOMES else ""
    found = queries.people(
        issue_, unit=asked["unit"], category=category, outcome=outcome, after=after, limit=queries.PAGE + 1
    )
    shown, more = found[: queries.PAGE], found[queries.PAGE :]
    units = unit_names(issue_.unit_code)
    sums = queries.sums(issue_)
    policies = {digest: release_of(digest) for digest in {row.release_digest for row in shown}}
    tail = request.GET.copy()
    if more:
        tail["after"] = str(shown[-1].bill_id)
    context |= {
        "lines": present.person_lines(shown, units, policies),
        "asked": asked,
        "units": list(sums.towns.items()),
        "classes": [(present.class_key(code), present.class_name(code)) for code in sums.classes],
        "outcomes": list(OUTCOMES.items()),
        "next": f"?{tail.urlencode()}" if more else "",
        "first": after is None,
    }
    return render(request, "workbench/registers/people.html", context)


@permission("register.view")
@require_safe
def changes(request: HttpRequest, register_id: UUID) -> HttpResponse:
    """Who stands otherwise than in the issue before: from what to what."""
    issue_, context = around(request, register_id, "registers-changes")
    lines = present.difference_lines(queries.differences(issue_))
    kind = request.GET.get("kind", "")
    if kind not in DIFFERENCES:
        there = [line.kind for line in lines if line.people]
        kind = "amount" if "amount" in there or not there else there[0]
    found = queries.changed(issue_, kind, _uuid(request.GET.get("after", "")), queries.PAGE + 1)
    shown, more = found[: queries.PAGE], found[queries.PAGE :]
    here = reverse("registers-changes", args=[issue_.id])
    context |= {
        "differences": lines,
        "kinds": [
            Tab(line.name, f"{here}?kind={line.kind}", line.kind == kind, line.people) for line in lines
        ],
        "kind": DIFFERENCES[kind],
        "lines": present.change_lines(shown, unit_names(issue_.unit_code)),
        "next": f"?kind={kind}&after={shown[-1].id}" if more else "",
    }
    return render(request, "workbench/registers/changes.html", context)


def around(request: HttpRequest, register_id: UUID, here: str) -> tuple[Register, dict[str, Any]]:
    """An issue and what every page of it has around it."""
    issue_ = queries.register(register_id)
    policy = release_of(next(iter(issue_.assessment.parts.values())))
    release = policy.release
    request.place = Place(release.region, release.name, release.benefit_year)  # type: ignore[attr-defined]
    tabs = [
        Tab("汇总", reverse("registers-register", args=[issue_.id]), here == "registers-register"),
        Tab("人员", reverse("registers-people", args=[issue_.id]), here == "registers-people", issue_.bills),
        Tab(
            "与上期差异",
            reverse("registers-changes", args=[issue_.id]),
            here == "registers-changes",
            issue_.changes,
        ),
        Tab("申报与导出", reverse("registers-batches", args=[issue_.id]), here == "registers-batches"),
    ]
    return issue_, {
        "issue": issue_,
        "policy": policy,
        "region_name": unit_names(issue_.unit_code).get(issue_.unit_code, release.name),
        "tabs": tabs if issue_.before_id else [tab for tab in tabs if tab.label != "与上期差异"],
        "said": said(request),
        "may": _may(request),
    }


def _may(request: HttpRequest) -> dict[str, bool]:
    acting = acting_of(request)
    names = ("bill.assess", "register.issue", "register.export", "register.declare", "policy.supply")
    return {name.replace(".", "_"): may(acting, name) for name in names}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# What the notice leaves to the county ------------------------------------------------------------------------


class SupplyForm(Plain):
    """A figure from a document at hand."""

    parameter = pick("哪一项", [])
    # the action says what is wrong with these two, both at once
    value = words("金额", "写成“280元”，可以带两位小数", required=False, inputmode="decimal")
    source = words("出处", "文号和条款，如“某政办发〔2018〕12号 第三条”", required=False)


@permission("policy.supply")
@require_http_methods(["GET", "HEAD", "POST"])
def parameters(request: HttpRequest) -> HttpResponse:
    """Figures the notice leaves to an older document: who has supplied them, and a form to supply one."""
    region, place = region_of(request)
    found = open_parameters(region, place.year)
    units = unit_names(regions.canonical(place.region))

    def form_of(data: Any) -> SupplyForm:
        form = SupplyForm(data)
        form.choose("parameter", [(one.name, one.says) for one in found])
        return form

    def deed(data: dict[str, Any]) -> str:
        actions.supply_parameter(
            by=by_of(request), region=region, benefit_year=place.year, parameter=data["parameter"],
            value=data["value"], source=data["source"],
        )  # fmt: skip
        say(request, "已补填，下次全员核定时按它出账单。")
        return reverse("registers-parameters")

    name = unit_names(region).get(region, place.name)
    sheet = Sheet(
        "补填参数", (("征缴清册", reverse("registers")),),
        f"通知没有印、留给原有文件的金额，由{name}补填；管辖范围内的人都按它算，下级另有补填的以下级为准", "补填", reverse("registers"),
        more={"found": found, "units": units, "said": said(request), "region_name": name, "year": place.year},
    )  # fmt: skip
    return ask(request, sheet, form_of, deed, template="workbench/registers/parameters.html")
