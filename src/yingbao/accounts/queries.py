"""Reading accounts: who signs in, which posts they hold today, who is who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice

from yingbao.accounts.errors import StaffNotFound
from yingbao.accounts.models import Post, Staff
from yingbao.accounts.roles import ROLES, role_name
from yingbao.journal.acting import NATION, Acting


@dataclass(frozen=True, slots=True)
class PostLine:
    """One post as pages show it; `last_on` None is open."""

    id: UUID
    role: str
    role_name: str
    unit_code: str
    unit_name: str
    from_on: date
    last_on: date | None


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One member of staff with the posts of a day."""

    id: UUID
    login: str
    name: str
    department: str
    is_active: bool
    has_second_factor: bool
    posts: tuple[PostLine, ...]
    unit_code: str = ""
    last_login: datetime | None = None
    must_change_password: bool = False
    oidc_subject: str = ""


def posts_of(staff_id: UUID, on: date) -> tuple[PostLine, ...]:
    """The posts held on a day, the widest region first."""
    found = Post.objects.filter(staff_id=staff_id, period__contains=on)
    return tuple(_line(post) for post in sorted(found, key=lambda post: (len(post.unit_code), post.role)))


def staff_by_login(login: str) -> UUID | None:
    """The account with a login, whatever its case."""
    return Staff.objects.filter(login__iexact=login).values_list("id", flat=True).first()


def acting_as(staff: Staff, post: PostLine, address: str = "") -> Acting:
    """The member of staff in one of their posts."""
    return Acting(
        staff.id,
        staff.name,
        post.role,
        post.unit_code,
        post.unit_name,
        ROLES[post.role].permissions,
        address,
        staff.department if post.role == "department" else "",
    )


def staff_within(by: Acting, on: date, text: str = "", limit: int = 200) -> list[StaffLine]:
    """The staff managed by the region of `by`, those who may sign in first; `text` is part of a name or login."""
    found = _managed(by)
    if text:
        found = found.filter(Q(name__contains=text) | Q(login__icontains=text))
    lines = list(found.order_by("-is_active", "login")[:limit])
    secured = _secured([staff.id for staff in lines])
    return [_staff_line(staff, on, secured) for staff in lines]


def staff_line(by: Acting, staff_id: UUID, on: date) -> StaffLine:
    """One member of staff of the region. Raises StaffNotFound."""
    found = _managed(by).filter(id=staff_id).first()
    if found is None:
        raise StaffNotFound
    return _staff_line(found, on, _secured([found.id]))


def all_posts(by: Acting, staff_id: UUID) -> tuple[PostLine, ...]:
    """Every post of one member of staff of the region, the newest first: over, present and to come."""
    found = Post.objects.filter(staff__in=_managed(by), staff_id=staff_id, period__isempty=False)
    return tuple(_line(post) for post in sorted(found, key=lambda post: post.period.lower, reverse=True))


def post_line(by: Acting, post_id: UUID) -> tuple[UUID, PostLine]:
    """One post of the region, and whose it is. Raises StaffNotFound."""
    found = Post.objects.filter(id=post_id, staff__in=_managed(by), period__isempty=False).first()
    if found is None:
        raise StaffNotFound
    return found.staff_id, _line(found)


def _secured(staff_ids: list[UUID]) -> frozenset[UUID]:
    """Who of them has a second factor."""
    devices = TOTPDevice.objects.filter(user_id__in=staff_ids, confirmed=True)
    return frozenset(devices.values_list("user_id", flat=True))


def _managed(by: Acting) -> QuerySet[Staff]:
    """The staff of the units that `by` reaches; of nobody without a unit."""
    found = Staff.objects.prefetch_related("posts")
    if by.unit_code == NATION:
        return found
    return found.filter(unit_code__startswith=by.unit_code) if by.unit_code else found.none()


def _staff_line(staff: Staff, on: date, secured: frozenset[UUID]) -> StaffLine:
    posts = (post for post in staff.posts.all() if on in post.period)
    return StaffLine(
        staff.id,
        staff.login,
        staff.name,
        staff.department,
        staff.is_active,
        staff.id in secured,
        tuple(_line(post) for post in posts),
        staff.unit_code,
        staff.last_login,
        staff.must_change_password,
        staff.oidc_subject or "",
    )


def _line(post: Post) -> PostLine:
    last = None if post.period.upper is None else date.fromordinal(post.period.upper.toordinal() - 1)
    return PostLine(
        post.id, post.role, role_name(post.role), post.unit_code, post.unit_name, post.period.lower, last
    )
