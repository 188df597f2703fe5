"""Invented regions, each one YAML file under tests/spec/regions: structures no notice has printed."""

from __future__ import annotations

from pathlib import Path

from yingbao.policy import Policy, load_release

FOLDER = Path(__file__).parent / "regions"
INVENTED: list[tuple[str, int]] = []


def invented(region: str, year: int) -> Policy:
    return load_release(region, year, policies=FOLDER)
