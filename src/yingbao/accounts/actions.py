"""Writing accounts: staff, posts, passwords, second factors. Each is one transaction and one journal entry."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from uuid import UUID

from axes.models import AccessAttempt
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from yingbao.accounts.errors import (
    BadLogin,
    BadPassword,
    BadPostPeriod,
    LoginTaken,
    OnesOwn,
    PostHeld,
    PostNotFound,
    RolesApart,
    SecondFactorSet,
    StaffNotFound,
    UnknownRole,
    WrongCode,
)
from yingbao.accounts.models import Post, Staff, UsedPassword
from yingbao.accounts.passwords import broken_rules
from yingbao.accounts.roles import ROLES, may_hold_together
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.errors import NotPermitted
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.kernel.names import clean_name

_LOGIN = re.compile(r"[A-Za-z0-9._-]{3,30}", re.ASCII)


def add_staff(
    *,
    by: Acting,
    login: str,
    name: str,
    password: str,
    unit_code: str,
    department: str = "",
    grounds: str = "",
    staff_id: UUID | None = None,
) -> UUID:
    """A new member of staff, who must choose a password of their own at first sign-in.

    `staff_id` is the id where the caller made one.

    Raises BadLogin, LoginTaken, BadName, BadPassword, NotPermitted, OutOfRegion.
    """
    by.require("staff.manage", unit_code)
    if not _LOGIN.fullmatch(login):
        raise BadLogin
    staff = Staff(
        id=staff_id or uuid7(),
        login=login,
        name=clean_name(name)[0],
        unit_code=unit_code,
        department=department,
    )
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
    """A post from a day on.

    Raises UnknownRole, BadPostPeriod, StaffNotFound, PostHeld, RolesApart, OnesOwn, NotPermitted, OutOfRegion.
    """
    by.require("staff.grant", unit_code)
    if role not in ROLES:
        raise UnknownRole(role)
    if through_on is not None and through_on < from_on:
        raise BadPostPeriod
    period = (from_on, _after(through_on))
    with within(by):
        staff = _managed(by, staff_id)
        beside = staff.posts.filter(period__overlap=period)
        if beside.filter(role=role, unit_code=unit_code).exists():
            raise PostHeld
        if not may_hold_together(frozenset({*beside.values_list("role", flat=True), role})):
            raise RolesApart
        post = Post(staff=staff, role=role, unit_code=unit_code, unit_name=unit_name, period=period)
        record(
            by=by, action="post.grant", subject="staff", subject_id=staff_id, unit_code=unit_code, grounds=grounds,
            facts={"role": role, "unit": unit_code, "from": from_on.isoformat()},
        )  # fmt: skip
        try:
            with transaction.atomic():
                post.save(force_insert=True)
        except IntegrityError as error:
            raise PostHeld from error
    return post.id


def end_post(*, by: Acting, post_id: UUID, last_on: date, grounds: str) -> None:
    """A post ends with that day. Raises PostNotFound, BadPostPeriod, NotPermitted, OutOfRegion."""
    with within(by):
        post = Post.objects.select_for_update().filter(id=post_id).first()
        if post is None:
            by.require("staff.grant")
            raise PostNotFound
        by.require("staff.grant", post.unit_code)
        _not_oneself(by, post.staff_id)
        end = _after(last_on)
        if last_on < post.period.lower or (
            post.period.upper is not None and (end is None or end > post.period.upper)
        ):
            raise BadPostPeriod
        record(
            by=by, action="post.end", subject="staff", subject_id=post.staff_id, unit_code=post.unit_code,
            grounds=grounds, facts={"role": post.role, "unit": post.unit_code, "last": last_on.isoformat()},
        )  # fmt: skip
        post.period = (post.period.lower, end)
        post.save(update_fields=["period"])


def set_active(*, by: Acting, staff_id: UUID, active: bool, grounds: str) -> None:
    """Stop an account, or let it sign in again. Raises StaffNotFound, OnesOwn, NotPermitted."""
    by.require("staff.manage")
    with within(by):
        staff = _managed(by, staff_id)
        record(
            by=by, action="staff.activate" if active else "staff.stop", subject="staff", subject_id=staff_id,
            grounds=grounds,
        )  # fmt: skip
        staff.is_active = active
        staff.save(update_fields=["is_active"])


def change_password(*, by: Acting, staff_id: UUID, password: str) -> None:
    """One's own password, by the rules. Raises BadPassword, NotPermitted for somebody else's."""
    _require_own(by, staff_id)
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
    """A first password again, to be changed at the next sign-in. Raises BadPassword, StaffNotFound, OnesOwn, NotPermitted."""
    by.require("staff.manage")
    with within(by):
        staff = _managed(by, staff_id)
        check_password_rules(password, staff)
        record(by=by, action="password.reset", subject="staff", subject_id=staff_id, grounds=grounds)
        staff.password = make_password(password)
        staff.must_change_password = True
        staff.save(update_fields=["password", "must_change_password"])
        _remember(staff)
        AccessAttempt.objects.filter(username__iexact=staff.login).delete()


def bind_identity(*, by: Acting, staff_id: UUID, subject: str, grounds: str = "") -> None:
    """The subject by which an identity provider knows the person; empty takes it away.

    Raises LoginTaken, StaffNotFound, OnesOwn, NotPermitted.
    """
    by.require("staff.manage")
    with within(by):
        staff = _managed(by, staff_id)
        record(
            by=by, action="staff.identity", subject="staff", subject_id=staff_id, unit_code=staff.unit_code,
            grounds=grounds, facts={"bound": bool(subject)},
        )  # fmt: skip
        staff.oidc_subject = subject.strip() or None
        try:
            with transaction.atomic():
                staff.save(update_fields=["oidc_subject"])
        except IntegrityError as error:
            raise LoginTaken from error


def set_department(*, by: Acting, staff_id: UUID, department: str, grounds: str) -> None:
    """The department whose lists a department's user hands in and sees, by the code of the certifying body; "" for none.

    It says what the account sees, so whoever gives posts says it. Raises StaffNotFound, OnesOwn, NotPermitted.
    """
    by.require("staff.grant")
    with within(by):
        staff = _managed(by, staff_id)
        record(
            by=by, action="staff.department", subject="staff", subject_id=staff_id, unit_code=staff.unit_code,
            grounds=grounds, facts={"before": staff.department, "department": department},
        )  # fmt: skip
        staff.department = department
        staff.save(update_fields=["department"])


def begin_second_factor(*, by: Acting, staff_id: UUID) -> TOTPDevice:
    """A new secret for one's own code generator; it counts once a first code was confirmed.

    Whoever knows only the password cannot replace a generator that is set. Raises SecondFactorSet, NotPermitted.
    """
    _require_own(by, staff_id)
    with within(by):
        _staff(staff_id)
        if TOTPDevice.objects.filter(user_id=staff_id, confirmed=True).exists():
            raise SecondFactorSet
        record(by=by, action="second-factor.begin", subject="staff", subject_id=staff_id)
        TOTPDevice.objects.filter(user_id=staff_id, confirmed=False).delete()
        device: TOTPDevice = TOTPDevice.objects.create(user_id=staff_id, name="动态口令", confirmed=False)
    return device


def replace_second_factor(*, by: Acting, staff_id: UUID) -> TOTPDevice:
    """A secret for one's new telephone; the old one counts until the first code of the new one.

    Only for somebody signed in with both factors: the page sees to it. Raises NotPermitted.
    """
    _require_own(by, staff_id)
    with within(by):
        _staff(staff_id)
        record(by=by, action="second-factor.begin", subject="staff", subject_id=staff_id)
        TOTPDevice.objects.filter(user_id=staff_id, confirmed=False).delete()
        device: TOTPDevice = TOTPDevice.objects.create(user_id=staff_id, name="动态口令", confirmed=False)
    return device


def confirm_second_factor(*, by: Acting, staff_id: UUID, code: str) -> TOTPDevice:
    """The first right code makes one's generator the second factor.

    A wrong code is counted by the generator, which then waits longer and longer. Raises WrongCode, NotPermitted.
    """
    _require_own(by, staff_id)
    with within(by):
        _staff(staff_id)
        device: TOTPDevice | None = (
            TOTPDevice.objects.select_for_update().filter(user_id=staff_id, confirmed=False).last()
        )
        if device is not None and device.verify_token(code):
            record(by=by, action="second-factor.set", subject="staff", subject_id=staff_id)
            TOTPDevice.objects.filter(user_id=staff_id, confirmed=True).delete()
            device.confirmed = True
            device.save()
            return device
    raise WrongCode


def reset_second_factor(*, by: Acting, staff_id: UUID, grounds: str) -> None:
    """Forget a lost generator; the person sets up a new one at the next sign-in.

    Raises StaffNotFound, OnesOwn, NotPermitted.
    """
    by.require("staff.grant")
    with within(by):
        _managed(by, staff_id)
        record(by=by, action="second-factor.reset", subject="staff", subject_id=staff_id, grounds=grounds)
        TOTPDevice.objects.filter(user_id=staff_id).delete()
        StaticDevice.objects.filter(user_id=staff_id).delete()


def check_password_rules(password: str, staff: Staff) -> None:
    """Raises BadPassword with every rule that is not met."""
    if broken := broken_rules(password, staff):
        raise BadPassword("；".join(broken))


def _staff(staff_id: UUID, by: Acting | None = None) -> Staff:
    """The locked row, managed within the region of `by`. Accounts have no row policy: sign-in comes before any region."""
    staff = Staff.objects.select_for_update().filter(id=staff_id).first()
    if staff is None or (by is not None and not by.reaches(staff.unit_code)):
        raise StaffNotFound
    return staff


def _require_own(by: Acting, staff_id: UUID) -> None:
    if by.staff_id != staff_id:
        raise NotPermitted("own-account")


def _managed(by: Acting, staff_id: UUID) -> Staff:
    """Somebody else's account, within the region of `by`."""
    _not_oneself(by, staff_id)
    return _staff(staff_id, by)


def _not_oneself(by: Acting, staff_id: UUID) -> None:
    if by.staff_id == staff_id:
        raise OnesOwn


def _remember(staff: Staff) -> None:
    UsedPassword.objects.create(staff=staff, hash=staff.password, at=datetime.now(UTC))


def _after(last: date | None) -> date | None:
    return None if last is None or last == date.max else date.fromordinal(last.toordinal() + 1)
