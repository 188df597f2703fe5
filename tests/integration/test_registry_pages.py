"""The pages of the registry over a real database, without a browser: what is refused where, what is kept, what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

import given
from journeys.desk import MIDDLEWARE
from people import CLERK, FARM, HUANGCHENG, KANGLE, SEASON, STATION, draft, number
from yingbao.journal.scope import within
from yingbao.registry import actions, queries
from yingbao.registry.drafts import Draft

As = Callable[[str], Client]
MAN = number("19800101", "111")


@pytest.fixture(autouse=True)
def _units(database: str) -> Iterator[None]:
    given.units()
    with override_settings(MIDDLEWARE=MIDDLEWARE, WHITENOISE_AUTOREFRESH=True, WHITENOISE_USE_FINDERS=True):
        yield


@pytest.fixture
def as_() -> As:
    """A client in which one of the cast is signed in; empty is nobody."""

    def client(who: str = "clerk") -> Client:
        made = Client()
        if who:
            made.cookies["as"] = who
        return made

    return client


def text_of(answer: HttpResponse) -> str:
    """What the page says, without marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def error_at(answer: HttpResponse, field: str) -> str:
    """The sentence at a field; empty if there is none."""
    found = re.search(rf'id="id_{re.escape(field)}-error">([^<]*)<', answer.content.decode())
    return unescape(found[1]) if found else ""


def household_form(*members: dict[str, str], **more: str) -> dict[str, str]:
    """A household's form as a browser sends it."""
    form = {
        "key": str(uuid4()), "order": ",".join(map(str, range(len(members)))), "do": "save", "unit_code": KANGLE,
        "grounds": "户口簿",
    }  # fmt: skip
    for place, member in enumerate(members):
        whole = {
            "name": "安国强",
            "relation": "02" if place == 0 else "20",
            "basis": "hukou",
            "document_kind": "01",
        } | member
        form |= {f"m{place}-{name}": value for name, value in whole.items()}
    return form | more


def send(client: Client, path: str, **form: Any) -> HttpResponse:
    """A form sent, and followed where it leads."""
    return client.post(path, form, follow=True)


def test_a_form_sent_twice_is_one_household(as_: As) -> None:
    form = household_form({"document": MAN})
    first, second = as_("clerk").post("/households/new/", form), as_("clerk").post("/households/new/", form)
    assert (first.status_code, first.headers["Location"]) == (302, second.headers["Location"])
    with within(CLERK):
        assert len(queries.search("安国强")) == 1


def test_a_newcomer_sent_twice_is_one_person_even_without_a_number(as_: As) -> None:
    household = given.household()
    form = {
        "key": str(uuid4()), "grounds": "出生医学证明", "m0-name": "安小雪", "m0-relation": "30", "m0-sex": "female",
        "m0-birth_date": "2023-10-01", "m0-basis": "hukou",
    }  # fmt: skip
    as_("clerk").post(f"/households/{household}/members/", form | {"m0-grounds": "出生医学证明"})
    again = as_("clerk").post(
        f"/households/{household}/members/", form | {"m0-grounds": "出生医学证明"}, follow=True
    )
    assert "没有重复登记" in text_of(again)
    assert len(given.people_of(household)) == 4


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"document": MAN[:-1] + ("0" if MAN[-1] != "0" else "1")}, "document", "最后一位应为"),
        ({"birth_date": "2023-10-09", "sex": "female"}, "birth_date", "还没有到"),
        ({"birth_date": "2023-02-29", "sex": "female"}, "birth_date", "2023"),
        ({"birth_date": "2010-02-01", "sex": "female"}, "document", "只有未满两周岁的孩子"),
        ({"document": MAN, "birth_date": "1980-01-02"}, "birth_date", "与身份证号中的"),
        (
            {"document": MAN, "basis": "residence_permit", "permit_until": "2023-10-07"},
            "permit_until",
            "已到期",
        ),
        ({"document": MAN, "basis": "residence_permit"}, "permit_until", "没有填写居住证有效期止"),
        ({"document": MAN, "phone": "1"}, "phone", "应为11位"),
        ({"document": MAN, "insured_years": "去年"}, "insured_years", "年度读不懂"),
        ({"document": MAN, "name": ""}, "name", "没有填写姓名"),
        ({"document": MAN, "name": "安国?"}, "name", "无法识别的字"),
    ],
)
def test_bad_input_is_a_sentence_at_its_field_and_stays(
    as_: As, typed: dict[str, str], field: str, sentence: str
) -> None:
    answer = as_("clerk").post("/households/new/", household_form(typed))
    assert answer.status_code == 422
    assert sentence in error_at(answer, f"m0-{field}")
    assert f'href="#id_m0-{field}"' in answer.content.decode()
    for name, value in typed.items():
        if value and name not in ("sex", "basis"):
            assert f'name="m0-{name}" value="{value}"' in answer.content.decode()


