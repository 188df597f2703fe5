"""Find the heading of a roster under merged titles, in one row or two, and say which column holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_SEARCHED_ROWS = 20
_BRACKETED = re.compile(r"\([^()]*\)")
_DROPPED = re.compile(r"[\s*:/\\、,。._\-—]+")


class Field(StrEnum):
    """What a column of a roster holds."""

    SERIAL = "serial"
    UNIT = "unit"
    VILLAGE = "village"
    HOUSEHOLD = "household"
    HEAD_NAME = "head_name"
    HEAD_ID = "head_id"
    RELATION = "relation"
    NAME = "name"
    SEX = "sex"
    NATION = "nation"
    ID_NUMBER = "id_number"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    PHONE = "phone"
    CLASS = "class"
    WIDE_CLASS = "wide_class"
    RECOGNISED_ON = "recognised_on"
    ENDED_ON = "ended_on"
    SITE = "site"
    CERTIFICATE = "certificate"
    ACCOUNT = "account"
    BANK = "bank"
    REMARK = "remark"


HEADINGS: Mapping[Field, str] = {
    Field.SERIAL: "序号 编号 序 NO 顺序号 行号",
    Field.UNIT: "乡镇 镇 街道 镇街 乡镇街道 镇街道 所属乡镇 所在乡镇 单位 所属单位 镇名称 乡镇名称",
    Field.VILLAGE: "村 社区 村社区 行政村 所在村 村名 村名称 村组 村居",
    Field.HOUSEHOLD: "户编号 户号 家庭编号 户籍编号 户编码",
    Field.HEAD_NAME: "户主姓名 户主 户主名称 户主信息姓名 户主名字",
    Field.HEAD_ID: (
        "户主身份证号 户主身份证号码 户主证件号码 户主信息身份证号 户主信息身份证号码 户主身份证 "
        "户主公民身份号码"
    ),
    Field.RELATION: "与户主关系 户主关系 与户主的关系 关系 家庭关系 成员信息与户主关系",
    Field.NAME: (
        "姓名 人员姓名 成员姓名 家庭成员姓名 对象姓名 救助对象姓名 参保人姓名 保障对象姓名 "
        "残疾人姓名 申请人姓名 家庭成员 人员名称 被救助人姓名 儿童姓名 脱贫人口姓名 监测对象姓名"
    ),
    Field.SEX: "性别",
    Field.NATION: "民族",
    Field.ID_NUMBER: (
        "身份证号 身份证号码 公民身份号码 公民身份证号 公民身份证号码 居民身份证号 居民身份证号码 "
        "身份证 证件号码 证件号 身份号码 有效证件号码 成员身份证号 成员身份证号码 "
        "家庭成员身份证号 对象身份证号 本人身份证号 残疾人身份证号 成员证件号码 儿童身份证号"
    ),
    Field.BIRTH_DATE: "出生日期 出生年月 出生年月日 生日 出生时间",
    Field.ADDRESS: "户籍地址 家庭住址 住址 现住址 地址 家庭地址 居住地址 详细地址",
    Field.PHONE: "联系电话 电话 手机号 手机号码 联系方式 手机 电话号码",
    Field.CLASS: (
        "特殊身份类别 特殊人员类别 困难人员类别 困难类别 救助类别 保障类别 低保类别 保障类型 "
        "救助类型 对象类别 对象类型 监测对象类别 监测类别 户类型 困难类型 特殊身份 资助类别 "
        "资助对象类别 残疾等级 残疾级别 低保等级 低保档次 救助对象类别 认定类别 认定情况类别 "
        "身份认定类别 人员身份"
    ),
    Field.WIDE_CLASS: "人员类别 人员类型 身份类别 类别 参保人员类别 人员属性 身份类型 类型",
    Field.RECOGNISED_ON: (
        "认定时间 认定日期 纳入时间 纳入日期 批准时间 批准日期 享受时间 起始时间 开始时间 "
        "开始日期 起始日期 识别时间 审批时间 审批日期 识别日期 救助开始时间 救助开始日期 "
        "保障开始时间 生效日期 生效时间 认定情况时间 起止时间起 起止时间开始 发证日期 "
        "救助起止时间起 起始年月 确认时间 确认日期"
    ),
    Field.ENDED_ON: (
        "终止时间 终止日期 停止时间 停止日期 退出时间 退出日期 取消时间 取消日期 停保时间 "
        "截止时间 截止日期 结束时间 结束日期 起止时间止 起止时间终止 救助起止时间止 失效日期 "
        "停发时间 风险消除时间"
    ),
    Field.SITE: "学校 学校名称 就读学校 所在学校 在读学校 院校名称 院校 幼儿园名称 学校全称",
    Field.CERTIFICATE: "救助证号 低保证号 残疾证号 证书编号 残疾人证号",
    Field.ACCOUNT: "一卡通账号 银行账号 账号 一卡通卡号 惠农一卡通账号 卡号 一卡通 银行卡号",
    Field.BANK: "开户行 开户银行",
    Field.REMARK: "备注 说明 其他",
}


def normal_heading(text: str) -> str:
    """A heading without spaces, line breaks, brackets and punctuation."""
    narrow = unicodedata.normalize("NFKC", text)
    return _DROPPED.sub("", _BRACKETED.sub("", narrow)).upper()


NOTHING: Mapping[str, Field] = {}
_FIELDS: Mapping[str, Field] = {
    normal_heading(word): field for field, words in HEADINGS.items() for word in words.split()
}


@dataclass(frozen=True)
class Heading:
    """Where the heading of a sheet is and what its columns hold."""

    first_row: int  # counted from 0
    rows: int  # one or two
    columns: Mapping[Field, int]
    titles: tuple[str, ...]  # per column, as printed

    @property
    def data_from(self) -> int:
        """The first row under the heading, counted from 0."""
        return self.first_row + self.rows


def field_of(heading: str, confirmed: Mapping[str, Field] = NOTHING) -> Field | None:
    """What a column with this heading holds, None when no one has met it. `confirmed` is a sender's own, and goes first."""
    key = normal_heading(heading)
    return confirmed.get(key) or _FIELDS.get(key)


