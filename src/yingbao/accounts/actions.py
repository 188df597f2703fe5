"""Writing accounts: staff, posts, passwords, second factors. Each is one transaction and one journal entry."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django_otp.plugins.otp_totp.models import TOTPDevice

from yingbao.accounts.errors import (
    BadLogin,
    BadPassword,
    LoginTaken,
    RolesApart,
    StaffNotFound,
    UnknownRole,
    WrongCode,
)
from yingbao.accounts.models import Post, Staff, UsedPassword
from yingbao.accounts.roles import ROLES, may_hold_together
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel.names import clean_name

_LOGIN = re.compile(r"[A-Za-z0-9._-]{3,30}", re.ASCII)


def add_staff(
    *, by: Acting, login: str, name: str, password: str, unit_code: str, department: str = "", grounds: str = ""
) -> UUID:
    """A new member of staff, who must choose a password of their own at first sign-in.

    Raises BadLogin, LoginTaken, BadName, BadPassword, NotPermitted, OutOfRegion.
    """
    by.require("staff.manage", unit_code)
    if not _LOGIN.fullmatch(login):
        raise BadLogin
    staff = Staff(login=login, name=clean_name(name)[0], unit_code=unit_code, department=department)
    check_password_rules(password, staff)
    staff.password = make_password(password)
    with within(by):
        if Staff.objects.filter(login__iexact=login).exists():
            raise LoginTaken
        record(
            by=by, action="staff.add", subject="staff", subject_id=staff.id, unit_code=unit_code,
            grounds=grounds, facts={"login": login, "department": department},
        )  # fmt: skip
        try:
            with transaction.atomic():
                staff.save(force_insert=True)
        except IntegrityError as error:
            raise LoginTaken from error
        _remember(staff)
    return staff.id


def grant_post(
    *,
    by: Acting,
    staff_id: UUID,
    role: str,
    unit_code: str,
    unit_name: str,
    from_on: date,
    through_on: date | None = None,
    grounds: str = "",
) -> UUID:
    """A post from a day on. Raises UnknownRole, StaffNotFound, RolesApart, NotPermitted, OutOfRegion."""
    by.require("staff.grant", unit_code)
    if role not in ROLES:
        raise UnknownRole(role)
    with within(by):
        staff = Staff.objects.select_for_update().filter(id=staff_id).first()
        if staff is None:
            raise StaffNotFound
        held = set(staff.posts.filter(period__endswith__isnull=True).values_list("role", flat=True))
        if not may_hold_together(frozenset({*held, role})):
            raise RolesApart
        post = Post(
            staff=staff, role=role, unit_code=unit_code, unit_name=unit_name, period=(from_on, _after(through_on))
        )
        record(
            by=by, action="post.grant", subject="staff", subject_id=staff_id, unit_code=unit_code, grounds=grounds,
            facts={"role": role, "unit": unit_code, "from": from_on.isoformat()},
        )  # fmt: skip
        post.save(force_insert=True)
    return post.id


def end_post(*, by: Acting, post_id: UUID, last_on: date, grounds: str) -> None:
    """A post ends with that day. Raises StaffNotFound, NotPermitted, OutOfRegion."""
    with within(by):
        post = Post.objects.select_for_update().filter(id=post_id).first()
        if post is None:
            raise StaffNotFound
        by.require("staff.grant", post.unit_code)
        record(
            by=by, action="post.end", subject="staff", subject_id=post.staff_id, unit_code=post.unit_code,
            grounds=grounds, facts={"role": post.role, "unit": post.unit_code, "last": last_on.isoformat()},
        )  # fmt: skip
        post.period = (post.period.lower, max(post.period.lower, _after(last_on) or last_on))
        post.save(update_fields=["period"])


def set_active(*, by: Acting, staff_id: UUID, active: bool, grounds: str) -> None:
    """Stop an account, or let it sign in again. Raises StaffNotFound, NotPermitted."""
    by.require("staff.manage")
    with within(by):
        staff = _staff(staff_id)
        record(
            by=by, action="staff.activate" if active else "staff.stop", subject="staff", subject_id=staff_id,
            grounds=grounds,
        )  # fmt: skip
        staff.is_active = active
        staff.save(update_fields=["is_active"])


def change_password(*, by: Acting, staff_id: UUID, password: str) -> None:
    """One's own password, by the rules. Raises BadPassword."""
    with within(by):
        staff = _staff(staff_id)
        check_password_rules(password, staff)
        record(by=by, action="password.change", subject="staff", subject_id=staff_id)
        staff.password = make_password(password)
        staff.must_change_password = False
        staff.password_changed_at = datetime.now(UTC)
        staff.save(update_fields=["password", "must_change_password", "password_changed_at"])
        _remember(staff)


def reset_password(*, by: Acting, staff_id: UUID, password: str, grounds: str) -> None:
    """A first password again, to be changed at the next sign-in. Raises BadPassword, StaffNotFound, NotPermitted."""
    by.require("staff.manage")
    with within(by):
        staff = _staff(staff_id)
        check_password_rules(password, staff)
        record(by=by, action="password.reset", subject="staff", subject_id=staff_id, grounds=grounds)
        staff.password = make_password(password)
        staff.must_change_password = True
        staff.save(update_fields=["password", "must_change_password"])
        _remember(staff)


def begin_second_factor(*, by: Acting, staff_id: UUID) -> TOTPDevice:
    """A new secret for a code generator; it counts once a first code was confirmed."""
    with within(by):
        TOTPDevice.objects.filter(user_id=staff_id, confirmed=False).delete()
        return TOTPDevice.objects.create(user_id=staff_id, name="动态口令", confirmed=False)


def confirm_second_factor(*, by: Acting, staff_id: UUID, code: str) -> TOTPDevice:
    """The first right code makes the generator the second factor. Raises WrongCode."""
    with within(by):
        device = TOTPDevice.objects.select_for_update().filter(user_id=staff_id, confirmed=False).last()
        if device is None or not device.verify_token(code):
            raise WrongCode
        record(by=by, action="second-factor.set", subject="staff", subject_id=staff_id)
        TOTPDevice.objects.filter(user_id=staff_id, confirmed=True).delete()
        device.confirmed = True
        device.save()
    return device


def reset_second_factor(*, by: Acting, staff_id: UUID, grounds: str) -> None:
    """Forget a lost generator; the person sets up a new one at the next sign-in. Raises NotPermitted."""
    by.require("staff.grant")
    with within(by):
        record(by=by, action="second-factor.reset", subject="staff", subject_id=staff_id, grounds=grounds)
        TOTPDevice.objects.filter(user_id=staff_id).delete()


def check_password_rules(password: str, staff: Staff) -> None:
    """Raises BadPassword with every rule that is not met."""
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise BadPassword("；".join(error.messages)) from error


def _staff(staff_id: UUID) -> Staff:
    staff = Staff.objects.select_for_update().filter(id=staff_id).first()
    if staff is None:
        raise StaffNotFound
    return staff


def _remember(staff: Staff) -> None:
    UsedPassword.objects.create(staff=staff, hash=staff.password, at=datetime.now(UTC))


def _after(last: date | None) -> date | None:
    return None if last is None else date.fromordinal(last.toordinal() + 1)
