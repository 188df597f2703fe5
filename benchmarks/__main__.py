"""`python -m benchmarks [NAME]`: one JSON line a figure on standard output, progress on standard error."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from benchmarks import (
    assess,
    assess_linear,
    explain,
    gateway,
    load,
    openfisca,
    register,
    register_issue,
    rosters,
    search,
)
from benchmarks.trial import Figure, say

FIGURES: dict[str, Callable[[str], Figure]] = {
    **dict.fromkeys(assess.RUNS, assess.measure),
    "assess-linear": assess_linear.measure,
    "openfisca": openfisca.measure,
    "explain": explain.measure,
    "load": load.measure,
    "register": register.measure,
    "register-growth": register.measure,
    "search": search.measure,
    "register-issue": register_issue.measure,
    **dict.fromkeys(("confirm", "confirm-scale", "bill-query"), gateway.measure),
    **dict.fromkeys(("rosters", "rosters-apply", "rosters-scale"), rosters.measure),
}


def main(wanted: list[str]) -> int:
    """Measure the named figures, or all; one that fails does not keep the others from being measured."""
    unknown = [name for name in wanted if name not in FIGURES]
    if unknown:
        say(f"no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}")
        return 2
    if len(wanted) == 1:
        [name] = wanted
        say(name)
        print(FIGURES[name](name).line(), flush=True)
        return 0
    # each in a process of its own, so that its memory is its own
    ran = [
        subprocess.run([sys.executable, "-m", "benchmarks", name], check=False) for name in wanted or FIGURES
    ]
    return max(one.returncode for one in ran)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
