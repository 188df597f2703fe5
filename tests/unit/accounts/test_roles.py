"""Roles are data: three administrators apart, every permission carried by somebody, every one said in words."""

import pytest

from yingbao.accounts.roles import CHANNEL, PERMISSIONS, ROLES, holders, may_hold_together, role_name

WATCHING = [code for code, role in ROLES.items() if role.watches]


def test_three_administrators_keep_watch() -> None:
    assert WATCHING == ["system_admin", "security_admin", "audit_admin"]


@pytest.mark.parametrize("watching", WATCHING)
def test_a_watching_role_stands_alone(watching: str) -> None:
    assert may_hold_together(frozenset({watching}))
    for other in ROLES:
        assert may_hold_together(frozenset({watching, other})) == (watching == other)


def test_working_roles_may_be_held_together() -> None:
    assert may_hold_together(frozenset({"town_clerk", "chief", "finance"}))


def test_no_administrator_both_makes_accounts_and_gives_them_posts() -> None:
    for role in ROLES.values():
        assert not {"staff.manage", "staff.grant"} <= role.permissions
        assert not {"person.merge.request", "person.merge.review"} <= role.permissions


def test_who_manages_accounts_or_reads_the_journal_changes_no_person() -> None:
    writes = {name for name in PERMISSIONS if name.startswith("person.")} - {"person.search", "person.view"}
    for role in ROLES.values():
        if role.watches:
            assert role.permissions & writes == set()


def test_every_permission_of_a_role_is_known_and_every_one_is_carried() -> None:
    assert {p for role in ROLES.values() for p in role.permissions} <= set(PERMISSIONS)
    # what only a channel does, for the people of its unit: no member of staff
    assert {p for p in PERMISSIONS if not holders(p)} == CHANNEL - {"refund.ask"}


def test_a_role_has_a_printed_name_and_the_program_too() -> None:
    assert (role_name("town_clerk"), role_name("program")) == ("镇医保专干", "程序")
