"""Filters and components of every page; settings make them builtins, so templates load nothing.

How to use each: docs/how-to/add-a-page.md. They draw what they are given and know no room.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from yingbao.accounts.roles import ROLES
from yingbao.web import spoken
from yingbao.web.icons import ICONS
from yingbao.web.parts import Column, Event, Outcome, Pages, Share, StepLine, Tab, segments

register = template.Library()

for spell in (
    spoken.yuan,
    spoken.signed_yuan,
    spoken.count,
    spoken.percent,
    spoken.day,
    spoken.minute,
    spoken.day_words,
    spoken.masked_id,
    spoken.masked_name,
):
    register.filter(spell.__name__, spell)

STATE_ICONS = {
    "empty": "tray",
    "loading": "clock",
    "error": "warning",
    "forbidden": "lock",
    "offline": "pin",
    "missing": "search",
    "done": "check",
}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
NOTE_ICONS = {"": "info", "blue": "check", "amber": "warning", "red": "warning"}


@register.simple_tag
def icon(name: str, size: int = 18, line: str = "1.6") -> SafeString:
    """A drawing, hidden from screen readers: the words beside it say the same."""
    return format_html(
        '<svg class="i" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="{1}" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false"><path d="{2}"/></svg>',
        size,
        line,
        ICONS[name],
    )


@register.simple_block_tag
def card(content: str, title: str = "", right: str = "", id: str = "", tone: str = "") -> SafeString:
    """A card with its head: `{% card "家庭 4 人" right="…" %}…{% endcard %}`. `tone="flush"`: no padding inside."""
    return _drawn("parts/card.html", content=content, title=title, right=right, id=id, tone=tone)


@register.simple_block_tag
def note(content: str, tone: str = "") -> SafeString:
    """One sentence that must be seen: grey (a rule), blue (done), amber (look here), red (money)."""
    return _drawn("parts/note.html", content=content, tone=tone, icon_name=NOTE_ICONS[tone])


@register.simple_block_tag
def state(content: str, kind: str, title: str, action: str = "", href: str = "") -> SafeString:
    """An empty, loading, error, forbidden, offline, missing or done state, with at most one way on."""
    return _drawn(
        "parts/state.html",
        content=content,
        kind=kind,
        title=title,
        action=action,
        href=href,
        icon_name=STATE_ICONS[kind],
    )


@register.simple_block_tag
def why(content: str, summary: str = "为什么是这个数？", opened: bool = False) -> SafeString:
    """The fold that opens the explanation."""
    return _drawn("parts/why.html", content=content, summary=summary, opened=opened)


@register.simple_block_tag
def second_person(
    content: str,
    id: str,
    submitter: str,
    reviewer: str,
    deadline: str,
    button: str = "提交复核",
    blocked: str = "",
) -> SafeString:
    """A second person says yes or no. The content is the form that submits; `blocked` is why one cannot yet."""
    return _drawn(
        "parts/second_person.html",
        content=content,
        id=id,
        submitter=submitter,
        reviewer=reviewer,
        deadline=deadline,
        button=button,
        blocked=blocked,
    )


@register.simple_block_tag
def menu(content: str, label: str, id: str = "", tone: str = "") -> SafeString:
    """A button that opens a short list. Works without script: it is a `details`."""
    return _drawn("parts/menu.html", content=content, label=label, id=id, tone=tone)


@register.simple_tag
def stat(
    label: str, value: object, unit: str = "", detail: str = "", tone: str = "", size: str = ""
) -> SafeString:
    """A figure: label above, value below, unit small. `tone="amber"` only if it misses a rule, with `detail` the gap."""
    return _drawn("parts/stat.html", label=label, value=value, unit=unit, detail=detail, tone=tone, size=size)


@register.simple_tag
def chip(text: str, tone: str = "") -> SafeString:
    """A word in a box: neutral, blue, amber or red."""
    return format_html('<span class="chip {}">{}</span>', tone, text)


@register.simple_tag
def flag(number: int, href: str = "") -> SafeString:
    """The numbered disc of a reading; with `href` it leads to the list at the foot."""
    inside = format_html('<span class="vh">推定 </span>{}', number)
    if href:
        return format_html('<a class="flag" href="{}">{}</a>', href, inside)
    return format_html('<span class="flag">{}</span>', inside)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """A form field: label, hint (its help text), error between label and input, input tied to both."""
    grouped = isinstance(bound.field.widget, CheckboxSelectMultiple | RadioSelect)
    box = isinstance(bound.field.widget, CheckboxInput) and not grouped
    described = [f"{bound.auto_id}-hint"] if bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    attributes: dict[str, Any] = {}
    if described and not grouped:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors and not grouped:
        attributes["aria-invalid"] = "true"
    context = {"bound": bound, "described": " ".join(described), "grouped": grouped, "box": box}
    choices = list(bound) if grouped else None
    return _drawn("parts/field.html", **context, choices=choices, input=bound.as_widget(attrs=attributes))


@register.simple_tag
def error_summary(form: BaseForm) -> SafeString:
    """What must be put right, at the top of the page, each line leading to its field."""
    return _drawn("parts/error_summary.html", form=form) if form.errors else mark_safe("")


@register.simple_tag
def table_head(columns: Sequence[Column | str]) -> SafeString:
    """`<thead>` of a `.tb` table."""
    heads = [column if isinstance(column, Column) else Column(column) for column in columns]
    return _drawn("parts/table_head.html", columns=heads)


@register.simple_tag
def steps(lines: Sequence[StepLine]) -> SafeString:
    """The steps of an explanation, numbered, the answer last under its rule."""
    return _drawn("parts/steps.html", lines=lines)


@register.simple_tag
def timeline(events: Sequence[Event]) -> SafeString:
    """What happened, newest first."""
    return _drawn("parts/timeline.html", events=events)


@register.simple_tag
def who_pays(shares: Sequence[Share], title: str = "这份保障由谁出钱") -> SafeString:
    """One stacked bar, the person first; the amounts add up to the total to the fen."""
    total = sum(share.fen for share in shares)
    return _drawn("parts/who_pays.html", title=title, total=total, segments=segments(shares))


@register.simple_tag
def ring(rate_bp: int, label: str, last_year_bp: int | None = None) -> SafeString:
    """The completion ring: rate in basis points, what is divided by what, and last year's same day."""
    around = 10_000
    said = f"{label} {spoken.percent(rate_bp)}"
    if last_year_bp is not None:
        said += f"，上年同日 {spoken.percent(last_year_bp)}"
    context = {
        "rate": spoken.percent(rate_bp).removesuffix("%"),
        "done": min(max(rate_bp, 0), around),
        "around": around,
        "label": label,
        "said": said,
        "tick": None if last_year_bp is None else f"{last_year_bp * 360 // around}",
    }
    return _drawn("parts/ring.html", **context)


