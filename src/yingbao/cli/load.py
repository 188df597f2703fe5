"""`yingbao load`: a population into the registry."""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from yingbao.cli.exits import Exit
from yingbao.cli.population import Policies, progress_bar
from yingbao.kernel import regions
from yingbao.kernel.dates import parse_date
from yingbao.policy import Policy, load_release

if TYPE_CHECKING:
    from yingbao.registry.actions.loads import Loaded

#: Sentences printed by reason; the rest is in the table of faults and, if asked for, in the file.
_SHOWN = 3


def load(
    region: str,
    year: int,
    people: Annotated[int, typer.Option("--people", min=1, help="演练人数；写了 --file 则不用")] = 10_000,
    seed: Annotated[int, typer.Option("--seed", help="同一种子得同一批人")] = 1,
    file: Annotated[
        Path | None, typer.Option("--file", help="装入这份居民库（Parquet 或 CSV），不生成演练人口")
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="按哪一天的规则核对；演练缺省为待遇年度 12 月 31 日")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="没有写日期的事实从哪天起算，缺省上一年 1 月 1 日")
    ] = None,
    faults: Annotated[Path | None, typer.Option("--faults", help="问题清单写到这个 CSV 文件")] = None,
    policies: Policies = None,
) -> None:
    """把一份居民库装入参保登记：逐行按登记表单的规则核对，一次全部写入；有问题的行逐条列出。"""
    policy = load_release(region, year, policies=policies)
    day = parse_date(on) if on else date(year, 12, 31)
    from_on = parse_date(since) if since else date(year - 1, 1, 1)
    _connect()
    with TemporaryDirectory(prefix="yingbao-load-") as folder:
        source = file or _sample(policy, people, seed, Path(folder))
        loaded, took = load_file(policy, source, day, from_on)
    print_loaded(loaded, took)
    if faults is not None:
        _write(loaded, faults)
    if loaded.faults:
        raise typer.Exit(Exit.SOME_REFUSED)


def _connect() -> None:
    """Django, and a sentence where no database answers. Raises LoadRefused."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yingbao.config.settings")
    import django
    from django.db import OperationalError, connection

    django.setup()
    from yingbao.registry.errors import LoadRefused

    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise LoadRefused("连不上数据库，请先启动数据库，或核对 YINGBAO_DSN") from error


def _sample(policy: Policy, people: int, seed: int, folder: Path) -> Path:
    """The people of a rehearsal as a file."""
    from yingbao.rehearsal.population import write_population
    from yingbao.rehearsal.sample import units_of, workplaces_of
    from yingbao.rehearsal.shares import class_shares

    release, out = policy.release, folder / f"sample-{policy.release.region}-{people}-{seed}.parquet"
    with progress_bar("生成", people) as progress:
        write_population(
            out, units_of(policy), release.region, release.benefit_year, people, seed, class_shares(policy),
            workplaces=workplaces_of(policy), progress=progress,
        )  # fmt: skip
    return out


def load_file(policy: Policy, source: Path, on: date, since: date) -> tuple[Loaded, float]:
    """The release's units, then everybody; a run shows it on the workbench meanwhile. Also the seconds it took."""
    begun = time.perf_counter()
    from yingbao.journal.acting import NATION, Acting
    from yingbao.registry.actions import units_of_release
    from yingbao.registry.actions.loads import load_now

    region = regions.canonical(policy.release.region)
    if policy.release.units is not None:
        units_of_release(by=Acting.program(NATION), policy=policy, from_on=since)
    with progress_bar("装入", 100) as progress:
        loaded = load_now(
            by=Acting.program(region, "命令行"), region=region, file=source, on=on, since=since,
            grounds=f"{policy.release.title}（{policy.key}）",
            tell=lambda done, total: progress(100 * done // max(total, 1)),
        )  # fmt: skip
    return loaded, time.perf_counter() - begun


def print_loaded(loaded: Loaded, took: float) -> None:
    """What was loaded, how fast, and the first faults of each kind."""
    written = loaded.written
    print(f"{loaded.sentence()}。用时 {took:.1f} 秒（每秒 {loaded.rows / max(took, 0.001):,.0f} 行）")
    print(
        f"参保历史：职工医保和异地居民医保 {written.covers:,} 段，人员类别 {written.holdings:,} 项，"
        f"在校 {written.schoolings:,} 人，死亡、服刑、参军 {written.survivals:,} 条。文件摘要（SM3）{loaded.digest}"
    )
    from yingbao.registry.loading.faults import OUTCOMES

    for outcome, count in Counter(fault.outcome for fault in loaded.faults).most_common():
        print(f"{OUTCOMES[outcome]}：{count:,} 条")
        for fault in [f for f in loaded.faults if f.outcome == outcome][:_SHOWN]:
            print(f"  第 {fault.row} 行：{fault.sentence}")
    if loaded.ignored:
        print(f"未使用的列：{'、'.join(loaded.ignored)}")


def _write(loaded: Loaded, path: Path) -> None:
    """All faults as CSV that Excel opens. Raises LoadRefused."""
    from yingbao.registry.errors import LoadRefused

    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["行号", "结果", "列", "说明"])
            rows.writerows((f.row, f.outcome, f.place, f.sentence) for f in loaded.faults)
    except OSError as error:
        raise LoadRefused(f"人已装入，但问题清单 {path} 写不了，请核对文件夹和权限") from error
    print(f"问题清单：{path}")
