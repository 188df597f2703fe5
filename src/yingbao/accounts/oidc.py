"""Signing in by an identity provider: finds an account by its subject and never makes one."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from yingbao.accounts.models import Staff

#: Clocks of two machines may differ by so many seconds.
_LEEWAY = 60


class Backend(OIDCAuthenticationBackend):  # type: ignore[misc]
    """Matches `sub` with `Staff.oidc_subject`; the token must be ours, of the issuer, and of now."""

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        """The token's claims. Raises SuspiciousOperation, also for another's token or one that is over."""
        claims: dict[str, Any] = super().verify_token(token, **kwargs)
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != settings.OIDC_ISSUER or settings.OIDC_RP_CLIENT_ID not in audiences:
            raise SuspiciousOperation("token of another issuer or for another client")
        if float(claims.get("exp", 0)) + _LEEWAY < time.time():
            raise SuspiciousOperation("token is over")
        return claims

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """The claims of the signed token: nothing else is needed. `access_token` is not used."""
        del access_token, id_token
        return payload

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        """There must be a subject."""
        return bool(claims.get("sub"))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> Any:
        """The account of the subject, if it is not stopped; who is a stranger is noted for the page."""
        found = Staff.objects.filter(oidc_subject=claims["sub"], is_active=True)
        if not found:
            self.request.oidc_stranger = True
        return found
