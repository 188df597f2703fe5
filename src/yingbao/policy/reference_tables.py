"""What a release shows and never computes with, as tables: units, targets, calendar, channels, duties."""

from __future__ import annotations

from yingbao.policy.policy import Policy
from yingbao.policy.schema.reference import Assignment, Target
from yingbao.policy.table import Row, Table, of_rules, say_list, say_rate, say_source

COUNT_NAMES = {"plan": "参保计划（人）", "target": "参保目标（人）", "should_insure": "应参保人数（人）"}
UNIT_NAMES = {
    "town": "镇",
    "township": "乡",
    "street": "街道",
    "headquarters": "指挥部",
    "county": "县",
    "district": "区",
    "city": "市",
}
TARGET_NAMES = {
    "number": "人数",
    "rate": "比率",
    "not_below_last_year": "不低于上年",
    "growing": "比上年增长",
    "base_and_incentive": "基础目标与激励目标",
    "issued_later": "另行下达",
}
EXCLUDED_NAMES = {"enlisted": "参军", "imprisoned": "服刑", "died": "死亡"}
CALENDAR_NAMES = {"weekly": "每周", "monthly": "每月", "yearly": "每年", "periodic": "定期", "once": "一次"}
WEEKDAY_NAMES = {
    "monday": "周一",
    "tuesday": "周二",
    "wednesday": "周三",
    "thursday": "周四",
    "friday": "周五",
}
HOLIDAY_NAMES = {"report_all_the_same": "照报", "next_working_day": "顺延", "not_printed": "未印"}
CHANNEL_NAMES = {
    "online": "线上",
    "counter": "柜台",
    "agent": "代收",
    "withholding": "代扣",
    "terminal": "自助终端",
    "family_account": "家庭共济",
    "school": "学校",
}


def units(policy: Policy) -> Table | None:
    """The reporting units with their numbers and the total; a plan that is not split is a total alone."""
    units = policy.release.units
    if units is None:
        return None
    numbers = [unit.number for unit in units.of.values()]
    counted = COUNT_NAMES.get(units.counts)
    rows: tuple[Row, ...] = tuple(
        (index, name, UNIT_NAMES[unit.kind], unit.code, *([unit.number] if counted else []))
        for index, (name, unit) in enumerate(units.of.items(), 1)
    )
    known = [number for number in numbers if number is not None]
    whole = sum(known) if numbers and len(known) == len(numbers) else units.total
    total: Row | None = None if counted is None else (None, "合计", None, None, whole)
    columns = ("序号", "单位", "类别", "区划代码", *([counted] if counted else []))
    title = f"参保任务分解（{counted.removesuffix('（人）')}）" if counted else "经办单位"
    return Table("units", title, say_source([units]), columns, rows, total)


def assignments(policy: Policy) -> Table | None:
    """Farms, stations and new areas, and the unit that manages their people."""
    units = policy.release.units
    found = units.assignments if units is not None else {}
    rows = [(rule.name, _belongs(rule), rule.says) for rule in found.values()]
    return of_rules("assignments", "不是行政区划的单位归谁管", found, ("单位", "归属", "说明"), rows)


def _belongs(rule: Assignment) -> str:
    if rule.by_hukou is None:
        return f"归{rule.to}"
    return "；".join(f"户籍在{hukou}的归{unit}" for hukou, unit in rule.by_hukou.items())


def targets(policy: Policy) -> Table | None:
    """Numbers and rates to reach; who does not count."""
    targets = policy.release.targets
    rows = [
        (
            target.of,
            TARGET_NAMES[target.kind],
            _target_value(policy, target),
            "、".join(EXCLUDED_NAMES[reason] for reason in target.excludes) or None,
            target.says,
        )
        for target in targets.values()
    ]
    return of_rules("targets", "目标", targets, ("目标", "种类", "数值", "不计入", "说明"), rows)


def _target_value(policy: Policy, target: Target) -> str | None:
    if target.rate is not None:
        return f"不低于 {say_rate(target.rate)}"
    units = policy.release.units
    if target.per_unit and units is not None and units.total is not None:
        return f"{units.total} 人" + ("（分到各单位）" if units.of else "")
    return None if target.number is None else f"{target.number} 人"


def calendar(policy: Policy) -> Table | None:
    """What is reported when, with how many printed days."""
    entries = policy.release.calendar
    rows = []
    for entry in entries.values():
        days = entry.days()
        clock = "".join(filter(None, [WEEKDAY_NAMES.get(entry.weekday or ""), entry.by_time]))
        rows.append(
            (
                entry.name,
                CALENDAR_NAMES[entry.kind],
                entry.on.isoformat() if entry.on else clock or None,
                days[0].isoformat() if len(days) > 1 else None,
                days[-1].isoformat() if len(days) > 1 else None,
                len(days) or None,
                "、".join(entry.by) or None,
                entry.to,
                HOLIDAY_NAMES[entry.holidays],
            )
        )
    columns = ("事项", "频次", "时间", "首次", "末次", "次数", "谁报", "报给", "遇节假日")
    return of_rules("calendar", "报送与考核日历", entries, columns, rows)


def channels(policy: Policy) -> Table | None:
    """Ways to pay, who runs them, and for whom one may pay."""
    found = policy.release.channels
    rows = [
        (
            rule.name,
            CHANNEL_NAMES[rule.kind],
            say_list(rule.operators),
            say_list(rule.relatives),
            say_list(rule.steps, " → "),
        )
        for rule in found.values()
    ]
    return of_rules("channels", "缴费渠道", found, ("渠道", "种类", "经办方", "可代缴的亲属", "步骤"), rows)


def phones(policy: Policy) -> Table | None:
    """Numbers people may call, as printed."""
    found = policy.release.phones
    rows = [(rule.name, rule.number, rule.where, say_list(rule.serves)) for rule in found.values()]
    return of_rules("phones", "咨询电话", found, ("单位", "电话", "地址", "事项"), rows)


def providers(policy: Policy) -> Table | None:
    """Which department hands in which classes."""
    found = policy.release.providers
    rows = []
    for rule in found.values():
        names = [policy.categories[code].name for code in rule.classes]
        day = rule.by.isoformat() if rule.by else None
        rows.append((rule.department, say_list(names), rule.cadence, day, rule.says))
    return of_rules("providers", "名单由谁提供", found, ("部门", "人员类别", "频次", "期限", "说明"), rows)


def duties(policy: Policy) -> Table | None:
    """Who must do what."""
    found = policy.release.duties
    rows = [(rule.who, rule.says, say_source([rule])) for rule in found.values()]
    return of_rules("duties", "部门职责", found, ("谁", "做什么", "出处"), rows)


def figures(policy: Policy) -> Table | None:
    """Ratios, caps and amounts that are shown and printed."""
    found = policy.release.figures
    rows = [(rule.name, rule.value, rule.says) for rule in found.values()]
    return of_rules("figures", "待遇与其他数字", found, ("项目", "数值", "说明"), rows)
