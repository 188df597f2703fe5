"""A page with one form: read it, try the action, put what is refused at its field, keep what was typed.

A refusal of a form's own action is a sentence on the form: whatever was typed stays. Forbidden and bugs go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django import forms
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse

from yingbao.journal.acting import NATION, Acting
from yingbao.journal.keys import sealer
from yingbao.kernel.dates import CHINA, BadDate, loose_date
from yingbao.kernel.money import BadAmount, fen_from_yuan
from yingbao.kernel.refusal import Conflict, Invalid, NotFound, Refusal
from yingbao.registry.errors import DocumentTaken, FormInvalid, UnitNotFound
from yingbao.web.permission import acting_of

P = ParamSpec("P")
_KEPT, _SAID = "kept_form", "said"
#: A form larger than this is not kept over a sign-in.
_MOST = 64_000
#: Which field of a form a refusal belongs to, where the form has one.
_FIELD_OF: tuple[tuple[type[Refusal], tuple[str, ...]], ...] = (
    (DocumentTaken, ("document",)),
    (UnitNotFound, ("unit_code", "to_unit_code", "parent_code")),
)


class DayField(forms.CharField):
    """A day as people type it: 2024-03-01, 20240301, 2024年3月1日."""

    def __init__(self, *, empty: str = "没有填写日期，如 2024-03-01", **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**more)
        self.error_messages["required"] = empty

    def clean(self, value: Any) -> Any:
        """The day; None where nothing is typed and nothing is wanted."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return loose_date(text)
        except BadDate as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal

    def prepare_value(self, value: Any) -> Any:
        """As typed, or the day in full."""
        return value.isoformat() if isinstance(value, date) else value


class YuanField(forms.CharField):
    """An amount as people type it, in yuan: 380, 380.00, 1,020元. Cleans to fen; None where nothing is typed."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        """The amount in fen."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return fen_from_yuan(text)
        except BadAmount as refusal:
            raise forms.ValidationError(refusal.sentence) from refusal


class Plain(forms.Form):
    """A form of the house: the browser checks nothing, the sentences are ours."""

    use_required_attribute = False

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("label_suffix", "")
        super().__init__(*args, **more)
        for one in self.fields.values():
            if (
                "required" in one.error_messages
                and str(one.error_messages["required"]) == "这个字段是必填项。"
            ):
                one.error_messages["required"] = f"没有填写{one.label}，请补填"

    def choose(self, name: str, choices: list[Any]) -> None:
        """What a list offers, where it hangs on who asks."""
        one: Any = self.fields[name]
        target = one if hasattr(one, "choices") else one.widget
        target.choices = choices

    def ask_landing(self, *names: str) -> None:
        """These fields say at once where the people of the unit chosen will be registered."""
        for name in names:
            self.fields[name].widget.attrs |= {
                "hx-post": reverse("residents-landing"),
                "hx-trigger": "change",
                "hx-target": "#landing",
            }

    def say_nothing(self) -> None:
        """Take what was typed and complain of none of it: nothing is being saved."""
        self._errors = ErrorDict()

    def refuse(self, faults: Mapping[str, str]) -> None:
        """Put sentences at their fields; what has no field here stands at the top."""
        for name, sentence in faults.items():
            self.add_error(name if name in self.fields else None, sentence)


def words(
    label: str, hint: str = "", *, required: bool = True, rows: int = 0, empty: str = "", **attrs: str
) -> forms.CharField:
    """A line of text, or a box of `rows` lines."""
    widget = (
        forms.Textarea(attrs={"rows": rows, **attrs})
        if rows
        else forms.TextInput(attrs={"autocomplete": "off", **attrs})
    )
    made = forms.CharField(label=label, help_text=hint, required=required, widget=widget, max_length=500)
    made.error_messages["required"] = empty or f"没有填写{label}，请补填"
    made.error_messages["max_length"] = f"{label}太长，请写在 500 字以内"
    return made


def grounds(hint: str = "看了什么证件或材料，如“户口簿、迁移证”") -> forms.CharField:
    """Every change says on what it stands."""
    return words("依据", hint, empty="没有写依据，请写明看了什么证件或材料")


