"""What is wrong with a field, in words: pydantic finds it and says it in English. The value itself is never repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from yingbao.web.gateway.errors import CallInvalid

#: By pydantic's type of error; the braces take what it tells besides.
_WORDS: Final = {
    "missing": "必须填写",
    "extra_forbidden": "没有这个字段，请核对拼写",
    "string_type": "应是字符串",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "写法应合 {pattern}",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数，不带小数",
    "bool_type": "应是 true 或 false",
    "list_type": "应是数组",
    "too_short": "至少 {min_length} 项",
    "too_long": "至多 {max_length} 项",
    "literal_error": "应是 {expected} 之一",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不大于 {le}",
    "timezone_aware": "时间要带时区，如 2025-10-08T10:00:00+08:00",
    "datetime_type": "应是时间，如 2025-10-08T10:00:00+08:00",
    "datetime_parsing": "应是时间，如 2025-10-08T10:00:00+08:00",
    "datetime_from_date_parsing": "应是时间，如 2025-10-08T10:00:00+08:00",
    "datetime_object_invalid": "没有这个时间",
    "date_type": "应是日期，如 2025-10-08",
    "date_parsing": "应是日期，如 2025-10-08",
    "date_from_datetime_parsing": "应是日期，如 2025-10-08",
    "date_from_datetime_inexact": "应是日期，不带时刻",
    "model_type": "应是 JSON 对象",
    "model_attributes_type": "应是 JSON 对象",
    "dict_type": "应是 JSON 对象",
    "value_error": "{error}",
}


def invalid(error: Mapping[str, Any], place: Sequence[object]) -> CallInvalid:
    """The refusal of one of pydantic's errors, which carries `type` and, for most, `ctx`; `place` leads to the field."""
    wanted = _WORDS.get(error["type"], "写法不对，请对照接口说明").format(**error.get("ctx", {}))
    return CallInvalid(".".join(str(part) for part in place) or "请求体", wanted)
