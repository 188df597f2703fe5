"""The root of the command: sub-commands, and refusals turned into a sentence and an exit code."""

from __future__ import annotations

import sys

import typer

from yingbao.cli import backups, channel, journal, machine, policy, population, staff
from yingbao.cli.demo import demo
from yingbao.cli.exits import Exit
from yingbao.cli.load import load
from yingbao.kernel.refusal import Refusal

app = typer.Typer(no_args_is_help=True, add_completion=False, help="应保：城乡居民医保参保征缴。")
app.add_typer(policy.app, name="policy", help="政策：核对、逐例回答、说明理由、重印表格。")
app.add_typer(journal.app, name="journal", help="日志：核对、封存。")
app.add_typer(staff.app, name="staff", help="人员账户：建立第一位管理员。")
app.add_typer(channel.app, name="channel", help="渠道：登记、给密钥、试接口。")
app.command("assess")(population.assess)
app.command("sample")(population.sample)
app.command("load")(load)
app.command("demo")(demo)
app.command("up")(machine.up)
app.command("down")(machine.down)
app.command("status")(machine.status)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)


def main() -> None:
    """Run the command. A refusal is one sentence on standard error; anything else is a bug and crashes."""
    try:
        app()
    except Refusal as refusal:
        print(str(refusal), file=sys.stderr)
        sys.exit(Exit.REFUSED)