def test_two_heads_and_one_number_twice_are_said_at_the_second(as_: As) -> None:
    answer = as_("clerk").post(
        "/households/new/", household_form({"document": MAN}, {"document": MAN, "relation": "02"})
    )
    assert "一户只能有一个户主" in error_at(answer, "m1-relation")
    assert "与第 1 人的证件号码相同" in error_at(answer, "m1-document")


def test_a_number_held_already_says_where(as_: As) -> None:
    given.household()
    answer = as_("clerk").post(
        "/households/new/",
        household_form({"birth_date": "2023-01-01", "sex": "male"}, {"document": MAN}, unit_code=HUANGCHENG),
    )
    assert "康乐镇" in error_at(answer, "m1-document")
    assert error_at(answer, "m0-document") == ""


@pytest.mark.parametrize(
    ("name", "kept"), [("安\r\n国强", "安国强"), ("䶮𠮷", "䶮𠮷"), ("阿不都•热合曼", "阿不都·热合曼")]
)
def test_rare_characters_stay_and_line_breaks_go(as_: As, name: str, kept: str) -> None:
    answer = as_("clerk").post(
        "/households/new/", household_form({"name": name, "document": MAN}), follow=True
    )
    assert f"{kept}家 1 人" in text_of(answer)


def test_adding_and_removing_members_saves_nothing_and_loses_nothing(as_: As) -> None:
    client = as_("clerk")
    added = client.post("/households/new/", household_form({"name": "安国强", "document": "99"}, do="add"))
    page = added.content.decode()
    assert (added.status_code, 'name="m1-name"' in page, 'class="err"' in page) == (200, True, False)
    assert 'name="order" value="0,1"' in page
    removed = client.post(
        "/households/new/", household_form({"name": "甲"}, {"name": "乙"}, do="remove:0")
    ).content.decode()
    assert 'name="order" value="1"' in removed
    assert 'name="m1-name" value="乙"' in removed


def test_a_number_fills_in_birth_date_and_sex_and_a_wrong_one_says_so_at_once(as_: As) -> None:
    client = as_("clerk")
    good = client.post(
        "/households/check/?at=m0-document", household_form({"document": MAN})
    ).content.decode()
    assert 'value="1980-01-01"' in good
    assert 'value="male" selected' in good
    bad = client.post("/households/check/?at=m0-document", household_form({"document": "99072119800101111"}))
    assert "应为18位" in error_at(bad, "m0-document")
    assert client.post("/households/check/?at=m0-nonsense", {}).status_code == 404


def test_what_was_typed_when_the_session_had_ended_stands_there_after_signing_in(as_: As) -> None:
    client = as_("")
    sent = client.post("/households/new/", household_form({"name": "安国强", "document": MAN}))
    assert sent.headers["Location"].startswith("/signin/")
    assert MAN not in str(dict(client.session))
    client.cookies["as"] = "clerk"
    page = client.get("/households/new/").content.decode()
    assert f'value="{MAN}"' in page
    assert MAN not in client.get("/households/new/").content.decode()


def test_a_form_of_a_farm_whose_hukou_no_notice_prints_is_refused_at_the_field(as_: As) -> None:
    household = given.household()
    answer = as_("clerk").post(
        f"/households/{household}/move/",
        {"unit_code": FARM, "hukou_place": "明花乡", "on": "2023-10-08", "grounds": "务工证明"},
    )
    assert "户籍在别处的文件没有印" in error_at(answer, "hukou_place")
    assert 'value="务工证明"' in answer.content.decode()


def test_registering_a_station_family_lands_it_where_the_notice_says(as_: As) -> None:
    said = as_("clerk").post("/households/landing/", {"unit_code": STATION})
    assert "会登记在皇城镇" in text_of(said)
    assert "四(三)" in text_of(said)
    answer = as_("clerk").post(
        "/households/new/", household_form({"document": MAN}, unit_code=STATION), follow=True
    )
    assert "皇城镇" in text_of(answer)


