"""The policy pages say what the notices print. Every figure here is typed from the notices, not from the releases."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

SignedIn = Callable[[str], Client]
RELEASES = ["620724/2024", "620721/2024", "620602/2025", "140500/2024", "520100/2024"]

#: What each notice prints, as the page must say it.
PRINTED = {
    "620724/2024": [
        "380.00", "2023-09-10 至 2023-12-31", "特困人员、孤儿（含事实无人抚养儿童）", "310.00", "250.00", "70.00", "130.00",
        "280.00", "127,000", "0936-6629726", "免征代缴", "差额征缴", "出生 3 个月内", "次月将资助资金划入一卡通",
    ],
    "620721/2024": [
        "380.00", "640.00", "1,020.00", "512.00", "112.00", "16.00", "29,500", "7,326", "4,427", "626", "3,500", "3,960", "3,450", "2,699",
        "3,512", "皇城镇", "祁丰乡", "310.00", "70.00", "130.00", "280.00", "100%",
    ],
    "620602/2025": [
        "400.00", "670.00", "536.00", "121.60", "116.80", "113.20", "12.40", "17.20", "20.80", "115.00", "2024-09-10 至 2024-12-25",
        "2025-01-01 至 2025-02-28", "90.00", "150.00", "300.00", "99%", "734,881", "49,895", "36,142", "邓马营湖生态建设指挥部",
    ],
    "140500/2024": [
        "380.00", "2023-09-01 至 2023-09-25", "2023-10-01 至 2023-10-25", "2023-11-01 至 2023-11-25", "2023-12-01 至 2023-12-25",
        "280.00", "342.00", "304.00", "待定", "190,670", "391,890", "363,059", "280,110", "205,908", "152,048", "1,583,685",
        "周五17:00", "2218168",
    ],
    "520100/2024": [
        "380.00", "640.00", "1,020.00", "2023-09-01 至 2024-02-29", "2024-03-01 至 2024-10-31", "缴费日后第 61 天起", "190.00", "266.00",
        "114.00", "300.00", "80.00", "0851-87987189", "计生“两户”", "出生 90 日内", "职工医保终止 90 日内", "500元",
    ],
}  # fmt: skip


def said(client: Client, address: str) -> str:
    """A page as text: no tags, entities undone, white space single."""
    answer = client.get(address)
    assert answer.status_code == 200
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


@pytest.mark.parametrize("key", RELEASES)
def test_the_page_says_what_the_notice_prints(signed_in: SignedIn, key: str) -> None:
    page = said(signed_in("officer"), f"/policy/{key}/")
    assert [figure for figure in PRINTED[key] if figure not in page] == []


@pytest.mark.parametrize("key", RELEASES)
def test_every_reading_stands_at_the_foot_with_the_other_ones(signed_in: SignedIn, key: str) -> None:
    page = signed_in("officer").get(f"/policy/{key}/").content.decode()
    numbers = [int(n) for n in re.findall(r'id="reading-(\d+)"', page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(re.findall(r'href="#reading-(\d+)"', page)) <= {str(n) for n in numbers}
    assert page.count("另一读法：") >= len(numbers)


@pytest.mark.parametrize("key", RELEASES)
def test_a_reading_leads_to_its_line_of_yaml(signed_in: SignedIn, key: str) -> None:
    client = signed_in("officer")
    anchors = set(re.findall(r'/source/#(f\d-L\d+)"', client.get(f"/policy/{key}/").content.decode()))
    source = client.get(f"/policy/{key}/source/").content.decode()
    assert anchors
    assert [anchor for anchor in anchors if f'id="{anchor}"' not in source] == []


@pytest.mark.parametrize("key", RELEASES)
def test_the_proofs_hold_and_the_examples_agree(signed_in: SignedIn, key: str) -> None:
    client = signed_in("officer")
    assert "全部证明通过" in said(client, f"/policy/{key}/proof/")
    examples = said(client, f"/policy/{key}/examples/")
    assert "不符" not in examples
    assert "相符" in examples


def test_the_proof_comes_as_one_sentence_to_the_reading_page(signed_in: SignedIn) -> None:
    answer = signed_in("officer").get("/policy/140500/2024/proof/", headers={"HX-Request": "true"})
    assert "每天只有一个答案" in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_the_library_lists_five_releases(signed_in: SignedIn) -> None:
    page = said(signed_in("officer"), "/policy/")
    for name in ("晋城市", "贵阳市", "武威市凉州区", "肃南裕固族自治县", "高台县"):
        assert name in page


def test_a_county_that_is_covered_opens_the_release_above_it(signed_in: SignedIn) -> None:
    assert "贵阳市 2024年度" in said(signed_in("officer"), "/policy/520181/2024/")


def test_an_unknown_region_is_said_in_words(signed_in: SignedIn) -> None:
    answer = signed_in("officer").get("/policy/110000/2024/")
    assert answer.status_code == 404
    assert "没有 110000 在 2024 待遇年度的政策" in answer.content.decode()


def test_two_counties_of_a_province_differ_where_their_notices_do(signed_in: SignedIn) -> None:
    page = said(signed_in("officer"), "/policy/compare/?a=620724-2024&b=620721-2024&only=different")
    assert "127,000 人" in page
    assert "29,500 人" in page
    assert "通知没有印" in page
    assert "农村低保一类" not in page


def test_a_release_compared_with_itself_has_no_difference(signed_in: SignedIn) -> None:
    page = said(signed_in("officer"), "/policy/compare/?a=520100-2024&b=520100-2024&only=different")
    assert "两份没有不同" in page


def test_a_broken_choice_falls_back_to_the_library(signed_in: SignedIn) -> None:
    assert signed_in("officer").get("/policy/compare/?a=x&b=520100-20x").status_code == 200
