"""Pinyin of names, for search by initials and for sorting (the database has no Chinese collation)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from pypinyin import Style, lazy_pinyin

#: Surnames the general reading gets wrong, one character and two.
SURNAMES: Final = {
    "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "曾": "zeng", "区": "ou", "任": "ren", "华": "hua", "缪": "miao",
    "尉": "wei", "盖": "ge", "朴": "piao", "乐": "yue", "洗": "xian", "冼": "xian", "折": "she", "黑": "he", "秘": "bi",
    "逄": "pang", "员": "yun", "召": "shao", "佴": "nai", "种": "chong", "繁": "po", "隗": "wei", "缴": "jiao", "适": "kuo",
    "晟": "cheng", "幺": "yao", "重": "chong", "覃": "qin", "翟": "zhai", "訾": "zi", "撒": "sa", "那": "na", "宓": "mi",
}  # fmt: skip
COMPOUND: Final = {
    "尉迟": "yuchi", "长孙": "zhangsun", "万俟": "moqi", "单于": "chanyu", "澹台": "tantai", "令狐": "linghu",
    "欧阳": "ouyang", "上官": "shangguan", "司马": "sima", "东方": "dongfang", "诸葛": "zhuge", "皇甫": "huangfu",
    "公孙": "gongsun", "慕容": "murong", "宇文": "yuwen", "夏侯": "xiahou",
}  # fmt: skip


def of_name(name: str) -> tuple[str, str]:
    """The sorting key (`wang gui lan`) and the initials (`wgl`); a character without reading stands for itself."""
    syllables = _surname(name)
    return " ".join(syllables), "".join(s[0] for s in syllables if s)


def _surname(name: str) -> list[str]:
    if name[:2] in COMPOUND and len(name) > 2:
        whole = COMPOUND[name[:2]]
        return [*_halves(name[:2], whole), *(_syllable(char) for char in name[2:] if char != "·")]
    first = SURNAMES.get(name[:1]) or _syllable(name[:1])
    return [first, *(_syllable(char) for char in name[1:] if char != "·")]


def _halves(surname: str, whole: str) -> list[str]:
    """The two syllables of a compound surname: the second as usually read, where it fits the end."""
    second = _syllable(surname[1])
    if whole.endswith(second):
        return [whole[: -len(second)], second]
    return [whole[: len(whole) // 2], whole[len(whole) // 2 :]]


@lru_cache(maxsize=32_768)
def _syllable(char: str) -> str:
    found = lazy_pinyin(char, style=Style.NORMAL)
    return (found[0] if found else char).lower().replace("ü", "v")
