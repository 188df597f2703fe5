"""Signing in through an identity provider: only who has an account, only a token that is ours, and never without the code."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

import given
from journeys.provider import Provider, provider
from journeys.signin import client_of, code_of, enrol
from people import CLERK, staff
from yingbao.accounts.models import Staff
from yingbao.journal.models import Entry
from yingbao.journal.scope import within

SYSTEM = staff("郭文斌", "system_admin")
STRANGER = "您在应保没有账户"
FAILED = "统一身份认证没有成功"


@pytest.fixture
def gov(database: str) -> Iterator[Provider]:
    given.units()
    enrol(CLERK)
    with provider() as made:
        backends = [*settings.AUTHENTICATION_BACKENDS, "yingbao.accounts.oidc.Backend"]
        with override_settings(AUTHENTICATION_BACKENDS=backends, **made.settings()):
            yield made


def known_as(subject: str) -> None:
    answer = client_of(SYSTEM).post(f"/staff/{CLERK.staff_id}/identity/", {"subject": subject})
    assert answer.status_code == 302


def through(gov: Provider, client: Client) -> Any:
    """The browser's way: to the provider, and back with its answer."""
    sent = client.get("/signin/oidc/")
    assert sent.headers["Location"].startswith(f"{gov.address}/authorize?")
    back = gov.authorize(dict(parse_qsl(urlsplit(sent.headers["Location"]).query)))
    parts = urlsplit(back)
    answer: HttpResponse = client.get(f"{parts.path}?{parts.query}", follow=True)
    return answer


def test_the_subject_leads_to_the_account_and_the_code_is_still_asked(gov: Provider) -> None:
    known_as("gov-0001")
    client = Client()
    assert "用统一身份认证登录" in client.get("/signin/").content.decode()
    answer = through(gov, client)
    assert answer.redirect_chain[-1][0] == "/signin/code/"
    assert client.get("/").status_code == 302
    assert client.post("/signin/code/", {"code": code_of(CLERK, steps=1)}).headers["Location"] == "/"
    assert client.get("/").status_code == 200


def test_a_stranger_is_refused_in_words_and_no_account_is_made(gov: Provider) -> None:
    before = Staff.objects.count()
    assert STRANGER in through(gov, Client()).content.decode()
    assert Staff.objects.count() == before


def test_a_stopped_account_is_refused(gov: Provider) -> None:
    known_as("gov-0001")
    Staff.objects.filter(id=CLERK.staff_id).update(is_active=False)
    assert STRANGER in through(gov, Client()).content.decode()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 3600},
        {"nonce": "of-another-day"},
        {"sub": ""},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_is_not_for_us_or_not_of_now_is_refused(gov: Provider, claims: dict[str, Any]) -> None:
    known_as("gov-0001")
    gov.claims = claims
    client = Client()
    assert FAILED in through(gov, client).content.decode()
    assert "_auth_user_id" not in client.session


def test_a_token_signed_by_somebody_else_is_refused(gov: Provider) -> None:
    known_as("gov-0001")
    gov.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert FAILED in through(gov, Client()).content.decode()


def test_an_answer_nobody_asked_for_is_refused(gov: Provider) -> None:
    answer = Client().get("/signin/oidc/back/?code=x&state=y", follow=True)
    assert FAILED in answer.content.decode()


def test_a_provider_that_does_not_answer_is_said(gov: Provider) -> None:
    with override_settings(OIDC_OP_TOKEN_ENDPOINT="http://127.0.0.1:9/token"):
        assert FAILED in through(gov, Client()).content.decode()


def test_one_identity_is_one_account(gov: Provider) -> None:
    known_as("gov-0001")
    other = staff("兰海燕", "reviewer")
    enrol(other)
    answer = client_of(SYSTEM).post(f"/staff/{other.staff_id}/identity/", {"subject": "gov-0001"})
    assert answer.status_code == 422
    assert "已登记在另一个账户上" in answer.content.decode()
    with within("0"):
        assert Entry.objects.filter(action="staff.identity").count() == 1


def test_without_a_provider_there_is_no_such_page(database: str) -> None:
    client = Client()
    assert "统一身份" not in client.get("/signin/").content.decode()
    assert client.get("/signin/oidc/").status_code == 404
