"""Units made from the releases, units added by hand, and who answers for them."""

from datetime import date, timedelta

import pytest

import given
from people import CLERK, FARM, GAOTAI_CLERK, KANGLE, KANGLE_CLERK, PROGRAM, STATION, staff
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7
from yingbao.policy import load_release
from yingbao.registry import actions, queries
from yingbao.registry.errors import FormInvalid, Overlap, SpanNotFound, UnitNotFound, UnitTaken

pytestmark = pytest.mark.usefixtures("registry")
START = date(2023, 1, 1)
A_DAY = timedelta(days=1)


def below(code: str, on: date = START) -> list[queries.UnitLine]:
    with within(PROGRAM):
        return list(queries.units_below(code, on))


def load(region: str, year: int = 2024) -> int:
    year = 2025 if region == "620602" else year
    return actions.units_of_release(by=PROGRAM, policy=load_release(f"{region:0<6}", year), from_on=START)


def test_sunan_has_eight_towns_a_station_and_a_farm() -> None:
    assert [(u.name, u.kind) for u in below("620721")] == [
        ("皇城镇", "town"), ("马蹄乡", "township"), ("白银乡", "township"), ("康乐镇", "town"),
        ("大河乡", "township"), ("明花乡", "township"), ("祁丰乡", "township"), ("红湾寺镇", "town"),
        ("甘肃省绵羊繁育技术推广站", "station"), ("甘肃省国营宝瓶河牧场", "farm"),
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "count", "kinds"), [
    ("620602", 47, {"town", "street", "headquarters"}), ("1405", 6, {"county", "city"}), ("5201", 10, {"county", "city"}),
])  # fmt: skip
def test_other_regions_have_the_units_their_notices_print(region: str, count: int, kinds: set[str]) -> None:
    assert load(region) > count
    units = below(region)
    assert len(units) >= count
    assert {u.kind for u in units} <= kinds | {"park", "farm"}
    assert all(u.code.startswith(region) for u in units)
    assert load(region) == 0


def test_a_release_read_again_adds_nothing_and_one_in_another_order_keeps_every_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Seen: codes went by the printed place, so that a town printed elsewhere took another's code."""
    assert load("620721") == 0
    policy = load_release("620721", 2024)
    before = {u.name: u.code for u in below("620721")}
    units = policy.release.units
    assert units is not None
    turned = units.model_copy(update={"of": dict(reversed(units.of.items()))})
    again = policy.release.model_copy(update={"units": turned})
    monkeypatch.setattr(type(policy), "release", again, raising=False)
    assert actions.units_of_release(by=PROGRAM, policy=policy, from_on=START) == 0
    assert {u.name: u.code for u in below("620721")} == before


def test_a_county_clerk_makes_no_units_above_the_county() -> None:
    with pytest.raises(OutOfRegion):
        actions.units_of_release(by=CLERK, policy=load_release("620602", 2025), from_on=START)
    liangzhou = staff("凉经办", "county_clerk", "620602", "凉州区")
    with pytest.raises(OutOfRegion):
        actions.units_of_release(by=liangzhou, policy=load_release("620602", 2025), from_on=START)


def add(
    code: str, parent: str | None = "620721", kind: str = "village", name: str = "某村", by: object = CLERK
) -> None:
    actions.add_unit(by=by, code=code, name=name, kind=kind, parent_code=parent, from_on=START)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "parent", "kind", "name", "field"),
    [
        ("620721001", "620721", "king", "某村", "kind"),
        ("620721001", "620721", "town", " ", "name"),
        ("6207210", "620721", "town", "某镇", "code"),
        ("620721-t01", "620721", "town", "某镇", "code"),
        ("620721001", "620724", "town", "某镇", "code"),
        ("620721", "620721", "town", "某镇", "code"),
        ("620721-T0", "620721", "town", "某镇", "code"),
        ("620721-T042", "620721", "village", "某村", "code"),
    ],
)
def test_a_unit_is_refused_at_its_field(code: str, parent: str, kind: str, name: str, field: str) -> None:
    """The last two: one code would begin with another's, and one clerk reach another's people."""
    with pytest.raises(FormInvalid) as refused:
        add(code, parent, kind, name)
    assert list(refused.value.faults) == [field]


def test_a_unit_is_added_once_below_what_there_is_by_who_may() -> None:
    add("620721001", kind="town", name="某镇")
    add(f"{KANGLE}V1", KANGLE)
    with pytest.raises(UnitTaken):
        add("620721001", kind="town")
    with pytest.raises(UnitNotFound):
        add("620721002001", "620721002")
    for by, refusal in ((KANGLE_CLERK, NotPermitted), (GAOTAI_CLERK, OutOfRegion)):
        with pytest.raises(refusal):
            add("620721003", by=by)
    given.household(unit_code=f"{KANGLE}V1", by=KANGLE_CLERK)
    assert [(u.people, u.enrolled) for u in below("620721") if u.code == KANGLE] == [(3, 3)]


