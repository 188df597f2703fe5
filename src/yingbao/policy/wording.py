"""Schema faults as sentences a policy officer can act on."""

from __future__ import annotations

import difflib
from typing import Any

from yingbao.policy.positions import Tree, locate
from yingbao.policy.schema.rules import (
    Band,
    Cover,
    Eligibility,
    Fiscal,
    LaterTransfer,
    Prorate,
    Reading,
    Subsidy,
    SubsidyAmount,
    Waiting,
    WaitPart,
    Window,
)
from yingbao.policy.schema.when import AgeSpec, ClassSpec, DateTestSpec, When

_KEYS = sorted(
    {
        (info.alias or name)
        for model in (
            When,
            DateTestSpec,
            AgeSpec,
            ClassSpec,
            Window,
            Cover,
            Waiting,
            WaitPart,
            Subsidy,
            SubsidyAmount,
            Band,
            Prorate,
            Fiscal,
            Eligibility,
            LaterTransfer,
            Reading,
        )
        for name, info in model.model_fields.items()
    }
)


def say_fault(tree: Tree, error: Any, prefix: tuple[Any, ...] = ()) -> str:
    """One pydantic error: place, path and what to do."""
    loc = (*prefix, *error["loc"])
    place = locate(tree, loc)
    path = ".".join(str(part) for part in loc if not _type_name(str(part)))
    return f"{place}：{path}：{_say(error, loc)}"


def _type_name(part: str) -> bool:
    """pydantic puts the names of union members into the location."""
    return part[:1].isupper() or "[" in part or part in ("date", "str", "literal") or part.endswith("-validator")


def _say(error: Any, loc: tuple[Any, ...]) -> str:
    kind, given = error["type"], error.get("input")
    if kind == "missing":
        return f"缺 {loc[-1]}，请补上"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(loc[-1]), _KEYS, n=1)
        return f"不认识的键 {loc[-1]}" + (f"，是不是 {near[0]}？" if near else "，请对照政策语言参考删去或改名")
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if kind == "literal_error":
        return f"“{given}”不在可选范围：{error['ctx']['expected']}"
    return f"“{given}”不合规：{error['msg']}"
