"""ID numbers, names, phones and keys for people who do not exist, a whole block of them at a time.

ID numbers stand on area codes that GB/T 2260 does not assign (99 and the region's last four digits) and
carry a valid check digit, so that every check in the product passes and no living person can be meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int64]


# GB 11643
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
_SEQUENCES = 500  # order codes of one sex, birth day and area code
_MIGRANT_SHIFT = 3000

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤安妥兰贺索常"
)
_COMPOUND = ("欧阳", "上官", "司马", "东方")
_GIVEN_MALE = (
    "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆旭宁龙林建"
    "国文志海永成德福贵生财元亮东新宏义忠祥瑞晨轩睿泽"
)
_GIVEN_FEMALE = (
    "芳娜敏静丽艳娟霞秀英兰玲桂香梅莲红萍燕玉凤云琴珍月春花莉婷雪琳欣怡悦佳慧颖洁倩璐妍梦彤琪蕊雅菊翠银巧"
)
RARE = ("䶮", "𠮷", "堃", "喆", "㛃", "犇", "翀", "䴙")
_RARE_SHARE = 0.001
_DOTTED = ("阿依·古丽", "才让·卓玛", "索南·扎西", "买买提·艾力")
_DOTTED_SHARE = 0.0005


def area_of(region: str) -> int:
    """The made-up area code for a region: 99 and the last four digits of its code (620721 → 990721)."""
    digits = "".join(c for c in region if c.isdigit())[:6]
    return 990000 + int(digits[-4:] or "0")


def ascii_digits(numbers: Ints, width: int) -> NDArray[np.uint8]:
    """Numbers as rows of `width` ASCII digits, zero-padded."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    digits: NDArray[np.uint8] = ((numbers[:, None] // powers) % 10 + 48).astype(np.uint8)
    return digits


def fixed_strings(letters: NDArray[np.uint8]) -> pa.Array:
    """A matrix of ASCII letters, one row a string, as an Arrow string column without a Python loop."""
    rows, width = letters.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(letters)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))


def keys(prefix: str, numbers: Ints, width: int = 10) -> pa.Array:
    """Keys such as P0000000012."""
    head = np.tile(np.frombuffer(prefix.encode(), dtype=np.uint8), (len(numbers), 1))
    return fixed_strings(np.hstack([head, ascii_digits(numbers, width)]))


class OrderCodes:
    """Hands out order codes so that no two people of a whole run share an ID number.

    Keeps one counter for each birth day and sex across the blocks of a run (about 70,000 integers).
    """

    def __init__(self) -> None:
        self._used: NDArray[np.int64] = np.zeros(2 * 80_000, dtype=np.int64)

    def take(self, day_numbers: Ints, male: NDArray[np.bool_]) -> Ints:
        """The how-manieth person of that birth day and sex each one is, counted from 0."""
        slots = day_numbers * 2 + male
        order = np.argsort(slots, kind="stable")
        ordered = slots[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        lengths = np.diff(np.r_[starts, len(ordered)])
        within = np.arange(len(ordered), dtype=np.int64) - np.repeat(starts, lengths)
        ranks = np.empty(len(slots), dtype=np.int64)
        ranks[order] = within + self._used[ordered]
        self._used[ordered[starts]] += lengths
        return ranks


_EPOCH_SHIFT = 40_000  # days before 1970 that a birth may lie; the counters reach to 2079


def id_numbers(
    region: str,
    births: NDArray[np.datetime64],
    male: NDArray[np.bool_],
    migrant: NDArray[np.bool_],
    codes: OrderCodes,
) -> pa.Array:
    """18-character ID numbers with valid check digits, all different within one `codes`."""
    days = births.astype("datetime64[D]").astype(np.int64)
    rank = codes.take(days + _EPOCH_SHIFT, male)
    base = area_of(region) - 990000
    area = 990000 + (base + rank // _SEQUENCES + _MIGRANT_SHIFT * migrant) % 10_000
    # Neighbours in the file should not carry neighbouring order codes; 137 and 500 share no factor.
    order_code = ((rank % _SEQUENCES) * 137 + days * 31) % _SEQUENCES * 2 + male
    months = births.astype("datetime64[M]")
    year = births.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = days - months.astype("datetime64[D]").astype(np.int64) + 1
    letters = np.hstack(
        [
            ascii_digits(area, 6),
            ascii_digits(year * 10_000 + month * 100 + day, 8),
            ascii_digits(order_code, 3),
        ]
    )
    return fixed_strings(np.hstack([letters, check_digits(letters)[:, None]]))


def check_digits(first17: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The 18th characters (ASCII) for rows of 17 ASCII digits."""
    checks: NDArray[np.uint8] = _CHECK[(first17.astype(np.int64) - 48) @ _WEIGHTS % 11]
    return checks


def _pick(words: list[str], indices: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(indices))


def _by_rank(rng: np.random.Generator, words: int, size: int) -> Ints:
    # The first words are the most common, as surnames are.
    weights = 1.0 / np.arange(3, words + 3)
    return rng.choice(words, size=size, p=weights / weights.sum()).astype(np.int64)


def surnames(rng: np.random.Generator, size: int) -> Ints:
    """Indices into the surname list, common ones first."""
    return _by_rank(rng, len(SURNAMES) + len(_COMPOUND), size)


def names(rng: np.random.Generator, surname: Ints, male: NDArray[np.bool_]) -> pa.Array:
    """Full names: a surname, one or two given characters, now and then a rare one or a dotted name."""
    size = len(surname)
    given_words = [*_GIVEN_MALE, *_GIVEN_FEMALE, "", *RARE]
    men, women = len(_GIVEN_MALE), len(_GIVEN_FEMALE)

    def given() -> Ints:
        return np.where(male, rng.integers(0, men, size), men + rng.integers(0, women, size)).astype(np.int64)

    first, second = given(), given()
    second[rng.random(size) < 0.25] = men + women
    rare = rng.random(size) < _RARE_SHARE
    second[rare] = men + women + 1 + rng.integers(0, len(RARE), int(rare.sum()))
    parts: list[Any] = [
        _pick([*SURNAMES, *_COMPOUND], surname),
        _pick(given_words, first),
        _pick(given_words, second),
        "",
    ]
    plain = pc.binary_join_element_wise(*parts)
    dotted = pa.array(rng.random(size) < _DOTTED_SHARE)
    return pc.if_else(dotted, _pick(list(_DOTTED), rng.integers(0, len(_DOTTED), size)), plain)


def phones(rng: np.random.Generator, has_one: NDArray[np.bool_]) -> pa.Array:
    """Eleven-digit numbers on 129, a prefix no carrier uses; null for those without."""
    numbers = 12_900_000_000 + rng.integers(0, 100_000_000, len(has_one))
    return pc.if_else(
        pa.array(has_one), fixed_strings(ascii_digits(numbers, 11)), pa.scalar(None, pa.string())
    )
