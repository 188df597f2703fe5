"""`yingbao assess` and `yingbao sample`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from yingbao.cli.exits import Exit
from yingbao.cli.show import print_assessment
from yingbao.kernel.dates import parse_date
from yingbao.policy import load_release

Policies = Annotated[Path | None, typer.Option("--policies", help="改用这个文件夹里的政策文件")]


@contextmanager
def progress_bar(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error; the callable is told how far the work is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    console = Console(stderr=True)
    with Progress(
        *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done: bar.update(task, completed=done)


def assess(
    snapshot: Annotated[Path, typer.Argument(help="居民库快照，Parquet 或 CSV")],
    region: Annotated[str, typer.Option("--region", help="地区代码，如 620602")],
    year: Annotated[int, typer.Option("--year", help="待遇年度")],
    out: Annotated[Path, typer.Option("--out", help="结果文件，.parquet 或 .csv")],
    on: Annotated[str | None, typer.Option("--on", help="缴费日；不写则用快照的 paid_on 列")] = None,
    engine: Annotated[str, typer.Option("--engine", help="计算引擎")] = "duckdb",
    policies: Policies = None,
) -> None:
    """按政策核定一份居民库：一人一行，缴多少、谁来出、何时享受、依据哪条规则；不能定的写明缺什么。"""
    from yingbao.bulk import assess_file
    from yingbao.bulk.errors import EngineMissing

    if engine != "duckdb":
        raise EngineMissing(engine)
    policy = load_release(region, year, policies=policies)
    day = parse_date(on) if on else None
    with progress_bar("核定", 100) as progress:
        found = assess_file(policy, snapshot, out, on=day, progress=progress)
    print_assessment(found)
    if found.refused or found.unplaced:
        raise typer.Exit(Exit.SOME_REFUSED)


def sample(
    region: str,
    year: int,
    people: Annotated[int, typer.Option("--people", min=1, help="人数")],
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件夹")],
    seed: Annotated[int, typer.Option("--seed", help="同一种子得同一批人")] = 1,
    policies: Policies = None,
) -> None:
    """生成演练居民库和各部门名册（全是虚构的人，身份证号的地区码不存在）。"""
    from yingbao.rehearsal.sample import write_sample

    policy = load_release(region, year, policies=policies)
    with progress_bar("生成", people) as progress:
        made = write_sample(policy, people, seed, out, progress=progress)
    print(f"居民库：{made.population}（{made.people:,} 人）")
    for roster in made.rosters:
        print(f"名册：{roster.path}（{roster.rows:,} 行，真相 {roster.truth_path.name}）")
