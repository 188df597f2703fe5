"""Rules for passwords beyond Django's own. Source: GB/T 22239, level 3, identification."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

_KINDS = (str.islower, str.isupper, str.isdigit)
_WANTED = 3
#: How many earlier passwords may not come back.
REMEMBERED = 5


class ThreeKinds:
    """Three of: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ARG002 - Django's own signature
        """Raises ValidationError."""
        kinds = sum(any(kind(char) for char in password) for kind in _KINDS)
        kinds += any(not char.isalnum() for char in password)
        if kinds < _WANTED:
            raise ValidationError("密码要含大写字母、小写字母、数字、符号中的三种", code="password-too-plain")

    def get_help_text(self) -> str:
        """What the rule asks."""
        return "含大写字母、小写字母、数字、符号中的三种"


class NotUsedBefore:
    """None of the last few passwords."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if user is None or user.pk is None:
            return
        before = user.usedpassword_set.order_by("-at").values_list("hash", flat=True)[:REMEMBERED]
        if any(check_password(password, hash_) for hash_ in before):
            raise ValidationError(f"不能用最近 {REMEMBERED} 次用过的密码", code="password-used-before")

    def get_help_text(self) -> str:
        """What the rule asks."""
        return f"不是最近 {REMEMBERED} 次用过的密码"
