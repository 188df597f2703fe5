"""How a channel signs its calls and verifies answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from yingbao.seal import signing
from yingbao.seal.signing import Call, Reply


@dataclass(frozen=True, slots=True)
class Signer:
    """A scheme with its keys.

    `SM2`, `RSA`: `key` is the channel's private key, `platform` the platform's public key, both PEM. `HMAC-SM3`: `key` is
    the shared secret and nothing else is needed. Raises BadSigningKey when used with what is no key.
    """

    scheme: str
    key: str = field(repr=False)
    platform: str = ""

    def sign(self, call: Call) -> str:
        """The signature in Base64."""
        return signing.sign(self.scheme, self.key, call.content(self.scheme))

    def verify(self, reply: Reply, signature: str) -> bool:
        """Whether an answer is the platform's."""
        known = self.key if self.scheme == "HMAC-SM3" else self.platform
        return signing.verify(self.scheme, known, reply.content(self.scheme), signature)
