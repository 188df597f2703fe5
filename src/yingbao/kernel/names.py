"""Names of people as workbooks hold them, and as screens may show them.

Rare and private-use characters are kept as they are: a name is never normalised into another one.
"""

import re
import unicodedata
from typing import Final

from yingbao.kernel.refusal import Invalid

_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\x00-\x08\x0e-\x1f]")
_BREAKS: Final = re.compile("\\s*[\r\n\v\f\x85\u2028\u2029]+\\s*")
_SPACES: Final = re.compile(r"\s+")
_DOTS: Final = re.compile("\\s*[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65]\\s*")
_LOST: Final = re.compile("[\ufffd?\uff1f]")
_BETWEEN_HAN: Final = re.compile("(?<=[^\x00-\u02ff]) (?=[^\x00-\u02ff])")
_PLAIN: Final = re.compile("[\u4e00-\u9fa5]+")
_NARROW: Final = {wide: wide - 0xFEE0 for wide in range(0xFF10, 0xFF5B) if chr(wide - 0xFEE0).isalnum()}


class BadName(Invalid):
    """A cell that holds no name, or one whose characters were lost on the way."""

    code = "bad-name"


def is_plain(text: str) -> bool:
    """Whether the name is Han characters alone, as all but a few are: `clean_name` returns it unchanged."""
    return _PLAIN.fullmatch(text) is not None


def clean_name(text: str) -> tuple[str, bool]:
    """Return the name and whether anything had to be changed.

    Spaces around and between Chinese characters and line breaks go; the dot within names of other peoples
    becomes `·`; full-width letters become narrow. Raises: BadName, without the text, for an empty cell or
    lost characters.
    """
    name = _BREAKS.sub("", _UNSEEN.sub("", text).strip()).translate(_NARROW)
    name = _DOTS.sub("·", _SPACES.sub(" ", name).strip())
    name = _BETWEEN_HAN.sub("", name)
    if _LOST.search(name):
        raise BadName("姓名中有无法识别的字，请按身份证件重新录入")
    if not any(char.isalpha() or unicodedata.category(char) == "Co" for char in name):
        raise BadName("没有填写姓名，请按身份证件补填")
    return name, name != text


def mask_name(name: str) -> str:
    """Keep the first character and hide each of the others: 张三 → `张*`."""
    return name[:1] + "*" * (len(name) - 1)
