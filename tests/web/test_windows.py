"""The chart of windows says, day by day, what the assessment does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from yingbao.policy import Holding, Person, Span, assess
from yingbao.policy.check.variants import ordinary
from yingbao.web.releases import places, policy_of
from yingbao.web.workbench.presenters.citing import Citing
from yingbao.web.workbench.presenters.windows import Bar, timetable
from yingbao.web.workbench.presenters.windows_chart import LABELS, WIDTH, chart, extent, fitting, wrap

KEYS = [place.key for place in places()]


def rows(key: str) -> dict[str, tuple[Bar, ...]]:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    found = timetable(policy, Citing(policy))
    assert found is not None
    return {row.label: row.bars for row in found.rows}


def bar_on(bars: tuple[Bar, ...], day: date) -> Bar | None:
    return next((bar for bar in bars if bar.first <= day <= bar.last), None)


@pytest.mark.parametrize("key", KEYS)
def test_the_ordinary_row_is_open_exactly_on_the_days_an_ordinary_resident_can_pay(key: str) -> None:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    bars = rows(key)["普通居民"]
    day = min(window.from_ for window in policy.release.windows.values()) - timedelta(days=1)
    while day <= max(window.through for window in policy.release.windows.values()):
        bar = bar_on(bars, day)
        shown = bar is not None and bar.kind != "closed"
        assert (day, shown) == (day, bool(assess(policy.program, ordinary(policy), day).allowed))
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("key", "label", "facts"),
    [
        (
            "520100/2024",
            "职工转居民",
            lambda day: {"employee_cover": (Span(None, day - timedelta(days=30)),)},
        ),
        (
            "520100/2024",
            "退役军人、随军配偶、特殊困难人员",
            lambda _: {"categories": (Holding("extreme_poverty"),)},
        ),
        ("620721/2024", "低收入人口", lambda _: {"categories": (Holding("relapsed"),)}),
        ("620602/2025", "新生儿", lambda day: {"birth_date": day - timedelta(days=20)}),
    ],
)
def test_a_row_of_its_own_is_open_when_such_a_person_can_pay(key: str, label: str, facts: Any) -> None:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    bars = rows(key)[label]
    for bar in bars:
        for day in (bar.first, bar.last):
            person = Person(**{**_plain(policy), **facts(day)})
            assert assess(policy.program, person, day).allowed is True


def _plain(policy: Any) -> dict[str, Any]:
    person = ordinary(policy)
    return {
        name: getattr(person, name)
        for name in ("birth_date", "sex", "residence", "insured_years", "parent_insured")
    }


def test_jincheng_closes_within_the_month() -> None:
    bars = rows("140500/2024")["普通居民"]
    closed = [(bar.first, bar.last) for bar in bars if bar.kind == "closed"]
    assert closed[:2] == [(date(2023, 9, 26), date(2023, 9, 30)), (date(2023, 10, 26), date(2023, 10, 31))]


def test_guiyang_late_is_dearer_and_waits() -> None:
    late = bar_on(rows("520100/2024")["普通居民"], date(2024, 6, 15))
    assert late is not None
    assert (late.kind, late.price[0], late.words[0]) == ("late", "1,020.00", "缴费日后第 61 天起")


def test_guiyang_newborns_of_2025_are_those_of_the_last_quarter() -> None:
    bar = bar_on(rows("520100/2024")["新生儿"], date(2025, 2, 1))
    assert bar is not None
    assert "只收 10-01 至 12-31 出生的" in bar.price[0]
    assert bar.only[0] == "只收 10–12 月出生的"


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_drawn_outside_the_field_and_no_word_outside_its_bar(key: str) -> None:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    found = timetable(policy, Citing(policy))
    assert found is not None
    drawn = chart(found)
    for box in drawn.boxes:
        assert float(box.x) >= LABELS
        assert float(box.x) + float(box.wide) <= WIDTH
    for word in drawn.words:
        if word.look.startswith(("price", "start")):
            bold = word.look.startswith("price")
            end = float(word.x) + extent(word.text, 13 if bold else 12, bold)
            assert any(float(b.x) < float(word.x) and end <= float(b.x) + float(b.wide) for b in drawn.boxes)


@pytest.mark.parametrize("key", KEYS)
def test_every_reading_of_a_window_is_flagged_once(key: str) -> None:
    region, year = key.split("/")
    policy = policy_of(region, int(year))
    citing = Citing(policy)
    found = timetable(policy, citing)
    assert found is not None
    drawn = {disc.number for disc in chart(found).discs}
    rules = [f"windows.{name}" for name in policy.release.windows]
    assert set(citing.flags(*rules)) <= drawn


def test_words_are_fitted_and_broken_where_they_may_be() -> None:
    assert fitting(("很长的一句话", "短"), 30, 12) == "短"
    assert fitting(("很长",), 10, 12) == ""
    assert wrap("退役军人、随军配偶、特殊困难人员", 186, 13) == ["退役军人、随军配偶、", "特殊困难人员"]
