"""Accounts of staff: who makes them, who grants posts, and that nobody touches another county's or another's own."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

import given
from databases import raw
from people import COUNTY, KANGLE, OTHER_COUNTY, PROGRAM, staff
from yingbao.accounts import actions, queries
from yingbao.accounts.errors import (
    BadLogin,
    BadPassword,
    BadPostPeriod,
    LoginTaken,
    PostHeld,
    PostNotFound,
    RolesApart,
    SecondFactorSet,
    StaffNotFound,
    UnknownRole,
    WrongCode,
)
from yingbao.accounts.models import Staff
from yingbao.journal.acting import Acting
from yingbao.journal.errors import NotPermitted, OutOfRegion
from yingbao.kernel.names import BadName
from yingbao.kernel.refusal import Refusal

pytestmark = pytest.mark.usefixtures("registry")

SYSTEM = staff("郑系统", "system_admin")
SECURITY = staff("王安全", "security_admin")
OTHER_SYSTEM = staff("高系统", "system_admin", OTHER_COUNTY, "高台县")
OTHER_SECURITY = staff("高安全", "security_admin", OTHER_COUNTY, "高台县")
PASSWORD, NEXT = "Qilian-2023-shan", "Heihe-2024-shui"
DAY = date(2023, 10, 1)
A_DAY = timedelta(days=1)


def added(login: str = "suoym", unit_code: str = COUNTY) -> UUID:
    return actions.add_staff(by=SYSTEM, login=login, name="索玉梅", password=PASSWORD, unit_code=unit_code)


def test_the_security_administrator_says_whose_lists_somebody_hands_in() -> None:
    she = added()
    actions.set_department(by=SECURITY, staff_id=she, department="civil_affairs", grounds="民政局来函")
    granted(she, "department")
    [post] = queries.posts_of(she, DAY)
    assert queries.acting_as(Staff.objects.get(id=she), post).department == "civil_affairs"
    assert given.deeds(she, PROGRAM) == ["staff.add", "staff.department", "post.grant"]
    for stranger, refusal in ((SYSTEM, NotPermitted), (OTHER_SECURITY, StaffNotFound)):
        with pytest.raises(refusal):
            actions.set_department(by=stranger, staff_id=she, department="health", grounds="越权")


def granted(who: UUID, role: str = "town_clerk", through: date | None = None, start: date = DAY) -> UUID:
    return actions.grant_post(
        by=SECURITY,
        staff_id=who,
        role=role,
        unit_code=KANGLE,
        unit_name="康乐镇",
        from_on=start,
        through_on=through,
    )


def own(who: UUID) -> Acting:
    return Acting(who, "索玉梅", "town_clerk", KANGLE, "康乐镇")


def test_a_new_member_of_staff_must_choose_a_password_and_is_seen_by_their_county() -> None:
    who = added()
    found = Staff.objects.get(id=who)
    assert (found.must_change_password, found.check_password(PASSWORD)) == (True, True)
    assert found.entry_id is not None
    assert given.deeds(who) == ["staff.add"]
    assert [s.login for s in queries.staff_within(SYSTEM, DAY)] == ["suoym"]
    assert [s.login for s in queries.staff_within(PROGRAM, DAY)] == ["suoym"]
    assert queries.staff_within(OTHER_SYSTEM, DAY) == []
    assert queries.staff_within(Acting(None, "", "x", "", ""), DAY) == []
    with pytest.raises(StaffNotFound):
        queries.staff_line(OTHER_SYSTEM, who, DAY)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("login", "ab", BadLogin),
        ("login", "索玉梅", BadLogin),
        ("login", "a b c", BadLogin),
        ("name", " ", BadName),
        ("password", "short-A1", BadPassword),
        ("password", "onlysmallletters", BadPassword),
        ("password", "SuoYm-12345678", BadPassword),
        ("password", "1234567890", BadPassword),
        ("unit_code", OTHER_COUNTY, OutOfRegion),
        ("by", SECURITY, NotPermitted),
    ],
)
def test_a_member_of_staff_is_refused(field: str, value: object, refusal: type[Refusal]) -> None:
    asked = {
        "by": SYSTEM,
        "login": "suoym12345678",
        "name": "索玉梅",
        "password": PASSWORD,
        "unit_code": COUNTY,
    }
    with pytest.raises(refusal):
        actions.add_staff(**{**asked, field: value})  # type: ignore[arg-type]
    assert not Staff.objects.exists()


def test_a_login_is_one_whatever_its_case_also_past_the_action() -> None:
    added()
    with pytest.raises(LoginTaken):
        added("SuoYM")
    with raw("app") as app, pytest.raises(Exception, match="any_case"):
        app.execute(
            "INSERT INTO accounts_staff (id, password, login, name, unit_code, department, is_active, "
            "must_change_password) VALUES (gen_random_uuid(), '', 'SUOYM', '', '62', '', true, true)"
        )


def test_a_post_is_held_from_its_day_through_its_last() -> None:
    who = added()
    post = granted(who, through=DAY + 9 * A_DAY)
    assert queries.posts_of(who, DAY - A_DAY) == ()
    assert [(p.id, p.last_on) for p in queries.posts_of(who, DAY + 9 * A_DAY)] == [(post, DAY + 9 * A_DAY)]
    assert queries.posts_of(who, DAY + 10 * A_DAY) == ()
    [line] = queries.staff_within(SYSTEM, DAY, "索")
    assert [(p.role_name, p.unit_name) for p in line.posts] == [("镇医保专干", "康乐镇")]
    acting = queries.acting_as(Staff.objects.get(id=who), line.posts[0], "10.0.0.1")
    assert (acting.may("person.change"), acting.may("staff.grant"), acting.unit_code) == (True, False, KANGLE)
    assert given.deeds(who) == ["staff.add", "post.grant"]


def test_a_post_ended_leaves_its_earlier_version() -> None:
    who = added()
    post = granted(who)
    actions.end_post(by=SECURITY, post_id=post, last_on=DAY + A_DAY, grounds="调离")
    assert queries.posts_of(who, DAY + A_DAY)
    assert queries.posts_of(who, DAY + 2 * A_DAY) == ()
    with raw("app") as app:
        assert app.execute("SELECT upper_inf(period) FROM accounts_post_version").fetchone() == (True,)


@pytest.mark.parametrize(
    ("ask", "refusal"),
    [
        (lambda who: granted(who, "king"), UnknownRole),
        (lambda _: granted(uuid4()), StaffNotFound),
        (lambda who: granted(who, through=DAY - A_DAY), BadPostPeriod),
        (granted, PostHeld),
        (lambda who: granted(who, start=DAY + A_DAY), PostHeld),
        (lambda who: granted(who, "audit_admin"), RolesApart),
        (
            lambda who: actions.grant_post(
                by=SYSTEM, staff_id=who, role="chief", unit_code=KANGLE, unit_name="康乐镇", from_on=DAY
            ),
            NotPermitted,
        ),
        (
            lambda who: actions.grant_post(
                by=SECURITY,
                staff_id=who,
                role="chief",
                unit_code=OTHER_COUNTY,
                unit_name="高台县",
                from_on=DAY,
            ),
            OutOfRegion,
        ),
        (
            lambda who: actions.grant_post(
                by=OTHER_SECURITY,
                staff_id=who,
                role="chief",
                unit_code=OTHER_COUNTY,
                unit_name="高台县",
                from_on=DAY,
            ),
            StaffNotFound,
        ),
    ],
)
def test_a_post_is_refused(ask: Callable[[UUID], object], refusal: type[Refusal]) -> None:
    who = added()
    granted(who)
    with pytest.raises(refusal):
        ask(who)
    assert given.deeds(who) == ["staff.add", "post.grant"]


def test_roles_that_stand_apart_may_follow_each_other_but_not_overlap_by_a_day() -> None:
    who = added()
    granted(who, through=DAY + 9 * A_DAY)
    with pytest.raises(RolesApart):
        granted(who, "audit_admin", start=DAY + 9 * A_DAY)
    granted(who, "audit_admin", start=DAY + 10 * A_DAY)


@pytest.mark.parametrize("last_on", [DAY - A_DAY, DAY + 10 * A_DAY, date.max])
def test_ending_a_post_neither_empties_nor_prolongs_it(last_on: date) -> None:
    post = granted(added(), through=DAY + 9 * A_DAY)
    with pytest.raises(BadPostPeriod):
        actions.end_post(by=SECURITY, post_id=post, last_on=last_on, grounds="误")


def test_ending_a_post_is_refused_to_who_may_not_or_does_not_reach_it() -> None:
    post = granted(added())
    for by, refusal in ((SYSTEM, NotPermitted), (OTHER_SECURITY, OutOfRegion)):
        with pytest.raises(refusal):
            actions.end_post(by=by, post_id=post, last_on=DAY, grounds="调离")
    with pytest.raises(PostNotFound):
        actions.end_post(by=SECURITY, post_id=uuid4(), last_on=DAY, grounds="调离")


def test_an_account_is_stopped_and_started_by_its_own_county_alone() -> None:
    who = added()
    for by, refusal in ((OTHER_SYSTEM, StaffNotFound), (SECURITY, NotPermitted)):
        with pytest.raises(refusal):
            actions.set_active(by=by, staff_id=who, active=False, grounds="离职")
    actions.set_active(by=SYSTEM, staff_id=who, active=False, grounds="离职")
    assert not Staff.objects.get(id=who).is_active
    actions.set_active(by=SYSTEM, staff_id=who, active=True, grounds="复职")
    assert given.deeds(who) == ["staff.add", "staff.stop", "staff.activate"]


def test_ones_own_password_is_changed_and_does_not_come_back() -> None:
    who = added()
    actions.change_password(by=own(who), staff_id=who, password=NEXT)
    found = Staff.objects.get(id=who)
    assert (found.must_change_password, found.check_password(NEXT)) == (False, True)
    for used in (NEXT, PASSWORD):
        with pytest.raises(BadPassword, match="用过"):
            actions.change_password(by=own(who), staff_id=who, password=used)


def test_nobody_changes_the_password_or_the_generator_of_another() -> None:
    who = added()
    for deed in (
        lambda: actions.change_password(by=SYSTEM, staff_id=who, password=NEXT),
        lambda: actions.begin_second_factor(by=SYSTEM, staff_id=who),
        lambda: actions.confirm_second_factor(by=SYSTEM, staff_id=who, code="000000"),
    ):
        with pytest.raises(NotPermitted):
            deed()


def test_a_password_is_reset_by_its_own_county_and_must_be_changed() -> None:
    who = added()
    actions.change_password(by=own(who), staff_id=who, password=NEXT)
    with pytest.raises(StaffNotFound):
        actions.reset_password(by=OTHER_SYSTEM, staff_id=who, password="Longshou-2024-shan", grounds="忘记")
    actions.reset_password(by=SYSTEM, staff_id=who, password="Longshou-2024-shan", grounds="忘记")
    assert Staff.objects.get(id=who).must_change_password


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def test_the_first_right_code_sets_the_second_factor() -> None:
    who = added()
    device = actions.begin_second_factor(by=own(who), staff_id=who)
    assert not queries.staff_line(SYSTEM, who, DAY).has_second_factor
    actions.confirm_second_factor(by=own(who), staff_id=who, code=code_of(device))
    assert queries.staff_line(SYSTEM, who, DAY).has_second_factor
    assert given.deeds(who) == ["staff.add", "second-factor.begin", "second-factor.set"]


def test_a_wrong_code_is_refused_and_counted() -> None:
    who = added()
    device = actions.begin_second_factor(by=own(who), staff_id=who)
    right = code_of(device)
    wrong = f"{(int(right) + 500_000) % 1_000_000:06d}"
    for _ in range(3):
        with pytest.raises(WrongCode):
            actions.confirm_second_factor(by=own(who), staff_id=who, code=wrong)
    with pytest.raises(WrongCode):  # now it waits before it looks again
        actions.confirm_second_factor(by=own(who), staff_id=who, code=right)
    assert TOTPDevice.objects.get().throttling_failure_count > 0


def test_who_knows_only_the_password_cannot_replace_a_generator_that_is_set() -> None:
    who = added()
    device = actions.begin_second_factor(by=own(who), staff_id=who)
    actions.confirm_second_factor(by=own(who), staff_id=who, code=code_of(device))
    with pytest.raises(SecondFactorSet):
        actions.begin_second_factor(by=own(who), staff_id=who)
    with pytest.raises(StaffNotFound):
        actions.reset_second_factor(by=OTHER_SECURITY, staff_id=who, grounds="手机丢失")
    with pytest.raises(NotPermitted):
        actions.reset_second_factor(by=SYSTEM, staff_id=who, grounds="手机丢失")
    actions.reset_second_factor(by=SECURITY, staff_id=who, grounds="手机丢失")
    actions.begin_second_factor(by=own(who), staff_id=who)
