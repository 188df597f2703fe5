"""`yingbao backup` and `yingbao restore`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from yingbao.cli.machine import Data, chosen_folder


def backup(
    file: Annotated[Path, typer.Argument(help="备份写到哪个文件，不覆盖已有的")],
    data: Data = None,
) -> None:
    """备份整个数据库：备份文件、清单，以及读出密封字段要用的密钥。运行中即可备份。"""
    from yingbao.cluster import server_of
    from yingbao.cluster.backup import back_up
    from yingbao.seal import keys_path

    server = server_of(chosen_folder(data))
    server.ensure()
    made = back_up(server, file, keys_path(server.folder))
    print(f"备份：{made.dump}（{made.rows:,} 行，{made.dump.stat().st_size:,} 字节）")
    print(f"清单：{made.manifest}")
    if made.keys is None:
        print("密钥：还没有密封用的密钥，未附")
    else:
        print(f"密钥：{made.keys}")
        print("请把密钥文件与备份分开保管：两者在一起就等于明文，缺了密钥则密封的字段再也读不出。")


def restore(
    file: Annotated[Path, typer.Argument(help="yingbao backup 写的备份文件")],
    data: Data = None,
    yes: Annotated[bool, typer.Option("--yes", help="不再询问")] = False,
) -> None:
    """用备份换下现在的数据库：先核对校验值，读入新库并核对行数，再一步换名；旧库改名留着。"""
    from yingbao.cluster import server_of
    from yingbao.cluster.cluster import tell
    from yingbao.cluster.errors import NotConfirmed
    from yingbao.cluster.restore import read_backup
    from yingbao.cluster.restore import restore as put_back
    from yingbao.seal import keys_path

    server = server_of(chosen_folder(data))
    found = file.expanduser().resolve()
    manifest = read_backup(found)
    if not yes:
        rows = sum(manifest.rows.values())
        question = f"备份做于 {manifest.made_at}，共 {rows:,} 行。确要用它换下现在的数据库吗？"
        if not sys.stdin.isatty() or not typer.confirm(question, err=True):
            raise NotConfirmed
    server.ensure()
    done = put_back(server, found, manifest, keys_path(server.folder), tell)
    print(f"已恢复：{done.rows:,} 行，数据库 {server.database}")
    if done.previous:
        print(f"原来的数据库改名为 {done.previous}，还留着；确认无误后再删除")
    if done.previous_keys:
        print(f"原来的密钥留在 {done.previous_keys}，删除原来的数据库之前不要删它")
    print("请执行 yingbao up，使表结构与程序一致")
