"""Runs as people say them: what, how far, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from yingbao.journal import runs
from yingbao.kernel.dates import CHINA
from yingbao.web import spoken

if TYPE_CHECKING:
    from yingbao.journal.runs import Run

#: What each kind of run does; a room that adds a kind adds its words here.
KINDS: Final[dict[str, str]] = {
    "journal.verify": "核对日志封存",
    "population.load": "批量装入人员",
    "load": "批量装入人员",
    "rosters.read": "读名册",
    "bills.assess": "核定账单",
    "register.issue": "出征缴清册",
}
OUTCOMES: Final = {
    "waiting": ("排队中", ""),
    "running": ("正在做", "blue"),
    "done": ("做完", ""),
    "partly": ("部分做成", "amber"),
    "failed": ("没有做成", "amber"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One run as pages show it; `lost`: its worker is gone and it will be taken up again."""

    id: UUID
    what: str
    who: str
    asked: str
    short: str
    done: int
    total: int
    word: str
    tone: str
    sentence: str
    going: bool
    lost: bool
    ended: str
    left: str


def line(run: Run, at: datetime) -> Line:
    """A run at an instant."""
    lost = runs.is_silent(run, at)
    word, tone = OUTCOMES[run.outcome]
    if lost:
        word, tone = "处理中断", "amber"
    return Line(
        run.id, KINDS.get(run.kind, run.kind), run.staff_name, spoken.minute(run.asked_at),
        run.asked_at.astimezone(CHINA).strftime("%m-%d %H:%M"), run.done, run.total, word, tone, run.sentence,
        run.outcome in ("waiting", "running"), lost, spoken.minute(run.ended_at), _left(run, at),
    )  # fmt: skip


def _left(run: Run, at: datetime) -> str:
    """How long it may still take, by how long it took so far."""
    if run.outcome != "running" or run.started_at is None or run.done <= 0 or run.total <= run.done:
        return ""
    seconds = (at - run.started_at) / timedelta(seconds=1) * (run.total - run.done) / run.done
    return f"还要约 {round(seconds)} 秒" if seconds < 90 else f"还要约 {round(seconds / 60)} 分钟"