def test_spans_of_insurance_never_overlap_and_the_page_says_so_at_the_field(as_: As) -> None:
    wife = given.people_of(given.household())["兰秀英"]
    actions.record_cover(
        by=CLERK, resident_id=wife, insurance="310", from_on=date(2022, 6, 1), through_on=None, place="兰州市",
        evidence="平台查询",
    )  # fmt: skip
    form = {"insurance": "390", "from_on": "2023.6.1", "through_on": "", "place": "", "evidence": "参保凭证"}
    answer = as_("clerk").post(f"/residents/{wife}/covers/", form)
    assert "重叠" in error_at(answer, "from_on")
    backwards = as_("clerk").post(
        f"/residents/{wife}/covers/", form | {"from_on": "2021-02-01", "through_on": "2021-01-31"}
    )
    assert "早于起期" in error_at(backwards, "through_on")


def test_a_class_that_ends_before_it_began_is_refused_at_its_end(as_: As) -> None:
    wife = given.people_of(given.household())["兰秀英"]
    form = {
        "category": "rural_allowance_1",
        "recognised_on": "2023-09-01",
        "ended_on": "2023-08-31",
        "evidence": "名单",
    }
    assert "早于认定日" in error_at(as_("clerk").post(f"/residents/{wife}/classes/", form), "ended_on")
    good = as_("clerk").post(f"/residents/{wife}/classes/", form | {"ended_on": ""}, follow=True)
    assert "农村低保一类" in text_of(good)
    with within(CLERK):
        [held] = queries.person_page(wife, SEASON).holdings
    end = as_("clerk").post(
        f"/residents/{wife}/classes/{held.id}/end/", {"ended_on": "2023-08-01", "evidence": "文"}
    )
    assert "早于起始日" in error_at(end, "ended_on")


def test_only_what_the_state_allows_is_offered(as_: As) -> None:
    man = given.people_of(given.household())["安国强"]
    client = as_("clerk")
    page = client.get(f"/residents/{man}/").content.decode()
    assert "/state/suspend/" in page
    assert "/state/resume/" not in page
    assert "没有写原因" in error_at(
        client.post(f"/residents/{man}/state/suspend/", {"on": "2023-10-08"}), "reason"
    )
    after = client.post(
        f"/residents/{man}/state/suspend/", {"on": "2023-10-08", "reason": "转职工"}, follow=True
    )
    assert "暂停参保" in text_of(after)
    assert "不能办“停保”" in text_of(client.get(f"/residents/{man}/state/suspend/"))
    dead = client.post(
        f"/residents/{man}/survival/",
        {"status": "died", "from_on": "2023-10-01", "evidence": "死亡证明"},
        follow=True,
    )
    assert "终止参保" in text_of(dead)


def test_a_number_is_given_to_a_child_and_birth_date_follows(as_: As) -> None:
    child = given.people_of(given.household())["安小雨"]
    form = {"document_kind": "01", "document": number("20230919", "222"), "grounds": "新办的身份证"}
    page = text_of(as_("clerk").post(f"/residents/{child}/document/", form, follow=True))
    assert "2023-09-19" in page
    assert "证件号码已补上" in page


def test_the_whole_number_needs_a_reason_and_only_those_who_keep_watch_read_who_looked(as_: As) -> None:
    man = given.people_of(given.household())["安国强"]
    client = as_("clerk")
    assert MAN not in client.get(f"/residents/{man}/").content.decode()
    assert "没有写查看理由" in error_at(client.post(f"/residents/{man}/number/", {"reason": " "}), "reason")
    shown = client.post(f"/residents/{man}/number/", {"reason": "核对身份证原件"})
    assert MAN in text_of(shown).replace(" ", "")
    assert "no-store" in shown.headers["Cache-Control"]
    assert "核对身份证原件" in text_of(as_("auditor").get(f"/residents/{man}/journal/"))
    assert "核对身份证原件" not in text_of(client.get(f"/residents/{man}/journal/"))
    assert as_("kangle_agent").get(f"/residents/{man}/number/").status_code == 403


