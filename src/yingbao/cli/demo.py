"""`yingbao demo`: 肃南's eight townships from rosters to the pre-collection register, and the workbench over them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yingbao.cli.show import print_assessment, print_explanation
from yingbao.policy import Policy, explain, load_release

if TYPE_CHECKING:
    from yingbao.rehearsal.season import Season

REGION, YEAR = "620721", 2024


def demo(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")] = Path("demo"),
    people: Annotated[int | None, typer.Option("--people", help="人数，缺省为通知下达的参保计划")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 2024,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="做完后让工作台开着")] = True,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65_535, help="工作台的端口")] = None,
    code: Annotated[str | None, typer.Option("--code", help="只印这个演练登录名现在的动态口令")] = None,
) -> None:
    """肃南县 2024 年度：两个部门的名册 → 逐人核定 → 预征清册 → 装入工作台，并把一个人的金额说清楚。"""
    if code is not None:
        _print_code(out, code)
        return
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from yingbao.rehearsal.rows import person_of
    from yingbao.rehearsal.season import run_season

    policy = load_release(REGION, YEAR)
    units = policy.release.units
    plan = people or (units.total if units and units.total else 29_500)
    season = run_season(policy, plan, seed, out, say=print)
    print()
    print(f"预征清册：{season.register}")
    print(f"各部门名册与真相文件：{season.folder / 'rosters'}")
    print(f"名册采用 {season.rows_used:,} 行，未采用 {season.rows_unusable:,} 行（原因见清册的“名册未采用”）")
    print_assessment(season.assessed)
    rows = pq.read_table(season.snapshot)
    row = rows.filter(pc.equal(rows["person_id"], season.example)).to_pylist()[0]
    print()
    print(f"为什么是这个数？人员 {season.example}（{row['unit']}），缴费日 {season.on}：")
    print_explanation(explain(policy, person_of(row), season.on))
    _workbench(policy, season, out, serve=serve, port=port)


def _workbench(policy: Policy, season: Season, out: Path, *, serve: bool, port: int | None) -> None:
    """The same people and lists through the rooms, the cast signed up, the pages served (or all of it stopped again)."""
    state = out / "state"
    from yingbao.cli import machine
    from yingbao.cli.load import load_file, print_loaded

    print()
    machine.up(data=state, no_web=True)
    machine.migrate()
    from yingbao.journal.scope import within
    from yingbao.kernel import regions
    from yingbao.registry.queries.units import people_in, units_below
    from yingbao.rehearsal.cast import PASSWORD, enrol_cast

    region, since = regions.canonical(REGION), date(YEAR - 1, 1, 1)
    there = people_in(region)
    if there:
        print(f"登记库里已有 {there:,} 人，不重复装入")
    else:
        print_loaded(*load_file(policy, season.population, date(YEAR, 12, 31), since))
    with within(region):
        names = policy.release.units.of if policy.release.units else {}
        towns = [(unit.code, unit.name) for unit in units_below(region, since) if unit.name in names]
    cast = enrol_cast(region, policy.release.name, towns, since)
    if not there:
        _season_in_the_rooms(policy, season, region, out)
    if not serve:
        machine.down(data=state)
        return
    machine.up(data=state, port=port)
    print(f"演练登录（密码都是 {PASSWORD}）：")
    for login, name, post in cast:
        print(f"  {login:10}{name}  {post}")
    print(
        f"登录时要的 6 位动态口令：.venv/bin/yingbao demo --code 登录名。停止：.venv/bin/yingbao down --data {state}"
    )


def _season_in_the_rooms(policy: Policy, season: Season, region: str, out: Path) -> None:
    """The departments' lists handed in by the clerk and applied by the reviewer, everybody assessed, the first issue."""
    from yingbao.billing.actions import assess_everyone, issue_register, write_workbook
    from yingbao.billing.queries.registers import register
    from yingbao.journal.scope import within
    from yingbao.kernel.money import yuan_grouped
    from yingbao.rehearsal.cast import player
    from yingbao.rehearsal.lists import apply_lists

    clerk = player("jingban", region, policy.release.name)
    reviewer = player("fuhe", region, policy.release.name)
    apply_lists(policy, season.lists, clerk=clerk, reviewer=reviewer, as_of=season.on, say=print)
    assess_everyone(by=clerk, region=REGION, benefit_year=YEAR, on=season.on, grounds="演练")
    register_id = issue_register(by=clerk, region=REGION, benefit_year=YEAR, grounds="演练")
    path = out / f"{YEAR}年度预征清册第1期（工作台）.xlsx"
    write_workbook(by=clerk, register_id=register_id, path=path)
    with within(clerk):
        issue = register(register_id)
    print(
        f"工作台的预征清册第 {issue.number} 期：{issue.bills:,} 张账单，个人应缴合计 {yuan_grouped(issue.due_fen)} 元，{path}"
    )


def _print_code(out: Path, login: str) -> None:
    from yingbao.cli.machine import chosen_folder
    from yingbao.cli.rooms import open_rooms

    chosen_folder(out / "state")
    open_rooms()
    from yingbao.rehearsal.cast import CAST, code_of

    shown = code_of(login)
    if shown is None:
        known = "、".join(player.login for player in CAST)
        raise typer.BadParameter(f"没有演练登录名 {login}，可用的有 {known}")
    print(shown)
