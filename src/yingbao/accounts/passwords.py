"""Rules for passwords beyond Django's own, in words. Source: GB/T 22239, level 3, identification."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

_KINDS = (str.islower, str.isupper, str.isdigit)
_WANTED = 3
LENGTH: Final = 10
#: How many earlier passwords may not come back.
REMEMBERED = 5
#: What Django's own validators refuse, as this house says it; keys are their codes.
_WORDS: Final = {
    "password_too_short": f"密码太短，至少 {LENGTH} 位",
    "password_too_similar": "密码和登录名或姓名太像，换一个看不出是谁的",
    "password_too_common": "这个密码太常见，容易被猜中",
}
#: Said before anybody types.
RULES: Final = (
    f"至少 {LENGTH} 位",
    "大写字母、小写字母、数字、符号，至少用三种",
    "不像登录名和姓名，不是常见密码",
    f"不是最近 {REMEMBERED} 次用过的密码",
)


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


def broken_rules(password: str, staff: Any) -> tuple[str, ...]:
    """Every rule a password breaks, each as a sentence; none if it will do."""
    try:
        validate_password(password, staff)
    except ValidationError as error:
        return tuple(_WORDS.get(one.code or "", one.messages[0]) for one in error.error_list)
    return ()


def first_password() -> str:
    """A password to be told once and changed at first sign-in: three groups, no letters read for one another."""
    groups = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghjkmnpqrstuvwxyz", "23456789")
    return "-".join("".join(secrets.choice(group) for _ in range(4)) for group in groups)
