"""Staff and their posts. Private: other rooms come through `actions` and `queries`."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models

from yingbao.accounts.roles import ROLES
from yingbao.journal.models import Versioned
from yingbao.kernel.ids import uuid7


class StaffManager(BaseUserManager["Staff"]):
    """Finds staff by login; making one is the action `add_staff`."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """The member of staff with this login, whatever its case."""
        return self.get(login__iexact=username or "")


class Staff(Versioned, AbstractBaseUser):
    """One person who signs in, managed by the unit `unit_code`; `department` is the certifying body of its users."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    login = models.TextField(unique=True)
    name = models.TextField()
    unit_code = models.TextField()
    department = models.TextField(blank=True, default="")
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True)
    oidc_subject = models.TextField(null=True, unique=True)

    USERNAME_FIELD: ClassVar[str] = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        db_table = "accounts_staff"

    def get_username(self) -> str:
        """The login."""
        return self.login

    def has_perm(self, perm: str, obj: Any = None) -> bool:  # noqa: ARG002 - Django's own question
        """Django's permissions are not used: posts carry them."""
        return False


class Post(Versioned):
    """A role held by one member of staff in one unit, for a period."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="posts")
    role = models.TextField()
    unit_code = models.TextField()
    unit_name = models.TextField()
    period = DateRangeField()

    class Meta:
        db_table = "accounts_post"
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=list(ROLES)), name="accounts_post_role"),
            ExclusionConstraint(
                name="accounts_post_once",
                expressions=[
                    ("staff", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("unit_code", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
        )


class UsedPassword(models.Model):
    """The hash of a password used before, so that it is not used again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = models.ForeignKey(Staff, models.PROTECT)
    hash = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "accounts_used_password"
