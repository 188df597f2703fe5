"""`yingbao staff`: the first administrator, whom nobody could let in from a page."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from yingbao.cli.rooms import open_rooms
from yingbao.kernel.dates import CHINA

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _staff() -> None:
    """Keeps `add` a verb of its own."""


@app.command()
def add(
    login: str,
    *,
    name: Annotated[str, typer.Option(help="姓名。")],
    role: Annotated[
        str, typer.Option(help="岗位代码，如 system_admin、security_admin；见 docs/reference/roles.md。")
    ],
    unit: Annotated[str, typer.Option(help="单位代码，如 620721；0 为全国。")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="从标准输入读初始密码（一行）。")
    ] = False,
) -> None:
    """建立人员账户并授予岗位，给第一位管理员用；以后的账户在网页上建。"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else _asked_twice()
    open_rooms()
    from django.db import transaction

    from yingbao.accounts import actions
    from yingbao.journal.acting import NATION, Acting

    by = Acting.program(NATION, "命令行")
    today = datetime.now(CHINA).date()
    with transaction.atomic():
        unit_name = _unit_name(unit)
        staff_id = actions.add_staff(
            by=by, login=login, name=name, password=password, unit_code=unit, grounds="命令行建立"
        )
        actions.grant_post(
            by=by, staff_id=staff_id, role=role, unit_code=unit, unit_name=unit_name, from_on=today, grounds="命令行建立"
        )  # fmt: skip
    print(f"已建立 {login}（{unit_name}）。首次登录要改密码，并按页面提示用手机设置动态口令（第二因子）。")


def _asked_twice() -> str:
    return str(typer.prompt("初始密码", hide_input=True, confirmation_prompt="再输入一次"))


def _unit_name(code: str) -> str:
    """The unit's printed name; before any units are made, the region's."""
    from yingbao.journal.acting import NATION
    from yingbao.journal.scope import within
    from yingbao.kernel import regions
    from yingbao.registry import queries
    from yingbao.registry.errors import UnitNotFound

    if code == NATION:
        return "全国"
    try:
        with within(NATION):
            return queries.unit(code).name
    except UnitNotFound:
        return regions.name_of(code, datetime.now(CHINA).date())
