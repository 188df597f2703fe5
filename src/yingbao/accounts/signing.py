"""Signing in and out: what is written of it, the code of the second factor, and the codes for when it is lost."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias
from uuid import UUID

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from yingbao.accounts.actions import begin_second_factor, replace_second_factor
from yingbao.accounts.errors import StaffNotFound
from yingbao.accounts.models import Staff
from yingbao.accounts.queries import acting_as, posts_of
from yingbao.journal.acting import NATION, Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within

RECOVERY: Final = "staff.recovery"
RECOVERY_CODES: Final = 10
#: For the signatures of pages.
Member: TypeAlias = Staff
#: Without letters that are read for one another.
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_TOTP = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a code: the device that took it, or a sentence that says what to do."""

    device: Device | None
    sentence: str = ""
    codes_left: int | None = None


@dataclass(frozen=True, slots=True)
class Generator:
    """A code generator to be set up: its secret as text, and the address a telephone's camera reads."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Where a person stands with the second factor."""

    ready: bool
    since: datetime | None
    codes_left: int


def member(staff_id: UUID | None) -> Member:
    """The account of somebody signed in, or half so. Raises StaffNotFound."""
    found = None if staff_id is None else Staff.objects.filter(id=staff_id).first()
    if found is None:
        raise StaffNotFound
    return found


def oneself(staff: Staff, on: date, address: str) -> Acting:
    """The person signing in, before a post is chosen: the first of the day's posts, or none."""
    posts = posts_of(staff.id, on)
    if posts:
        return acting_as(staff, posts[0], address)
    return Acting(staff.id, staff.name, "", staff.unit_code, "", frozenset(), address)


def refused(*, login: str, on: date, address: str, locked: bool) -> None:
    """Note a login and password that did not fit. An unknown login is not kept: it may be a password."""
    staff = Staff.objects.filter(login__iexact=login).first()
    deed = "sign-in.locked" if locked else "sign-in.refused"
    if staff is None:
        by = Acting(None, "", "", NATION, "", frozenset(), address)
        with within(by):
            record(by=by, action=deed, subject="staff", facts={"login": "unknown"})
        return
    by = oneself(staff, on, address)
    with within(staff.unit_code):
        record(by=by, action=deed, subject="staff", subject_id=staff.id, unit_code=staff.unit_code)


def entered(*, staff: Staff, on: date, address: str, way: str) -> None:
    """Note that somebody is in: `way` is code, recovery, set-up or oidc."""
    _note("sign-in", staff, on, address, way)


def left(*, staff: Staff, on: date, address: str, why: str = "asked") -> None:
    """Note that somebody is out: `why` is asked, idle or whole."""
    _note("sign-out", staff, on, address, why)


def locked_until(login: str, address: str) -> datetime | None:
    """Until when a login is locked at this address; None if it is not."""
    tries = AccessAttempt.objects.filter(username=login, ip_address=address)
    found = tries.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["failures"] or 0) < settings.AXES_FAILURE_LIMIT or found["last"] is None:
        return None
    until: datetime = found["last"] + timedelta(hours=settings.AXES_COOLOFF_TIME)
    return until if until > datetime.now(UTC) else None


def factor_of(staff_id: UUID) -> Factor:
    """Whether a generator is confirmed, since when, and how many recovery codes are left."""
    device = TOTPDevice.objects.filter(user_id=staff_id, confirmed=True).first()
    left_over = StaticToken.objects.filter(device__user_id=staff_id).count()
    return Factor(device is not None, device.created_at if device else None, left_over)


def generator_to_set_up(*, by: Acting, staff_id: UUID) -> Generator:
    """The generator waiting for its first code; the same one until then, so that a page may be loaded anew."""
    device = TOTPDevice.objects.filter(user_id=staff_id, confirmed=False).last()
    if device is None:
        begin = replace_second_factor if factor_of(staff_id).ready else begin_second_factor
        device = begin(by=by, staff_id=staff_id)
    return Generator(base64.b32encode(device.bin_key).decode().rstrip("="), device.config_url)


def try_code(*, staff: Staff, typed: str, on: date, address: str) -> Tried:
    """Six digits of the generator, or a recovery code, which then is used up. Failures count and slow down."""
    code = re.sub(r"[\s-]", "", typed).lower()
    if _TOTP.fullmatch(code):
        device = TOTPDevice.objects.select_for_update().filter(user_id=staff.id, confirmed=True).first()
        given, wrong = code, "动态口令不对。请看手机上现在显示的 6 位数字，每个口令只能用一次"
    else:
        device = StaticDevice.objects.select_for_update().filter(user_id=staff.id).first()
        given, wrong = _kept(code), "这不是 6 位动态口令，也不是没用过的备用码，请核对后再输"
    if device is None:
        return Tried(None, wrong)
    allowed, data = device.verify_is_allowed()
    if not allowed:
        return Tried(None, _wait((data or {}).get("locked_until")))
    if not device.verify_token(given):
        _note("second-factor.wrong", staff, on, address, "")
        return Tried(None, wrong)
    if isinstance(device, StaticDevice):
        left_over = device.token_set.count()
        _note("second-factor.recovery", staff, on, address, str(left_over))
        return Tried(device, codes_left=left_over)
    return Tried(device)


def give_recovery_codes(*, by: Acting, staff_id: UUID) -> tuple[str, ...]:
    """Ten new codes; earlier ones stop working. Only their keyed index is kept, so they are shown once."""
    codes = tuple("".join(secrets.choice(_LETTERS) for _ in range(8)) for _ in range(RECOVERY_CODES))
    with within(by):
        record(by=by, action="second-factor.codes", subject="staff", subject_id=staff_id)
        StaticDevice.objects.filter(user_id=staff_id).delete()
        device = StaticDevice.objects.create(user_id=staff_id, name="备用码")
        StaticToken.objects.bulk_create(StaticToken(device=device, token=_kept(code)) for code in codes)
    return tuple(f"{code[:4]}-{code[4:]}" for code in codes)


def put_away(codes: tuple[str, ...]) -> str:
    """Codes on their way from one page to the next, sealed."""
    return sealer().seal(" ".join(codes), RECOVERY).hex()


def taken_out(kept: str) -> list[str]:
    """The codes again."""
    return sealer().unseal(bytes.fromhex(kept), RECOVERY).split()


def _kept(code: str) -> str:
    """What stands in the database for a recovery code: 12 bytes of its keyed index, as 16 letters."""
    return base64.urlsafe_b64encode(sealer().index(code, RECOVERY)[:12]).decode()


def _wait(until: datetime | None) -> str:
    seconds = max(1, round((until - datetime.now(UTC)).total_seconds())) if until else 30
    return f"刚才输错了，请等 {seconds} 秒再输"


def _note(deed: str, staff: Staff, on: date, address: str, way: str) -> None:
    by = oneself(staff, on, address)
    with within(staff.unit_code):
        record(
            by=by, action=deed, subject="staff", subject_id=staff.id, unit_code=staff.unit_code,
            facts={"way": way} if way else {},
        )  # fmt: skip
