"""Schemathesis over the OpenAPI document against the live server: whatever is sent, no answer that is not declared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

import channels
import paying
from channels import Bank, World, ordered
from journeys.browser import serve
from people import SEASON
from yingbao.config.wsgi import application
from yingbao.seal import signing
from yingbao.seal.signing import Call
from yingbao.web.gateway import document

NOW = paying.at(SEASON)
CHECKS = (
    not_a_server_error, status_code_conformance, response_schema_conformance, content_type_conformance, ignored_auth,
    unsupported_method,
)  # fmt: skip
#: Calls tried of each operation, fitting and not.
EXAMPLES = 25
#: What pydantic would say; names of fields and patterns have no spaces between words.
ENGLISH = re.compile("[A-Za-z]{2,} [A-Za-z]{2,}|请对照接口说明")
_nonces = count(1)


class Signing(requests.auth.AuthBase):
    """Signs the request as it will be sent."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(str(request.url))
        body = request.body or b""
        key = str(request.headers.get("Idempotency-Key", ""))
        call = Call(
            str(request.method), unquote(parts.path), parts.query, self.bank.channel.code, "hmac", NOW.isoformat(),
            f"schema-{next(_nonces):08d}", key, body.encode() if isinstance(body, str) else body,
        )  # fmt: skip
        request.headers.update({
            "Yingbao-Channel": call.channel, "Yingbao-Key": "hmac", "Yingbao-Time": call.at, "Yingbao-Nonce": call.nonce,
            "Yingbao-Signature": signing.sign("HMAC-SM3", channels.SECRET, call.content("HMAC-SM3")),
        })  # fmt: skip
        return request


@pytest.fixture(scope="module")
def live(module_database: str) -> Iterator[tuple[str, World]]:
    """The server, and a bank whose orders, receipts and refunds exist."""
    with channels.clock(NOW):
        world = World(NOW)
        order = ordered(world.bank, world.bill)
        world.bank.ask("POST", f"orders/{order['number']}/confirm", channels.money(7000, NOW))
        for address in serve(application):
            yield address, world


@pytest.fixture(scope="module")
def api(live: tuple[str, World]) -> Any:
    """The document as the server gives it."""
    return schemathesis.openapi.from_url(f"{live[0]}/gateway/v1/openapi.json")


CALLS = [(path, method) for path, calls in document.schema()["paths"].items() for method in calls]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fits", "does-not"])
@pytest.mark.parametrize(("path", "method"), CALLS)
def test_no_answer_that_is_not_declared(
    live: tuple[str, World], api: Any, path: str, method: str, mode: GenerationMode
) -> None:
    operation = api[path][method]
    sign = Signing(live[1].bank)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def tried(case: schemathesis.Case[Any]) -> None:
        answer = case.call_and_validate(auth=sign, checks=list(CHECKS))
        if answer.status_code == 422:
            assert not ENGLISH.search(answer.json()["message"]), answer.json()["message"]

    try:
        with channels.clock(NOW):
            tried()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # a call without anything to say cannot say it wrongly
