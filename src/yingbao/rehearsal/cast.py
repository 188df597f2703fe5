"""The staff of a demonstration: one person a role, so that whoever tries the workbench can be each of them.

Their logins and password are printed and known to everybody: never made in an installation with real people.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from yingbao.accounts import actions, queries
from yingbao.accounts.roles import ROLES, role_name
from yingbao.journal.acting import NATION, Acting

PASSWORD: Final = "Yanlian-2024-yb"
_FIRST: Final = "Chuci-2024-yb"


@dataclass(frozen=True, slots=True)
class Player:
    """One of the cast: `town` is the place of the unit among the region's reporting units, 0 the region itself."""

    login: str
    name: str
    role: str
    town: int = 0


CAST: Final = (
    Player("jingban", "安建华", "county_clerk"),
    Player("fuhe", "兰海燕", "reviewer"),
    Player("zhuangan", "索玉梅", "town_clerk", 4),
    Player("daiban", "常有福", "village_agent", 4),
    Player("lingdao", "白志强", "chief"),
    Player("xitong", "郎建军", "system_admin"),
    Player("anquan", "屈正平", "security_admin"),
    Player("shenji", "贺学文", "audit_admin"),
)


def enrol_cast(
    region: str, region_name: str, towns: list[tuple[str, str]], from_on: date
) -> list[tuple[str, str, str]]:
    """Make whoever of the cast is not there yet. Returns login, name and post of each."""
    by = Acting.program(NATION, "演练")
    printed = []
    for player in CAST:
        unit, unit_name = (region, region_name) if player.town == 0 else towns[player.town - 1]
        printed.append((player.login, player.name, f"{unit_name} {role_name(player.role)}"))
        if queries.staff_by_login(player.login) is None:
            _enrol(by, player, unit, unit_name, from_on)
    return printed


def _enrol(by: Acting, player: Player, unit: str, unit_name: str, from_on: date) -> None:
    staff_id = actions.add_staff(
        by=by, login=player.login, name=player.name, password=_FIRST, unit_code=unit, grounds="演练"
    )
    actions.grant_post(
        by=by,
        staff_id=staff_id,
        role=player.role,
        unit_code=unit,
        unit_name=unit_name,
        from_on=from_on,
        grounds="演练",
    )
    own = Acting(staff_id, player.name, player.role, unit, unit_name, ROLES[player.role].permissions)
    actions.change_password(by=own, staff_id=staff_id, password=PASSWORD)
    device = actions.begin_second_factor(by=own, staff_id=staff_id)
    actions.confirm_second_factor(by=own, staff_id=staff_id, code=_shown(device, -1))


def player(login: str, region: str, region_name: str) -> Acting:
    """One of the cast in the post of the region. Raises KeyError for nobody of the cast."""
    found = {one.login: one for one in CAST}[login]
    staff_id = queries.staff_by_login(login)
    return Acting(staff_id, found.name, found.role, region, region_name, ROLES[found.role].permissions)


def code_of(login: str) -> str | None:
    """What the code generator of one of the cast shows now; None for anybody else."""
    if login not in {player.login for player in CAST}:
        return None
    staff_id = queries.staff_by_login(login)
    device = TOTPDevice.objects.filter(user_id=staff_id, confirmed=True).last()
    return None if device is None else _shown(device, 0)


def _shown(device: TOTPDevice, steps: int) -> str:
    generator = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    generator.time = time.time() + steps * device.step
    return f"{generator.token():0{device.digits}d}"
