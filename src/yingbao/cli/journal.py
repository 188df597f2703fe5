"""`yingbao journal`: seal what is new, and prove that nobody changed, removed or slipped in an entry."""

from __future__ import annotations

from typing import Annotated

import typer

from yingbao.cli.exits import Exit
from yingbao.cli.rooms import open_rooms

app = typer.Typer(no_args_is_help=True)


@app.command()
def verify() -> None:
    """核对整部日志：改过的、删掉的、混进来的，逐条指出。"""
    open_rooms()
    from yingbao.journal import sealing

    found = sealing.verify()
    for finding in found.findings:
        print(finding.sentence)
    print(
        f"日志 {found.entries} 条，封存 {found.batches} 批，未封存 {found.unsealed} 条，有问题 {len(found.findings)} 处。"
    )
    if found.findings:
        raise typer.Exit(Exit.FAULTS)


@app.command()
def seal(
    *,
    all_: Annotated[bool, typer.Option("--all", help="从头找没有封存的；时钟出过错以后用。")] = False,
    restored: Annotated[
        bool, typer.Option("--restored", help="刚从备份恢复到以前某天：从现有的最后一批接着封存。")
    ] = False,
) -> None:
    """封存还没有封存的日志（平时由后台每分钟做一次）。"""
    open_rooms()
    from yingbao.journal import anchor, sealing

    if restored:
        anchor.forget()
    print(f"封存了 {sealing.seal_pending(since_ever=all_)} 条日志。")