@register.simple_tag
def rank_dot(rate_bp: int, whole_bp: int, low_bp: int, high_bp: int) -> SafeString:
    """Where a unit stands between the lowest and highest of the page; the tick is the whole. Amber: 5 points below."""
    span = max(high_bp - low_bp, 1)
    at, tick = ((value - low_bp) * 80 // span + 10 for value in (rate_bp, whole_bp))
    return _drawn("parts/rank_dot.html", at=at, tick=tick, late=whole_bp - rate_bp >= 500)


@register.simple_tag
def progress(done: int, total: int, label: str) -> SafeString:
    """How far a run is: rows done of rows."""
    part = done * 100 // total if total else 0
    return _drawn("parts/progress.html", percent=part, label=label)


@register.simple_tag
def run_steps(current: int, names: Sequence[str] = ("交表", "识别", "核对", "复核", "生效")) -> SafeString:
    """Where a hand-in is: steps before `current` (counted from 1) are done."""
    return _drawn("parts/run_steps.html", names=names, current=current)


@register.simple_tag
def outcomes(counts: Sequence[Outcome]) -> SafeString:
    """The outcome counts of a hand-in: what needs nothing, a rule, what needs a decision."""
    return _drawn("parts/outcomes.html", counts=counts)


@register.simple_tag
def countdown(days: int, until: str, after: str = "") -> SafeString:
    """Days left to the last day (which counts), amber inside thirty."""
    return _drawn("parts/countdown.html", days=days, until=until, after=after, near=days <= 30)


@register.simple_tag
def tabs(entries: Sequence[Tab], label: str = "章节") -> SafeString:
    """Tabs of one thing: links, the present one marked."""
    return _drawn("parts/tabs.html", entries=entries, label=label)


@register.simple_tag
def pager(pages: Pages) -> SafeString:
    """First and last row of how many, and the way back and on."""
    return _drawn("parts/pager.html", pages=pages)


@register.filter
def tint(value: int | None, most: int) -> str:
    """The tint of a matrix cell, as a class: t0 (nothing) to t10 (the largest), by the 0.6th power of its part."""
    return "t0" if not value or most <= 0 else f"t{max(1, round(10 * (value / most) ** 0.6))}"


@register.filter
def keep_days(text: str) -> SafeString:
    """Text in which a day like 2024-03-01 never breaks over two lines."""
    return mark_safe(DAY.sub(r'<span class="nw">\g<0></span>', escape(text)))


@register.filter
def add_number(text: str, number: int) -> str:
    """A number written behind a text: `"#reading-"|add_number:3`."""
    return f"{text}{number}"


@register.filter
def plus(number: int, other: int) -> int:
    """A sum, for places in a drawing."""
    return number + other


@register.filter
def post_name(code: str) -> str:
    """The printed name of a role: county_clerk → 县区经办."""
    return ROLES[code].name if code in ROLES else code


@register.filter
def get(mapping: Mapping[str, Any], key: str) -> Any:
    """A value of a mapping by a key that is itself a variable."""
    return mapping.get(key)


def _drawn(template_name: str, /, **context: Any) -> SafeString:
    return render_to_string(template_name, context)
