"""渠道: who may take money, from where and how often; the keys they sign with; opened, given keys, stopped."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from yingbao.journal import queries as journal
from yingbao.kernel.dates import CHINA
from yingbao.payments import actions
from yingbao.payments.queries.channels import ChannelForCall, KeyForCall, channel_by_id, channels
from yingbao.payments.states import CHANNELS, SCHEMES
from yingbao.registry.queries.units import names_of as unit_names
from yingbao.web.permission import acting_of, may, permission
from yingbao.web.workbench.asking import (
    DayField,
    Plain,
    Sheet,
    ask,
    by_of,
    keeps_what_was_typed,
    now_of,
    pick,
    said,
    say,
    words,
)
from yingbao.web.workbench.payments import tabs_of
from yingbao.web.workbench.presenters import journal as deeds

_KINDS = [(code, name) for code, (name, _) in CHANNELS.items() if code != "counter"]
_DIGITS = 6


@permission("channel.view")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """The channels in sight, with what is in force."""
    found, now = channels(), now_of(request)
    units = unit_names({one.unit_code for one in found})
    context = {
        "tabs": tabs_of(request, "channels"),
        "lines": [
            (one, CHANNELS[one.kind][0], units.get(one.unit_code, one.unit_code), _in_force(one, now)) for one in found
        ],
        "may_manage": may(acting_of(request), "channel.manage"),
        "said": said(request),
    }  # fmt: skip
    return render(request, "workbench/money/channels.html", context)


def _in_force(channel: ChannelForCall, now: datetime) -> int:
    return sum(key.holds(now) for key in channel.keys)


@permission("channel.view")
@require_safe
def channel(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """One channel: addresses, rate, keys and since when, what was done to it. A shared secret is never shown again."""
    found, now = channel_by_id(channel_id), now_of(request)
    context = {
        "channel": found,
        "kind": CHANNELS[found.kind][0],
        "unit": unit_names([found.unit_code]).get(found.unit_code, found.unit_code),
        "keys": [(key, SCHEMES[key.scheme], *_key_state(key, now)) for key in found.keys],
        "events": deeds.events_of(journal.of_subject(channel_id)),
        "may_manage": may(acting_of(request), "channel.manage"),
        "said": said(request),
    }
    return render(request, "workbench/money/channel.html", context)


def _key_state(key: KeyForCall, now: datetime) -> tuple[str, str]:
    if key.holds(now):
        return "有效", "blue"
    return ("还没有到", "") if now < key.from_at else ("已停用", "")


class OpenForm(Plain):
    """Who may take money, for whose people."""

    code = words("渠道代码", "小写字母、数字和短横线，如 wechat-620721，定了不能改")
    name = words("名称", "缴费人看得懂的名称，如“农商银行”")
    kind = pick("类别", [("", "请选"), *_KINDS])
    unit_code = words("为哪里收费", "单位代码，如 620721；只收这个单位和下级单位的人", inputmode="text")
    addresses = words(
        "允许的网络地址", "一行一个，如 10.1.2.3 或 10.1.2.0/24；只有列出的地址连得进来", rows=3
    )
    per_minute = words("每分钟最多几次", "超过的请求会被退回，请渠道稍后再来", inputmode="numeric")


@keeps_what_was_typed
@permission("channel.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a channel."""
    by = by_of(request)

    def form_of(data: Any) -> OpenForm:
        return OpenForm(data, initial={"unit_code": by.unit_code, "per_minute": "6000"})

    def deed(given: dict[str, Any]) -> str:
        made = actions.open_channel(
            by=by, code=given["code"], name=given["name"], kind=given["kind"], unit_code=given["unit_code"],
            addresses=given["addresses"].split(), per_minute=_number(given["per_minute"]),
        )  # fmt: skip
        say(request, "渠道已登记。下一步：登记它的密钥，登记后才能联调。")
        return reverse("channels-channel", args=[made])

    sheet = Sheet(
        "登记渠道",
        (("渠道", reverse("channels")),),
        "登记以后，渠道就能为这里的人查账单、收费",
        "登记",
        reverse("channels"),
    )
    return ask(request, sheet, form_of, deed)


