"""Codes of the regions whose notices are held."""

from datetime import date

import pytest

from yingbao.kernel.regions import (
    BadRegionCode,
    UnknownRegion,
    canonical,
    name_of,
    parents,
    read_names,
    within,
)

TODAY = date(2024, 1, 1)


def test_sunan_lies_in_zhangye_in_gansu() -> None:
    assert parents("620721") == ["6207", "62"]
    assert [name_of(code, TODAY) for code in ("620721", *parents("620721"))] == [
        "肃南裕固族自治县",
        "张掖市",
        "甘肃省",
    ]


def test_a_city_written_with_zeros_is_the_city() -> None:
    assert [canonical(code) for code in ("620700", "620000", "620724000", "620724000000", "62")] == [
        "6207",
        "62",
        "620724",
        "620724",
        "62",
    ]
    assert (name_of("140500", TODAY), name_of("520100", TODAY)) == ("晋城市", "贵阳市")
    assert parents("140500") == ["14"]


def test_towns_villages_and_local_codes_hang_below_divisions() -> None:
    assert parents("620724101202") == ["620724101", "620724", "6207", "62"]
    assert parents("5201-GA") == parents("520100-GA") == ["5201", "52"]
    assert parents("62") == []


def test_a_county_lies_within_its_city_and_itself_but_not_in_its_neighbour() -> None:
    assert within("620724", "620700")
    assert within("620724", "620724")
    assert not within("620724", "620721")
    assert not within("6207", "620724")


@pytest.mark.parametrize("code", ["", "6", "621", "62072", "6207245", "62072４", "张掖", "5201-", "5201-ga"])
def test_a_code_of_another_shape_is_refused(code: str) -> None:
    with pytest.raises(BadRegionCode):
        parents(code)


def test_an_unknown_region_is_not_found() -> None:
    with pytest.raises(UnknownRegion, match="核对区划代码"):
        name_of("999900", TODAY)


def test_a_name_holds_for_its_period() -> None:
    old, new = read_names(
        ["code,name,valid_from,valid_through", "999901,旧县,,2012-10-31", "999901,新区,2012-11-01,"]
    )
    assert (old.held_on(date(2012, 10, 31)), new.held_on(date(2012, 10, 31))) == (True, False)
    assert (old.held_on(date(2012, 11, 1)), new.held_on(date(2012, 11, 1))) == (False, True)
