"""The home page: where we stand, who lags, what waits for me, what the program last did."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypeAlias

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yingbao.accounts.queries import staff_within
from yingbao.journal import runs as journal_runs
from yingbao.journal.acting import Acting
from yingbao.kernel.dates import CHINA
from yingbao.kernel.refusal import NotFound
from yingbao.payments.queries.days import refund_counts
from yingbao.registry.queries import standing
from yingbao.web.frame import place_of, url_of
from yingbao.web.permission import permission
from yingbao.web.releases import policy_of
from yingbao.web.workbench.presenters import home as present
from yingbao.web.workbench.presenters import roster_todos
from yingbao.web.workbench.presenters import runs as run_lines

#: Counts over a whole county are taken at most once in so many seconds; the page says as of when.
KEPT = 300
RUNS = 7
#: What waits among people, and as of when.
Counted: TypeAlias = tuple[list[standing.Waiting], datetime]
#: So many units stand in one column; more in two.
SHORT = 12
MERGES = ("residents-merges", "merges", "people-merges")
_PERSON = ("residents-person", "residents-one", "person")
_HOUSEHOLD = ("residents-household", "household")


@permission("home.view")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One picture: the answer is how many are in, of how many, by when."""
    acting, on = _acting(request), _today(request)
    place = place_of(request)
    policy = policy_of(place.region, place.year) if place else None
    rows, says, at = _standings(request, acting, on)
    ranks = present.ranking(rows, says) if len(rows) > 1 else []
    half = (len(ranks) + 1) // 2 if len(ranks) > SHORT else len(ranks)
    whole = present.whole(rows, policy, says) if policy else None
    now = journal_runs.now()
    context = {
        "title": present.title(place, acting.unit_name), "at": at, "whole": whole,
        "window": present.window(policy, on) if policy else None,
        "columns": [ranks[:half], ranks[half:]], "ranks": ranks, "rank_note": present.notes(ranks, whole),
        "low": ranks[0].rate_bp if ranks else 0, "high": ranks[-1].rate_bp if ranks else 0,
        "missing_label": "未参保" if says else "未正常参保",
        **_todos(request, acting, on, _counted(acting, on, now="counted" in request.GET)),
        "runs": [run_lines.line(run, now) for run in journal_runs.latest(RUNS)] if acting.may("run.view") else [],
    }  # fmt: skip
    return render(request, "workbench/home.html", context)


@permission("home.view")
@never_cache
@require_safe
def todos(request: HttpRequest) -> HttpResponse:
    """What waits for me, counted: what the home page asks for while it already stands there."""
    acting, on = _acting(request), _today(request)
    return render(request, "parts/todos.html", _todos(request, acting, on, _counted(acting, on, now=True)))


@permission("person.search")
@require_safe
def todo(request: HttpRequest, kind: str) -> HttpResponse:
    """Who they are that wait, the most pressing first."""
    if kind not in standing.TODO:
        raise NotFound("没有这一类待办，请回到工作台")
    on = _today(request)
    found = standing.waiters(kind, on)
    what, why = present.WORDS[kind]
    lines = [(one, first_url(_HOUSEHOLD if one.household else _PERSON, one.id)) for one in found]
    context = {
        "what": what,
        "why": why,
        "lines": lines,
        "dated": kind != "headless",
        "limit": 200,
        "today": on,
    }
    return render(request, "workbench/todo.html", context)


def first_url(names: tuple[str, ...], *args: Any) -> str | None:
    """The first of these pages that exists."""
    for name in names:
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    return None


def _standings(
    request: HttpRequest, acting: Acting, on: date
) -> tuple[list[standing.Standing], bool, datetime]:
    """The counts of my region under the release looked at, kept for a while."""
    place = place_of(request)
    now = datetime.now(CHINA)
    if place is None or not acting.may("person.search"):
        return [], False, now
    key = f"home:{acting.unit_code}:{place.key}:{on.isoformat()}"
    kept = cache.get(key)
    if kept is None:
        rows, says = standing.standings(policy_of(place.region, place.year), acting.unit_code, on)
        kept = (rows, says, now)
        cache.set(key, kept, KEPT)
    rows, says, at = kept
    return rows, says, at


def _todos(request: HttpRequest, acting: Acting, on: date, counted: Counted | None) -> dict[str, Any]:
    """What waits for this post, and only that; `counted` are the counts over people, None where they are still to come."""
    found: list[present.Todo] = []
    if acting.may("person.merge.review"):
        number = standing.merges_waiting(acting.staff_id)
        found.append(
            present.Todo("待我复核", "合并、拆分申请", number, "今天", number > 0, first_url(MERGES))
        )
    place = place_of(request)
    if place is not None:
        found += roster_todos.todos(acting, policy_of(place.region, place.year), on)
    if acting.may("refund.review"):
        found += present.refunds(refund_counts(below=acting.unit_code), reverse("payments-refunds"))
    if counted is not None:
        found += [present.todo(each, on, reverse("home-todo", args=[each.kind])) for each in counted[0]]
    if acting.may("run.load") or acting.may("journal.verify"):
        failed = sum(1 for run in journal_runs.latest(50) if run.outcome in ("failed", "partly"))
        found.append(present.Todo("没有做成的运行", "最近 50 次里", failed, "", failed > 0, url_of("runs")))
    if acting.may("staff.grant"):
        without = sum(1 for one in staff_within(acting, on) if one.is_active and not one.posts)
        found.append(
            present.Todo("没有岗位的账户", "建了账户，还不能工作", without, "", without > 0, url_of("staff"))
        )
    shown = [each for each in found if each.number]
    note = f"{len(shown)} 类·{sum(each.number for each in shown):,} 件" if shown else ""
    return {
        "todos": shown, "todo_note": note, "counting": counted is None, "counted_at": counted[1] if counted and counted[0] else None,
    }  # fmt: skip


def _counted(acting: Acting, on: date, now: bool) -> Counted | None:
    """The counts over people, kept for a while; `now` takes them if nobody has, which may last a second or two."""
    if not acting.may("person.register"):
        return [], datetime.now(CHINA)
    key = f"todo:{acting.unit_code}:{on.isoformat()}"
    kept: Counted | None = cache.get(key)
    if kept is None and now:
        kept = ([standing.waiting(kind, on) for kind in standing.TODO], datetime.now(CHINA))
        cache.set(key, kept, KEPT)
    return kept


def _acting(request: Any) -> Acting:
    acting: Acting = request.acting
    return acting


def _today(request: Any) -> date:
    today: date = request.today
    return today
