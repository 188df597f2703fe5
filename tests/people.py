"""The fixed cast of tests: staff of 肃南 and of another county, and residents who do not exist.

ID numbers stand on area codes that GB/T 2260 does not assign (99….).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from yingbao.accounts.roles import ROLES
from yingbao.journal.acting import NATION, Acting
from yingbao.kernel.id_number import check_digit
from yingbao.kernel.ids import uuid7
from yingbao.registry.drafts import Draft

COUNTY, OTHER_COUNTY = "620721", "620724"
#: Towns as `units_of_release` numbers them in the order of the notice.
HUANGCHENG, KANGLE, HONGWANSI = "620721-T01", "620721-T04", "620721-T08"
STATION, FARM = "620721-W01", "620721-W02"


def staff(name: str, role: str, unit_code: str = COUNTY, unit_name: str = "肃南裕固族自治县") -> Acting:
    """A member of staff in one post."""
    return Acting(uuid7(), name, role, unit_code, unit_name, ROLES[role].permissions)


PROGRAM = Acting.program(NATION)
CLERK = staff("安建华", "county_clerk")
REVIEWER = staff("兰海燕", "reviewer")
AUDITOR = staff("贺学文", "audit_admin")
KANGLE_CLERK = staff("索玉梅", "town_clerk", KANGLE, "康乐镇")
KANGLE_AGENT = staff("常有福", "village_agent", KANGLE, "康乐镇")
HUANGCHENG_CLERK = staff("屈秀英", "town_clerk", HUANGCHENG, "皇城镇")
FINANCE = staff("蔺文秀", "finance")
YANGCHENG_CLERK = staff("成文斌", "county_clerk", "140522", "阳城县")
NANMING_CLERK = staff("龙启明", "county_clerk", "520102", "南明区")
SYSTEM_ADMIN = staff("白志远", "system_admin")
CIVIL_AFFAIRS = replace(staff("李梅", "department", COUNTY, "肃南县民政局"), department="civil_affairs")
EDUCATION = replace(staff("王海", "department", COUNTY, "肃南县教育局"), department="education")
POLICE = replace(staff("马建军", "department", COUNTY, "肃南县公安局"), department="police")
GAOTAI_CLERK = staff("赵德明", "county_clerk", OTHER_COUNTY, "高台县")


def number(birth: str, order: str, area: str = "990721") -> str:
    """An ID number with a right check digit: birth as 19800101, order code of three digits (odd: male)."""
    first17 = f"{area}{birth}{order}"
    return first17 + check_digit(first17)


def draft(name: str, birth: str, order: str, relation: str = "02", **more: Any) -> Draft:
    """A person with a number of their own."""
    return Draft(name=name, relation=relation, document=number(birth, order), **more)


AN_GUOQIANG = draft("安国强", "19800101", "111", phone="12900001111")
LAN_XIUYING = draft("兰秀英", "19820301", "222", "10")
AN_XIAOYU = Draft(name="安小雨", relation="30", sex="female", birth_date="2023-09-20", document="")
FAMILY = (AN_GUOQIANG, LAN_XIUYING, AN_XIAOYU)
SEASON = date(2023, 10, 8)
