"""Why a roster row could not be used: one code a reason, and its short name in print.

What each means and what to do stands in docs/reference/rosters.md; a test keeps the two together.
"""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "id_empty": "没有身份证号",
    "id_length": "身份证号位数不对",
    "id_characters": "身份证号有其他字符",
    "id_birth_date": "身份证号中的出生日期不对",
    "id_check_digit": "身份证号校验位不对",
    "id_float_lost_digits": "身份证号存成了数字",
    "id_future_birth": "身份证号中的出生日期未到",
    "name_missing": "没有姓名",
    "name_unreadable": "姓名有认不出的字",
    "class_missing": "没有人员类别",
    "class_unknown": "人员类别不认识",
    "class_several": "一格写了几个类别",
    "date_unreadable": "日期认不出",
    "date_missing": "没有日期",
    "site_missing": "没有学校",
    "place_unknown": "不是本地区的单位",
    "dates_reversed": "起止日期颠倒",
    "no_heading": "没有表头",
    "person_unknown": "不在居民库中",
    "name_differs": "姓名与居民库不同",
    "duplicate": "重复",
    "matched_by_name": "只有姓名和出生日期相符",
    "several_persons": "可能是几个人",
    "two_classes": "两行列为不同类别",
    "before_birth": "日期早于出生",
    "died": "登记为已死亡",
    "other_list": "与当月另一份名册不同",
    "ended_before": "登记里已经终止",
    "overlaps": "与登记的后续记录重叠",
    "after_list": "日期晚于名册",
    "died_otherwise": "登记的死亡日期不同",
    "part_of_household": "只迁一户的一部分人",
}
