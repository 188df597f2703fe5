"""The classes there are, as the law's register has them."""

from __future__ import annotations

from functools import cache

from yingbao.policy.policy import load_library
from yingbao.policy.schema.reference import Category


@cache
def categories() -> dict[str, Category]:
    """Every class code of the built-in register."""
    registers = load_library().registers()
    return dict(registers[1])
