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


#: What pydantic calls a form, and how it is written.
FORMS = {
    "model_type": "这里应为“键: 值”的映射，例如 {at_least: 18}",
    "model_attributes_type": "这里应为“键: 值”的映射，例如 {at_least: 18}",
    "dict_type": "这里应为“键: 值”的映射",
    "list_type": "这里应为列表，例如 [一项, 另一项]",
    "tuple_type": "这里应为列表，例如 [1, 25]",
    "bool_type": "这里写 true 或 false",
    "bool_parsing": "这里写 true 或 false",
    "int_type": "这里写整数",
    "int_parsing": "这里写整数",
}


def say_fault(tree: Tree, error: Any, prefix: tuple[Any, ...] = ()) -> str:
    """One pydantic error: place, path and what to do."""
    loc = (*prefix, *error["loc"])
    place = locate(tree, loc)
    path = ".".join(str(part) for part in loc if not _type_name(str(part)))
    return f"{place}：{path}：{_say(error, loc)}"


def _type_name(part: str) -> bool:
    """pydantic puts the names of union members into the location."""
    return (
        part[:1].isupper() or "[" in part or part in ("date", "str", "literal") or part.endswith("-validator")
    )


def _say(error: Any, loc: tuple[Any, ...]) -> str:
    kind, given = error["type"], error.get("input")
    if kind == "missing":
        return f"缺 {loc[-1]}，请补上"
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(loc[-1]), _KEYS, n=1)
        return f"不认识的键 {loc[-1]}" + (
            f"，是不是 {near[0]}？" if near else "，请对照政策语言参考删去或改名"
        )
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if kind == "literal_error":
        listed = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ").replace(", ", "、")
        return f"“{given}”不在可选范围：{listed}"
    if kind == "string_type":
        return f"“{given}”要写成文本，请加引号，例如 '{given}'"
    if kind in FORMS:
        return f"“{given}”的写法不对，{FORMS[kind]}"
    return f"“{given}”不合规：{error['msg']}"
