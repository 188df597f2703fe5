"""A process of its own at work in a test's database, standing still at a point, for the test to look and to kill."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TESTS = Path(__file__).resolve().parent


@contextmanager
def stopped_at(dsn: str, work: str, point: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """The program `work`, told this folder and the words, once it has said that it stands at the point; killed in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", work, str(TESTS), *(str(word) for word in words)], env={**os.environ, "YINGBAO_DSN": dsn},
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == point
        yield process
    finally:
        process.kill()
        process.stdout.close()
        process.wait(30)