def test_one_box_finds_by_number_initials_phone_and_household(as_: As) -> None:
    household = given.household()
    ids = given.people_of(household)
    with within(CLERK):
        book = queries.household_page(household, SEASON).number
    client = as_("clerk")
    for typed, found in (
        (MAN, f"/residents/{ids['安国强']}/"), ("lxy", f"/residents/{ids['兰秀英']}/"),
        ("12900001111", f"/residents/{ids['安国强']}/"), (book, f"/households/{household}/"),
    ):  # fmt: skip
        assert client.post("/search/", {"q": typed}).headers["Location"] == found
    given.household([draft("安国强", "19900505", "151")], unit_code=HUANGCHENG)
    many = client.post("/search/", {"q": "安国强"}, follow=True)
    assert "共 2 人" in text_of(many)
    wrong = client.post("/search/", {"q": MAN[:-1] + ("0" if MAN[-1] != "0" else "1")})
    assert "最后一位应为" in text_of(wrong)
    assert "没有找到" in text_of(client.post("/search/", {"q": "查无此人"}))
    assert "兰秀英" in text_of(client.post("/search/suggest/", {"q": "lxy"}))


@pytest.mark.parametrize("page", ["", "records/", "versions/", "journal/", "change/", "move/", "merge/"])
def test_an_official_of_another_county_is_told_of_nobody(as_: As, page: str) -> None:
    man = given.people_of(given.household())["安国强"]
    answer = as_("gaotai_clerk").get(f"/residents/{man}/{page}")
    assert answer.status_code == 404
    assert "安国强" not in answer.content.decode()


def test_an_official_of_another_county_opens_neither_household_nor_unit(as_: As) -> None:
    household = given.household()
    assert as_("gaotai_clerk").get(f"/households/{household}/").status_code == 404
    assert as_("gaotai_clerk").get(f"/units/{KANGLE}/").status_code == 403


def test_the_earlier_knowledge_is_for_those_who_keep_watch(as_: As) -> None:
    man = given.people_of(given.household())["安国强"]
    auditor, clerk = as_("auditor"), as_("clerk")
    assert auditor.get(f"/residents/{man}/?known=2020-01-01T00:00").status_code == 404
    assert clerk.get(f"/residents/{man}/?known=2020-01-01T00:00").status_code == 200
    assert "日期时间读不懂" in text_of(auditor.get(f"/residents/{man}/?known=abc"))
    assert "那一刻还没有到" in text_of(auditor.get(f"/residents/{man}/?known=2199-01-01T00:00"))


def test_a_merge_is_asked_decided_by_another_and_parted_again(as_: As) -> None:
    kept = given.people_of(given.household())["安国强"]
    twin_of = given.household(
        [
            Draft(
                name="安国强",
                relation="02",
                sex="male",
                birth_date="1980-01-01",
                document_kind="99",
                document="HK12345",
            )
        ],
        unit_code=HUANGCHENG,
    )
    twin = given.people_of(twin_of)["安国强"]
    clerk, reviewer = as_("clerk"), as_("reviewer")
    assert f"/residents/{kept}/merge/{twin}/" in clerk.get(f"/residents/{kept}/merge/").content.decode()
    form = {"kept": str(kept), "do": "ask"}
    assert "没有写依据" in error_at(clerk.post(f"/residents/{kept}/merge/{twin}/", form), "grounds")
    clerk.post(f"/residents/{kept}/merge/{twin}/", form | {"grounds": "同一人"})
    again = clerk.post(f"/residents/{kept}/merge/{twin}/", form | {"grounds": "同一人"})
    assert "不用重复提交" in text_of(again)
    request = _request(clerk)
    assert "这份申请是您提交的" in text_of(clerk.get(request))
    assert clerk.post(request, {"do": "approve"}).status_code == 403
    assert "没有写退回的理由" in error_at(reviewer.post(request, {"do": "refuse"}), "grounds")
    assert "已同意，已生效" in text_of(reviewer.post(request, {"do": "approve"}, follow=True))
    assert "已并入另一份" in text_of(clerk.get(f"/residents/{twin}/"))
    assert "皇城镇" in text_of(clerk.get(f"/residents/{twin}/versions/"))
    blocked = clerk.post(f"/residents/{twin}/change/", {"name": "别人", "grounds": "x", "basis": "hukou"})
    assert "已并入另一份" in text_of(blocked)
    clerk.post(f"/residents/{twin}/split/", {"grounds": "其实是两个人"})
    reviewer.post(_request(clerk), {"do": "approve"})
    assert "已并入另一份" not in text_of(clerk.get(f"/residents/{twin}/"))