def find_heading(rows: Sequence[Sequence[str]], confirmed: Mapping[str, Field] = NOTHING) -> Heading | None:
    """The heading with the most known columns in the first rows; there is none without ID numbers.

    Two rows are read together only where that explains more columns than one row alone. `confirmed` maps normal
    headings to what a person has said they hold.
    """
    best: Heading | None = None
    for first in range(min(_SEARCHED_ROWS, len(rows))):
        for depth in (1, 2):
            found = _heading_at(rows, first, depth, confirmed)
            if found is None or Field.ID_NUMBER not in found.columns:
                continue
            if best is None or _worth(found) > _worth(best):
                best = found
    return best


def _worth(heading: Heading) -> tuple[int, int]:
    return len(heading.columns), -heading.rows


def _heading_at(
    rows: Sequence[Sequence[str]], first: int, depth: int, confirmed: Mapping[str, Field]
) -> Heading | None:
    if first + depth > len(rows):
        return None
    top = rows[first]
    bottom: Sequence[str] = rows[first + 1] if depth == 2 else ()
    columns: dict[Field, int] = {}
    titles: list[str] = []
    group = ""
    for index in range(max(len(top), len(bottom))):
        upper = top[index] if index < len(top) else ""
        lower = bottom[index] if index < len(bottom) else ""
        # A merged group title stands in its first cell only; the columns under it leave the upper cell empty.
        group = upper or (group if lower else "")
        titles.append(f"{group}{lower}" if lower else upper)
        known = _known(group, lower, confirmed) if lower else field_of(upper, confirmed)
        if known is not None:
            columns.setdefault(known, index)
    return Heading(first, depth, columns, tuple(titles))


def _known(group: str, lower: str, confirmed: Mapping[str, Field]) -> Field | None:
    # 户主信息 over 姓名 is the head's name, so the two rows together are asked first.
    return field_of(group + lower, confirmed) or field_of(lower, confirmed)
