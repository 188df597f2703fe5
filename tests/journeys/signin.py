"""The cast signed in for real: an account, a post and a second factor by the real actions, then a session.

    enrol(CLERK)                      # an account with CLERK's own id, so that "asked by me" is true
    client = client_of(CLERK)         # a django test Client in which CLERK is signed in
    look("/people/", PHONE, cookies=cookies_of(CLERK))   # the same in a browser
    code_of(CLERK)                    # what CLERK's code generator shows now

The session is put in place without the sign-in pages, for speed; `tests/journeys/test_signing_in.py` walks them.
"""

from __future__ import annotations

import time
from datetime import date
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client, override_settings
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from people import PROGRAM
from yingbao.accounts import actions
from yingbao.accounts.models import Staff
from yingbao.journal.acting import Acting

PASSWORD = "Mengya-2023-qiu"
#: A login too like the password is refused.
_UNLIKE = str.maketrans("0123456789abcdef", "bcdfhjkloprstvwx")
_SINCE = date(2023, 1, 1)
_HASHERS = ["journeys.signin.QuickHasher"]


class QuickHasher(PBKDF2PasswordHasher):
    """The product's own algorithm with one round: what it writes, the product reads."""

    iterations = 1


def login_of(who: Acting) -> str:
    """The login of one of the cast: the end of the id, since names are Chinese, in letters the password has none of."""
    return f"{who.role.replace('_', '-')}-{str(who.staff_id)[-6:].translate(_UNLIKE)}"


def account(who: Acting, *, login: str = "", password: str = PASSWORD, posts: bool = True) -> UUID:
    """An account as the administrator leaves it: a first password, a post, no second factor yet."""
    with override_settings(PASSWORD_HASHERS=_HASHERS):
        staff_id = actions.add_staff(
            by=PROGRAM, login=login or login_of(who), name=who.name, password=password, unit_code=who.unit_code,
            staff_id=who.staff_id,
        )  # fmt: skip
    if posts:
        grant(who)
    return staff_id


def grant(who: Acting, role: str = "", unit_code: str = "", unit_name: str = "") -> UUID:
    """The post of one of the cast, or a further one."""
    assert who.staff_id is not None
    return actions.grant_post(
        by=PROGRAM, staff_id=who.staff_id, role=role or who.role, unit_code=unit_code or who.unit_code,
        unit_name=unit_name or who.unit_name, from_on=_SINCE,
    )  # fmt: skip


def enrol(who: Acting) -> Staff:
    """An account that has been used before: own password, second factor. Once is enough; again changes nothing."""
    assert who.staff_id is not None
    there = Staff.objects.filter(id=who.staff_id).first()
    if there is not None:
        return there
    account(who)
    with override_settings(PASSWORD_HASHERS=_HASHERS):
        actions.change_password(by=who, staff_id=who.staff_id, password=f"{PASSWORD}-2")
    actions.begin_second_factor(by=who, staff_id=who.staff_id)
    actions.confirm_second_factor(by=who, staff_id=who.staff_id, code=code_of(who, confirmed=False))
    return Staff.objects.get(id=who.staff_id)


def code_of(who: Acting, *, confirmed: bool = True, steps: int = 0) -> str:
    """What the code generator shows; `steps` of 30 seconds later, since a code counts once."""
    device = _device(who, confirmed)
    return _shown(device, time.time() + steps * device.step)


def used_code_of(who: Acting) -> str:
    """The code that counted last, whatever the generator shows by now."""
    device = _device(who, confirmed=True)
    return _shown(device, device.t0 + device.last_t * device.step)


def _device(who: Acting, confirmed: bool) -> TOTPDevice:
    return TOTPDevice.objects.filter(user_id=who.staff_id, confirmed=confirmed).latest("id")


def _shown(device: TOTPDevice, at: float) -> str:
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = at
    return f"{generator.token():06d}"


def client_of(who: Acting) -> Client:
    """A test client in which one of the cast is signed in with both factors."""
    staff = enrol(who)
    made = Client()
    made.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    session = made.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.get(user_id=staff.id, confirmed=True).persistent_id
    session.save()
    return made


def cookies_of(who: Acting) -> dict[str, str]:
    """The same session for a browser: `opened(DESK, cookies_of(CLERK))`."""
    return {settings.SESSION_COOKIE_NAME: client_of(who).cookies[settings.SESSION_COOKIE_NAME].value}