def _number(text: str) -> int:
    """A whole number; anything else is nothing, which the action refuses."""
    typed = text.strip().replace(",", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= _DIGITS else 0


class KeyForm(Plain):
    """A key a channel signs with."""

    key_id = words("密钥编号", "渠道在请求里写的编号，如 2024-1")
    scheme = pick("签名方式", [("", "请选"), *SCHEMES.items()])
    public = words("渠道的公钥", "SM2、RSA 填：PEM 格式的公钥，从 BEGIN 到 END", required=False, rows=6)
    secret = words("共享密钥", "HMAC-SM3 填；登记后不再显示", required=False)
    from_on = DayField(label="从哪天起", help_text="这一天零时起可以用，如 2024-01-01")
    until_on = DayField(label="到哪天止", help_text="这一天还能用；不填就一直有效", required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        public: Any = self.fields["public"]
        public.max_length = None
        public.validators = []


@keeps_what_was_typed
@permission("channel.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def give_key(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """A key from a day on; the others stay valid beside it."""
    found = channel_by_id(channel_id)
    back = reverse("channels-channel", args=[channel_id])

    def form_of(data: Any) -> KeyForm:
        return KeyForm(data, initial={"from_on": now_of(request).astimezone(CHINA).date()})

    def deed(given: dict[str, Any]) -> str:
        until = given["until_on"]
        actions.give_key(
            by=by_of(request), channel_id=channel_id, key_id=given["key_id"], scheme=given["scheme"],
            from_at=datetime.combine(given["from_on"], time(0), CHINA),
            until_at=datetime.combine(until, time.max, CHINA) if until else None,
            public=given["public"], secret=given["secret"],
        )  # fmt: skip
        say(request, "密钥已登记，原有密钥不受影响。")
        return back

    sheet = Sheet(
        "登记密钥", (("渠道", reverse("channels")), (found.name, back)), f"{found.name}·{found.code}", "登记密钥", back,
        (("", "换密钥：先登记新的，渠道换好以后再停用旧的，中间不断。"),),
    )  # fmt: skip
    return ask(request, sheet, form_of, deed)


class EndForm(Plain):
    """Nothing but the button: a key is stopped at once."""


@permission("channel.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def end_key(request: HttpRequest, channel_id: UUID, key_id: str) -> HttpResponse:
    """A key is no longer taken, from now on."""
    found = channel_by_id(channel_id)
    back = reverse("channels-channel", args=[channel_id])

    def deed(_given: dict[str, Any]) -> str:
        actions.end_key(by=by_of(request), channel_id=channel_id, key_id=key_id, at=now_of(request))
        say(request, f"密钥 {key_id} 已停用。")
        return back

    sheet = Sheet(
        f"停用密钥 {key_id}", (("渠道", reverse("channels")), (found.name, back)), f"{found.name}·{found.code}", "停用", back,
        (("amber", "停用以后几秒内，用它签名的请求就被退回。请先确认渠道已换用新的密钥。"),),
    )  # fmt: skip
    return ask(request, sheet, EndForm, deed)


class ChangeForm(Plain):
    """Why a channel is stopped or started again."""

    reason = words("原因", "如“合同到期”", empty="没有写停用或恢复的原因，请写明")


@keeps_what_was_typed
@permission("channel.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Stop a channel from taking money, or let it again."""
    found = channel_by_id(channel_id)
    back = reverse("channels-channel", args=[channel_id])

    def deed(given: dict[str, Any]) -> str:
        actions.change_channel(
            by=by_of(request), channel_id=channel_id, open=not found.open, reason=given["reason"]
        )
        say(request, "渠道已停用。" if found.open else "渠道已恢复。")
        return back

    what, note = (
        ("停用渠道", "停用以后不能再下订单；已经下了订单、收了款的，照样告知、入账或退回。")
        if found.open
        else ("恢复渠道", "恢复以后几秒内，渠道又可以下订单、收费。")
    )
    sheet = Sheet(
        what,
        (("渠道", reverse("channels")), (found.name, back)),
        f"{found.name}·{found.code}",
        what,
        back,
        (("", note),),
    )
    return ask(request, sheet, ChangeForm, deed)
