"""An identity provider for tests: real RS256 tokens, keys by JWKS, PKCE checked. What it says can be made wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "yingbao-test", "not-a-secret"


class Provider:
    """Says who is signed in (`subject`); `claims` and `key` may be put in the way."""

    def __init__(self) -> None:
        self.subject = "gov-0001"
        self.claims: dict[str, Any] = {}
        self.own_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.key = self.own_key
        self.asked: dict[str, dict[str, str]] = {}
        self.address = ""

    def settings(self) -> dict[str, Any]:
        """What an installation writes for this provider."""
        return {
            "OIDC_ISSUER": self.address,
            "OIDC_RP_CLIENT_ID": CLIENT,
            "OIDC_RP_CLIENT_SECRET": SECRET,
            "OIDC_OP_AUTHORIZATION_ENDPOINT": f"{self.address}/authorize",
            "OIDC_OP_TOKEN_ENDPOINT": f"{self.address}/token",
            "OIDC_OP_JWKS_ENDPOINT": f"{self.address}/jwks",
            "OIDC_OP_USER_ENDPOINT": "",
            "OIDC_RP_SIGN_ALGO": "RS256",
            "OIDC_RP_SCOPES": "openid",
            "OIDC_CREATE_USER": False,
            "OIDC_USE_PKCE": True,
            "OIDC_TIMEOUT": 5,
            "OIDC_AUTHENTICATION_CALLBACK_URL": "signin-oidc-callback",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str]) -> dict[str, Any]:
        """The signed token for a code, once."""
        asked = self.asked.pop(given["code"])
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(given["code_verifier"].encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        assert proof == asked["code_challenge"]
        assert (given["client_id"], given["client_secret"]) == (CLIENT, SECRET)
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 60, "nonce": asked["nonce"],
        }  # fmt: skip
        signed = jwt.encode(claims | self.claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"id_token": signed, "access_token": "unused", "token_type": "Bearer"}

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        public = RSAAlgorithm.to_jwk(self.own_key.public_key(), as_dict=True)
        return {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that answers on this machine until the block ends."""
    made = Provider()

    class Handler(BaseHTTPRequestHandler):
        """Three addresses."""

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/jwks":
                self.say(made.jwks())
                return
            self.send_response(302)
            self.send_header("Location", made.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.say(made.token({k: v[0] for k, v in parse_qs(body).items()}))

        def say(self, what: dict[str, Any]) -> None:
            text = json.dumps(what).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