def pick(
    label: str, choices: Any, hint: str = "", *, required: bool = True, empty: str = ""
) -> forms.ChoiceField:
    """One of a list; an unknown one is said in words."""
    made = forms.ChoiceField(label=label, choices=choices, help_text=hint, required=required)
    made.error_messages["required"] = empty or f"没有选{label}，请从列出的里选"
    made.error_messages["invalid_choice"] = f"没有选{label}，请从列出的里选"
    return made


def by_of(request: HttpRequest) -> Acting:
    """Who acts, as actions take them; `permission` has made sure there is somebody."""
    return cast("Acting", acting_of(request))


def today_of(request: HttpRequest) -> date:
    """Today in China, as the request carries it."""
    found = getattr(request, "today", None)
    return found if isinstance(found, date) else datetime.now(CHINA).date()


def now_of(request: HttpRequest) -> datetime:
    """The instant of the request, aware."""
    found = getattr(request, "now", None)
    return found if isinstance(found, datetime) else datetime.now(UTC)


def below_of(request: HttpRequest) -> str:
    """The units whose things are listed: those of the post; empty, a prefix of all, for the nation."""
    code = by_of(request).unit_code
    return "" if code == NATION else code


def attempt(form: Plain, deed: Callable[[], Any]) -> tuple[bool, Any]:
    """Run an action within a savepoint. A refusal that people can mend goes onto the form: (False, None)."""
    try:
        with transaction.atomic():
            return True, deed()
    except FormInvalid as refusal:
        form.refuse(refusal.faults)
    except (Invalid, Conflict, NotFound) as refusal:
        names = next((names for kind, names in _FIELD_OF if isinstance(refusal, kind)), ())
        form.refuse({next((name for name in names if name in form.fields), ""): refusal.sentence})
    return False, None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands around a form: where one is, what this does, the button, the way back.

    `notes` are sentences before the form (a rule, what will happen); `beside` a template for the side.
    """

    title: str
    crumb: tuple[tuple[str, str], ...]
    lead: str
    button: str
    back: str
    notes: tuple[tuple[str, str], ...] = ()
    beside: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)
    blocked: str = ""


def ask(
    request: HttpRequest,
    sheet: Sheet,
    form_of: Callable[[QueryDict | None], Plain],
    deed: Callable[[dict[str, Any]], str],
    *,
    template: str = "workbench/sheet.html",
) -> HttpResponse:
    """Draw the form; when it is sent and the action takes it, go where `deed` says."""
    form = form_of(request.POST if request.method == "POST" else kept(request))
    if request.method == "POST" and not sheet.blocked and form.is_valid():
        done, where = attempt(form, lambda: deed(form.cleaned_data))
        if done:
            return HttpResponseRedirect(where)
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"sheet": sheet, "form": form, **sheet.more}, status=status)


def say(request: HttpRequest, sentence: str) -> None:
    """A sentence the next page begins with."""
    request.session[_SAID] = sentence


def said(request: HttpRequest) -> str:
    """The sentence left by the page before, once."""
    session = getattr(request, "session", None)
    return "" if session is None else str(session.pop(_SAID, ""))


def keeps_what_was_typed(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A form sent after the session ended is kept, sealed, over the sign-in, and stands there again."""

    @wraps(view)
    def keeping(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        session = getattr(request, "session", None)
        if acting_of(request) is None and request.method == "POST" and session is not None:
            typed = request.POST.copy()
            typed.pop("csrfmiddlewaretoken", None)
            text = typed.urlencode()
            if len(text) <= _MOST:
                session[_KEPT] = [request.path, sealer().seal(text, "web.kept").hex()]
        return view(request, *args, **kwargs)

    return keeping


def kept(request: HttpRequest) -> QueryDict | None:
    """What was typed on this page before signing in again, once; None if there is nothing."""
    session = getattr(request, "session", None)
    found = session.get(_KEPT) if session is not None else None
    if not found or found[0] != request.path or session is None:
        return None
    del session[_KEPT]
    return QueryDict(sealer().unseal(bytes.fromhex(found[1]), "web.kept"))


def key_of_form(data: QueryDict | None) -> UUID | None:
    """The hidden key by which a form sent twice is recognised."""
    try:
        return UUID(data.get("key", "") if data is not None else "")
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """A date and time as a browser sends it (2024-03-01T14:30), in China; None if it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=CHINA) if at.tzinfo is None else at
