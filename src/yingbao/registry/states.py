"""The life of an enrolment as data, and the code lists of the registry.

States and change kinds are those of the national platform (psn_insu_stas, psn_chg_type); relations GB/T 4761.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

STATES: Final = {"0": "未参保", "1": "正常参保", "2": "暂停参保", "3": "无效参保", "4": "终止参保"}
CHANGES: Final = {
    "11": "新参保",
    "12": "恢复",
    "13": "统筹区内转入",
    "14": "统筹区外转入",
    "21": "终止",
    "22": "中断",
    "23": "统筹区内转出",
    "24": "统筹区外转出",
    "27": "身份类型变更",
}


@dataclass(frozen=True, slots=True)
class Edge:
    """One named way from a state to another: `deed` is the word of the action, `kind` the platform's change kind."""

    deed: str
    kind: str
    from_state: str
    to_state: str
    label: str


EDGES: Final = (
    Edge("register", "11", "0", "1", "新参保登记"),
    Edge("register-again", "12", "4", "1", "终止后重新参保"),
    Edge("register-again", "11", "3", "1", "作废后重新登记"),
    Edge("suspend", "22", "1", "2", "停保"),
    Edge("resume", "12", "2", "1", "恢复参保"),
    Edge("terminate", "21", "1", "4", "终止参保"),
    Edge("terminate", "21", "2", "4", "终止参保"),
    Edge("void", "21", "1", "3", "登记作废"),
    Edge("void", "21", "2", "3", "登记作废"),
    Edge("move", "13", "1", "1", "统筹区内转移"),
    Edge("move", "13", "2", "2", "统筹区内转移"),
    Edge("reclass", "27", "1", "1", "身份类型变更"),
)
#: What is done for its own sake; the other deeds go with a registration, a move or a class.
DEEDS: Final = ("suspend", "resume", "terminate", "void", "register-again")


def edge(deed: str, from_state: str) -> Edge | None:
    """The way a deed takes from a state; None if there is none."""
    return next((one for one in EDGES if one.deed == deed and one.from_state == from_state), None)


def deeds_from(state: str) -> tuple[Edge, ...]:
    """What may be done from a state."""
    return tuple(one for one in EDGES if one.from_state == state)


#: psn_cert_type of the national platform.
DOCUMENT_KINDS: Final = {
    "01": "居民身份证（户口簿）",
    "04": "香港特区护照/身份证明",
    "05": "澳门特区护照/身份证明",
    "06": "台湾居民来往大陆通行证",
    "07": "外国人永久居留证",
    "08": "外国人护照",
    "17": "港澳台居民居住证",
    "90": "社会保障卡",
    "99": "其他证件",
}
#: psn_cert_type 01, checked by GB 11643.
ID_CARD: Final = "01"

INSURANCES: Final = {"310": "职工医保", "390": "城乡居民医保"}
EMPLOYEE: Final = "310"
RESIDENT: Final = "390"

RESIDENCES: Final = {
    "hukou": "本地户籍",
    "residence_permit": "持居住证",
    "enrolled_student": "在校学生",
    "resident_without_permit": "常住无证",
}
STAGES: Final = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "vocational": "中职",
    "university": "大学",
    "freshman": "大学新生",
}
#: surv_stas 2, 3, 4 of the national platform, and enlistment, which the platform files under the change's reason.
SURVIVALS: Final = {"died": "死亡", "imprisoned": "服刑", "missing": "失踪", "enlisted": "参军"}

#: Why cover that is paid for cannot be written (`actions.hindered`), and what to do about it.
HINDRANCES: Final = {
    "out-of-sight": "此人已迁到别的地区，请由迁入地办理参保",
    "merged": "这份登记已并入另一个人，请按合并后的那个人办理",
    "died": "此人已登记死亡，请核对死亡登记",
    "terminated": "此人的参保已终止或作废，请核对；应当参保的先办恢复参保",
    "undated": "账单上没有待遇起止日，请补齐资料后重新核定",
    "too-late": "等待期满时本年度已经结束，请核对待遇起始日",
    "insured-elsewhere": "此人另有没有终止的参保，请核实；已经停保的先登记终止",
    "covered": "此人整个待遇期都已另有参保，不能重复参保",
}

#: GB/T 4761, the codes a household book uses.
RELATIONS: Final = {
    "01": "本人", "02": "户主", "10": "配偶", "11": "夫", "12": "妻",
    "20": "子", "21": "独生子", "22": "长子", "23": "次子", "24": "三子", "27": "养子或继子", "28": "女婿", "29": "其他儿子",
    "30": "女", "31": "独生女", "32": "长女", "33": "次女", "34": "三女", "37": "养女或继女", "38": "儿媳", "39": "其他女儿",
    "40": "孙子女", "41": "孙子", "42": "孙女", "43": "外孙子", "44": "外孙女", "45": "孙媳", "46": "孙婿", "47": "曾孙子",
    "48": "曾孙女", "49": "其他孙子女",
    "50": "父母", "51": "父亲", "52": "母亲", "53": "公公", "54": "婆婆", "55": "岳父", "56": "岳母", "57": "继父", "58": "继母",
    "60": "祖父母", "61": "祖父", "62": "祖母", "63": "外祖父", "64": "外祖母",
    "70": "兄弟姐妹", "71": "兄", "72": "嫂", "73": "弟", "74": "弟媳", "75": "姐姐", "76": "姐夫", "77": "妹妹", "78": "妹夫",
    "80": "其他", "81": "伯父", "82": "伯母", "83": "叔父", "84": "婶母", "85": "舅父", "86": "舅母", "97": "其他亲属", "99": "非亲属",
}  # fmt: skip
#: The head of the household.
HEAD: Final = "02"