def test_a_closed_unit_is_listed_no_more_and_keeps_its_day() -> None:
    for last_on in (START - A_DAY,):
        with pytest.raises(FormInvalid):
            actions.close_unit(by=CLERK, code=KANGLE, last_on=last_on, grounds="撤并")
    with pytest.raises(UnitNotFound):
        actions.close_unit(by=CLERK, code="620721-T77", last_on=START, grounds="撤并")
    actions.close_unit(by=CLERK, code=KANGLE, last_on=START, grounds="撤并")
    assert KANGLE in {u.code for u in below("620721", START)}
    assert KANGLE not in {u.code for u in below("620721", START + A_DAY)}
    with pytest.raises(FormInvalid):
        actions.close_unit(by=CLERK, code=KANGLE, last_on=START + A_DAY, grounds="延后")
    with within(CLERK):
        assert KANGLE not in dict(queries.choices("620721", START + A_DAY))


def assign(
    unit: str, to: str = KANGLE, hukou: str | None = None, by: object = CLERK, source: str = "文"
) -> None:
    actions.assign(
        by=by, unit_code=unit, to_unit_code=to, source=source, from_on=START, hukou_unit_code=hukou  # type: ignore[arg-type]
    )  # fmt: skip


def test_people_of_a_unit_are_assigned_once_and_to_what_there_is() -> None:
    with within(CLERK):
        assert [(a.to_unit.name, a.source) for a in queries.assignments(STATION, START)] == [
            ("皇城镇", "肃医保〔2023〕48号 四(三)")
        ]
        assert {a.hukou_unit.name for a in queries.assignments(FARM, START) if a.hukou_unit} == {
            "康乐镇",
            "红湾寺镇",
        }
    for unit, hukou in ((STATION, None), (STATION, KANGLE), (FARM, None), (FARM, KANGLE)):
        with pytest.raises(Overlap):
            assign(unit, hukou=hukou)
    assign(FARM, "620721-T01", hukou="620721-T01")
    for unit, to, hukou in (
        ("620721-W77", KANGLE, None),
        (FARM, "620721-T77", "620721-T02"),
        (FARM, KANGLE, "x"),
    ):
        with pytest.raises(UnitNotFound):
            assign(unit, to, hukou)
    with pytest.raises(FormInvalid):
        assign(FARM, KANGLE, "620721-T02", source=" ")
    for by, refusal in ((KANGLE_CLERK, NotPermitted), (GAOTAI_CLERK, OutOfRegion)):
        with pytest.raises(refusal):
            assign(FARM, KANGLE, "620721-T02", by=by)


def duty(kind: str = "leads", by: object = CLERK, **more: str) -> object:
    asked = {"unit_code": KANGLE, "person_name": "索书记", "position": "书记", "phone": "12900001111", **more}
    return actions.give_duty(by=by, kind=kind, from_on=START, **asked)  # type: ignore[arg-type]


def test_somebody_answers_for_a_unit_and_one_leads() -> None:
    first = duty()
    duty("clerk", person_name="索玉梅", phone="")
    with pytest.raises(Overlap, match="主要负责人"):
        duty()
    with within(CLERK):
        lines = queries.duties("620721", START)
    assert [(d.person_name, d.kind, bool(d.phone)) for d in lines] == [
        ("索玉梅", "clerk", False),
        ("索书记", "leads", True),
    ]
    assert "12900001111" not in str(lines)
    actions.end_duty(by=CLERK, duty_id=first, last_on=START)  # type: ignore[arg-type]
    with pytest.raises(FormInvalid):
        actions.end_duty(by=CLERK, duty_id=first, last_on=START + A_DAY)  # type: ignore[arg-type]
    with within(CLERK):
        assert [d.kind for d in queries.duties("620721", START + A_DAY)] == ["clerk"]


def test_a_duty_is_refused() -> None:
    for more, field in (
        ({"kind": "king"}, "kind"),
        ({"person_name": ""}, "person_name"),
        ({"phone": "1"}, "phone"),
    ):
        with pytest.raises(FormInvalid) as refused:
            duty(**more)
        assert list(refused.value.faults) == [field]
    with pytest.raises(UnitNotFound):
        duty(unit_code="620721-T77")
    given_duty = duty()
    with pytest.raises(OutOfRegion):
        duty(by=GAOTAI_CLERK)
    for by in (GAOTAI_CLERK, CLERK):
        with pytest.raises(SpanNotFound):
            actions.end_duty(by=by, duty_id=given_duty if by is GAOTAI_CLERK else uuid7(), last_on=START)  # type: ignore[arg-type]
    with pytest.raises(FormInvalid):
        actions.end_duty(by=CLERK, duty_id=given_duty, last_on=START - A_DAY)  # type: ignore[arg-type]
