"""Amounts in Chinese capitals (大写金额), which cannot be altered with one stroke.

Source: 《正确填写票据和结算凭证的基本规定》 (支付结算办法, 银发〔1997〕393号, annex 1): capitals; 整 after 元, allowed after 角,
never after 分; one 零 for one or several zeros between two figures. Where the rules leave a choice, the shorter is taken:
no 零 for zeros that end a group of four or the yuan when the figure after them stands in the next place (107,000.53:
壹拾万柒仟元伍角叁分); 整 after 角 is written, so that nothing can be added.
"""

from __future__ import annotations

from typing import Final

from yingbao.kernel.money import FEN_PER_YUAN, Fen

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("仟", "佰", "拾", "")
_GROUPS: Final = ("", "万", "亿")
_FEN_PER_JIAO: Final = 10
#: Past 9,999 亿 yuan the names of the groups end.
_MOST: Final = 10 ** (4 * len(_GROUPS)) * FEN_PER_YUAN


def capitals(fen: Fen) -> str:
    """Write fen in capitals: 102000 → 壹仟零贰拾元整, 105 → 壹元零伍分. Raises ValueError below zero and above what has a name."""
    if not 0 <= fen < _MOST:
        raise ValueError(f"no capitals for {fen} fen")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, odd = divmod(rest, _FEN_PER_JIAO)
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not rest:
        return f"{whole or '零元'}整"
    if not odd:
        return f"{whole}{_DIGITS[jiao]}角整"
    tenth = f"{_DIGITS[jiao]}角" if jiao else "零" if yuan else ""
    return f"{whole}{tenth}{_DIGITS[odd]}分"


def _whole(yuan: int) -> str:
    """Whole yuan in groups of four figures, one 零 wherever zeros stand between two figures."""
    groups: list[int] = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    said, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < 1_000):
            said += "零"
        said, gap = said + _group(group) + _GROUPS[place], False
    return said


def _group(group: int) -> str:
    """1 to 9,999, without a 零 in front or at the end."""
    said, gap = "", False
    for figure, place in zip(f"{group:04d}", _PLACES, strict=True):
        if figure == "0":
            gap = bool(said)
            continue
        said += ("零" if gap else "") + _DIGITS[int(figure)] + place
        gap = False
    return said
