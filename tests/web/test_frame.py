"""The frame, permissions and refusals, for somebody signed in and for nobody."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from yingbao.config import urls as _urls
from yingbao.kernel.refusal import Conflict, Invalid, NotFound
from yingbao.web import refusals
from yingbao.web.permission import open_to_all
from yingbao.web.refusals import failed

SignedIn = Callable[[str], Client]


@open_to_all("a refusal on purpose")
def refuse(request: HttpRequest, kind: str) -> HttpResponse:
    kinds = {"missing": NotFound, "wrong": Invalid, "late": Conflict}
    raise kinds[kind]("清册已经发布，请先撤回再改", bill="B-1")


class Refusing:
    """A ROOT_URLCONF with one address more."""

    urlpatterns = (path("refuse/<str:kind>/", refuse), *_urls.urlpatterns)
    handler400, handler403, handler404, handler500 = (
        _urls.handler400, _urls.handler403, _urls.handler404, _urls.handler500,
    )  # fmt: skip


@pytest.fixture
def refusing() -> object:
    with override_settings(ROOT_URLCONF=Refusing):
        yield


def test_nobody_signed_in_is_sent_to_sign_in_and_back(signed_in: SignedIn) -> None:
    answer = signed_in("").get("/components/?a=1")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/signin/?next=%2Fcomponents%2F%3Fa%3D1")


def test_an_htmx_request_of_nobody_leads_the_whole_page_to_sign_in(signed_in: SignedIn) -> None:
    answer = signed_in("").get("/components/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/signin/?next=%2Fcomponents%2F")


def test_who_lacks_the_permission_reads_who_has_it_and_who_gives_it(signed_in: SignedIn) -> None:
    answer = signed_in("stranger").get("/components/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "“看部件与状态”给村（社区）代办员" in page
    assert "您现在的岗位是录入" in page
    assert "请找本单位安全管理员开通" in page


def test_only_rooms_that_exist_and_may_be_entered_are_shown(signed_in: SignedIn) -> None:
    officer = signed_in("officer").get("/components/").content.decode()
    stranger = signed_in("stranger").get("/components/").content.decode()
    assert "征缴清册</span>" not in officer
    assert 'aria-label="业务"' in stranger
    assert "政策</span>" not in stranger


def test_nobody_gets_a_plain_page_for_a_wrong_address(signed_in: SignedIn) -> None:
    answer = signed_in("").get("/no-such-page/")
    assert answer.status_code == 404
    assert "这个地址没有页面" in answer.content.decode()
    assert 'class="plain"' in answer.content.decode()


@pytest.mark.usefixtures("refusing")
@pytest.mark.parametrize(("kind", "status"), [("missing", 404), ("wrong", 422), ("late", 409)])
def test_a_refusal_is_a_page_in_words(signed_in: SignedIn, kind: str, status: int) -> None:
    answer = signed_in("officer").get(f"/refuse/{kind}/")
    assert answer.status_code == status
    assert "清册已经发布，请先撤回再改" in answer.content.decode()
    assert 'aria-label="业务"' in answer.content.decode()


@pytest.mark.usefixtures("refusing")
def test_a_refusal_is_json_for_a_program_and_a_fragment_for_htmx(signed_in: SignedIn) -> None:
    client = signed_in("officer")
    program = client.get("/refuse/late/", headers={"Accept": "application/json"})
    assert json.loads(program.content) == {
        "code": "conflict",
        "sentence": "清册已经发布，请先撤回再改",
        "facts": {"bill": "B-1"},
    }
    fragment = client.get("/refuse/wrong/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'class="note amber"' in fragment


def test_a_refusal_undoes_what_was_written_inside_a_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    class Connection:
        def __init__(self, alias: str, in_atomic_block: bool) -> None:
            self.alias, self.in_atomic_block = alias, in_atomic_block

    class Connections:
        def all(self, initialized_only: bool) -> list[Connection]:
            assert initialized_only
            return [Connection("default", True), Connection("owner", False)]

    undone: list[tuple[bool, str]] = []
    monkeypatch.setattr(refusals, "connections", Connections())
    monkeypatch.setattr(
        refusals.transaction, "set_rollback", lambda undo, using: undone.append((undo, using))
    )
    refusals.undo()
    assert undone == [(True, "default")]


def test_a_form_without_its_token_is_told_to_load_the_page_anew() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["as"] = "officer"
    answer = client.post("/components/")
    assert answer.status_code == 403
    assert "页面开得太久" in answer.content.decode()


def test_a_bug_says_that_nothing_was_kept(signed_in: SignedIn) -> None:
    page = failed(HttpRequest()).content.decode()
    assert "刚才填的没有存" in page


def test_the_process_says_that_it_is_up_without_a_database(signed_in: SignedIn) -> None:
    assert signed_in("").get("/healthz").json() == {"ok": True}


def test_a_choice_of_region_and_year_is_kept(signed_in: SignedIn) -> None:
    client = signed_in("province")
    answer = client.get("/place/620721/2024/?next=/components/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/components/")
    assert "<b>肃南裕固族自治县</b>" in client.get("/components/").content.decode()


def test_the_choice_leads_to_no_other_site(signed_in: SignedIn) -> None:
    client = signed_in("province")
    assert client.get("/place/620721/2024/?next=//evil.example/").headers["Location"] == "/"


def test_a_county_sees_no_switch_to_another_province(signed_in: SignedIn) -> None:
    page = signed_in("clerk").get("/components/").content.decode()
    assert "武威市凉州区" in page
    assert "贵阳市" not in page.partition("<main")[0]
