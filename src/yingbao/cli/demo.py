"""`yingbao demo`: 肃南's eight townships from rosters to the pre-collection register."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yingbao.cli.show import print_assessment, print_explanation
from yingbao.policy import explain, load_release

REGION, YEAR = "620721", 2024


def demo(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")] = Path("demo"),
    people: Annotated[int | None, typer.Option("--people", help="人数，缺省为通知下达的参保计划")] = None,
    seed: Annotated[int, typer.Option("--seed")] = 2024,
) -> None:
    """肃南县 2024 年度：两个部门的名册 → 逐人核定 → 预征清册，并把一个人的金额说清楚。"""
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
