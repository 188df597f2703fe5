"""A trial: two pieces of work timed in turn, A B A B A B, so that a busy machine slows both alike."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import duckdb

from yingbao.policy import Policy
from yingbao.rehearsal.population import write_population
from yingbao.rehearsal.sample import units_of, workplaces_of
from yingbao.rehearsal.shares import class_shares

ROOT = Path(__file__).resolve().parents[1]
#: Made once, reused by every run; `make clean` removes it.
STORE = ROOT / "build" / "bench"
ROUNDS = 3
SEED = 20261123


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of output. `ratio` is of `value` to `against`, measured in the same run; `bar` is what is asked."""

    name: str
    value: float
    unit: str
    ratio: float
    against: str
    bar: float
    better: Literal["higher", "lower"]
    rows: int
    peak_mib: float
    extra: Mapping[str, Any] = field(default_factory=dict)

    def line(self) -> str:
        """The figure as a JSON line."""
        plain = {name: getattr(self, name) for name in self.__slots__ if name != "extra"}
        return json.dumps(_rounded({**plain, **self.extra}), ensure_ascii=False)


def _rounded(value: Any) -> Any:
    """Three figures behind the point, one for large numbers; whole numbers as they are."""
    if isinstance(value, Mapping):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, float):
        return round(value, 3 if abs(value) < 1000 else 1)
    return value


@dataclass(frozen=True, slots=True)
class Spent:
    """What one piece of work took: wall and processor time in seconds, and the most memory of its process."""

    wall: float
    cpu: float
    peak_mib: float = 0.0

    @classmethod
    def median(cls, several: list[Spent]) -> Spent:
        """Each quantity's own median; of memory the most."""
        return cls(
            statistics.median(one.wall for one in several),
            statistics.median(one.cpu for one in several),
            max(one.peak_mib for one in several),
        )


def rows_or(usual: int) -> int:
    """How many people a figure takes; YINGBAO_BENCH_ROWS takes fewer, to try a figure out."""
    return int(os.environ.get("YINGBAO_BENCH_ROWS", usual))


def say(words: str) -> None:
    """Tell how far things are, to whoever watches."""
    print(words, file=sys.stderr, flush=True)


def timed(work: Callable[[], object]) -> Spent:
    """One run of the work in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu, peak_mib())


def in_turn(rounds: int = ROUNDS, /, **works: Callable[[], Spent]) -> dict[str, Spent]:
    """Each work's median over rounds in which all of them take their turn."""
    found: dict[str, list[Spent]] = {name: [] for name in works}
    for number in range(1, rounds + 1):
        for name, work in works.items():
            found[name].append(work())
            say(
                f"  {number}/{rounds} {name}: {found[name][-1].wall:.2f} s, {found[name][-1].cpu:.2f} s of processor"
            )
    return {name: Spent.median(several) for name, several in found.items()}


def apart(*words: str) -> Spent:
    """The work named by `words` (see `benchmarks.apart`) in a process of its own, which times and weighs itself."""
    command = [sys.executable, "-m", "benchmarks.apart", *words]
    ran = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return Spent(**json.loads(ran.stdout))


def peak_mib() -> float:
    """The most memory this process has held, in MiB.

    Linux keeps it for the program now running; the figure of `getrusage` may be that of the process it came from.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    per_mib = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / per_mib


def population(policy: Policy, people: int) -> Path:
    """The Parquet file of a sample population, made when first asked for."""
    release = policy.release
    path = STORE / f"{release.region}-{release.benefit_year}-{people}.parquet"
    if path.is_file():
        return path
    STORE.mkdir(parents=True, exist_ok=True)
    say(f"  making {path.name}")
    part = path.with_suffix(".part")
    write_population(
        part,
        units_of(policy),
        release.region,
        release.benefit_year,
        people,
        SEED,
        class_shares(policy),
        workplaces=workplaces_of(policy),
    )
    part.replace(path)
    return path


def narrowed(path: str, columns: list[str]) -> Path:
    """The same people with these columns alone, written by DuckDB as it writes by default; made when first asked for."""
    whole = Path(path)
    found = whole.with_name(f"narrow-{whole.name}")
    if not found.is_file():
        say(f"  making {found.name}")
        with duckdb.connect() as db:
            db.execute(f"COPY (SELECT {', '.join(columns)} FROM '{whole}') TO '{found}' (FORMAT parquet)")
    return found