def _request(client: Client) -> str:
    found = re.search(r'href="(/merges/[0-9a-f-]{36}/)"', client.get("/merges/").content.decode())
    assert found is not None
    return found[1]


def test_a_unit_lists_its_people_page_by_page(as_: As, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "yingbao.registry.queries.roll.people.__kwdefaults__",
        {"after": None, "before": None, "state": "", "limit": 2},
    )
    given.household()
    client = as_("clerk")
    first = client.get(f"/units/{KANGLE}/").content.decode()
    assert "1–2，共 3" in unescape(first)
    forward = re.search(r'rel="next" href="([^"#]+)', first)
    assert forward is not None
    second = client.get(unescape(forward[1])).content.decode()
    assert "3–3，共 3" in second
    back = re.search(r'rel="prev" href="([^"#]+)', second)
    assert back is not None
    assert "1–2，共 3" in client.get(unescape(back[1])).content.decode()


def test_units_are_made_answered_for_and_closed_only_when_empty(as_: As) -> None:
    given.household()
    client = as_("clerk")
    made = client.post(
        f"/units/{KANGLE}/add/",
        {"name": "大草滩村", "kind": "village", "code": f"{KANGLE}V01", "from_on": "2023-01-01"},
        follow=True,
    )
    assert "大草滩村" in text_of(made)
    wrong = client.post(
        f"/units/{KANGLE}/add/",
        {"name": "村", "kind": "village", "code": "620724001", "from_on": "2023-01-01"},
    )
    assert wrong.status_code in (403, 422)
    duty = {
        "kind": "leads",
        "person_name": "杨建新",
        "position": "镇长",
        "phone": "129",
        "from_on": "2023-01-01",
    }
    assert error_at(client.post(f"/units/{KANGLE}/duties/", duty), "phone")
    page = text_of(client.post(f"/units/{KANGLE}/duties/", duty | {"phone": "12900002222"}, follow=True))
    assert "杨建新" in page
    assert "12900002222" not in page
    second = client.post(f"/units/{KANGLE}/duties/", duty | {"phone": ""})
    assert "已有主要负责人" in error_at(second, "kind")
    assert "还有 3 人登记在这里" in text_of(client.get(f"/units/{KANGLE}/close/"))
    closed = client.post(
        f"/units/{KANGLE}V01/close/", {"last_on": "2023-10-07", "grounds": "撤并文件"}, follow=True
    )
    assert "已撤销" in text_of(closed)


def test_relations_change_together_and_a_household_keeps_one_head(as_: As) -> None:
    household = given.household()
    ids: dict[str, UUID] = given.people_of(household)
    form = {
        f"relation-{ids['安国强']}": "11",
        f"relation-{ids['兰秀英']}": "02",
        f"relation-{ids['安小雨']}": "30",
    }
    form |= {"on": "2023-10-09", "grounds": "户口簿首页"}
    two = form | {f"relation-{ids['安国强']}": "02"}
    path = f"/households/{household}/relations/"
    assert "一户只能有一个户主" in text_of(as_("clerk").post(path, two))
    assert as_("clerk").post(path, form).status_code == 302
    with within(CLERK):
        page = queries.household_page(household, date(2023, 10, 9))
    assert next((m.name, m.relation) for m in page.members) == ("兰秀英", "02")


def test_a_man_leaves_for_a_household_that_is_there(as_: As) -> None:
    ids = given.people_of(given.household())
    other = given.household([draft("安国栋", "19750505", "151")], unit_code=HUANGCHENG)
    with within(CLERK):
        book = queries.household_page(other, SEASON).number
    form = {
        "how": "join",
        "household": "620721-999999",
        "relation": "73",
        "on": "2023-10-08",
        "grounds": "迁移证",
    }
    path = f"/residents/{ids['安国强']}/move/"
    assert "没有找到这个户号" in error_at(as_("clerk").post(path, form), "household")
    assert "没有填写户号" in error_at(as_("clerk").post(path, form | {"household": ""}), "household")
    moved = as_("clerk").post(path, form | {"household": book}, follow=True)
    assert "皇城镇" in text_of(moved)
