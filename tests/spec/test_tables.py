"""The notices' own tables come out of the releases as printed. Every figure here is typed from a notice."""

import json
from datetime import date
from functools import cache
from typing import Any

import pytest

from yingbao.policy import Policy, load_release
from yingbao.policy.table import width, wrap
from yingbao.policy.tables import Table, as_json, as_text, tables

SUNAN, GAOTAI, LIANGZHOU, JINCHENG, GUIYANG = "620721", "620724", "620602", "140500", "520100"
YEARS = {SUNAN: 2024, GAOTAI: 2024, LIANGZHOU: 2025, JINCHENG: 2024, GUIYANG: 2024}
EVERY_REGION = pytest.mark.parametrize("region", YEARS)

LIANGZHOU_UNITS = """
柏树镇 13989 大柳镇 10747 发放镇 22382 丰乐镇 13096 高坝镇 49895 古城镇 18899 韩佐镇 7549 和平镇 16185
河东镇 12701 洪祥镇 17196 怀安镇 11546 黄羊镇 40882 金河镇 11677 金沙镇 13461 金山镇 5124 金塔镇 12259
金羊镇 33087 九墩镇 6371 康宁镇 8436 清水镇 15819 清源镇 19866 双城镇 26243 四坝镇 10639 松树镇 11594
吴家井镇 6753 五和镇 10079 武南镇 26043 西营镇 19208 下双镇 9264 新华镇 12897 谢河镇 15192 羊下坝镇 13341
永昌镇 36142 永丰镇 8449 张义镇 20307 中坝镇 14141 长城镇 14992 邓马营湖生态建设指挥部 5474
九墩滩生态建设指挥部 8302 黄羊河街道 2542 荣华街街道 6617 宣武街街道 11284 东大街街道 21897 东关街街道 11403
西大街街道 23241 西关街街道 17698 火车站街街道 9972
"""

GUIYANG_PHONES = {
    "贵阳市": "0851-87987189",
    "南明区": "0851-85559473",
    "云岩区": "0851-85923753",
    "花溪区（贵安新区）征缴": "0851-83609953",
    "花溪区（贵安新区）待遇": "0851-83609297",
    "乌当区": "0851-86841972",
    "白云区": "0851-84609002",
    "观山湖区": "0851-85103055",
    "开阳县": "0851-87225499",
    "息烽县": "0851-87727120",
    "修文县": "0851-82323382",
    "清镇市": "0851-82577516",
}

FRIDAYS = """
2023-09-01 2023-09-08 2023-09-15 2023-09-22 2023-09-29 2023-10-06 2023-10-13 2023-10-20 2023-10-27
2023-11-03 2023-11-10 2023-11-17 2023-11-24 2023-12-01 2023-12-08 2023-12-15 2023-12-22
"""

# Where each row of the requirements stands: an id, then the places in the release of its region.
STANDS = {
    GAOTAI: """
        GT-001 title documents.高台县政府办通知〔2023-09-11〕.issued_on
        GT-002 documents.高台县政府办通知〔2023-09-11〕.rests_on documents.张医保发〔2023〕31号.forwards
        GT-003 eligibility.local-hukou eligibility.employee-insured
        GT-004 eligibility.permit-holder
        GT-005 prices.standard.amount figures.personal-rise
        GT-006 subsidies.full.payer
        GT-007 subsidies.full.delivery
        GT-008 subsidies.allowance-high.delivery
        GT-009 later_transfer
        GT-010 eligibility.insured-elsewhere duties.hukou-place-subsidy
        GT-011 readings.upgrade
        GT-012 subsidies.full
        GT-013 subsidies.allowance-high
        GT-014 subsidies.allowance-low
        GT-015 subsidies.margin
        GT-016 subsidies.lifted
        GT-017 categories.rural_allowance_1 categories.rural_allowance_4 categories.urban_allowance_full
        GT-018 readings.several-classes
        GT-019 windows.central
        GT-020 cover.benefit-year
        GT-021 windows.veterans readings.veteran-year
        GT-022 windows.newborns readings.newborn-limit
        GT-023 windows.low-income readings.low-income-list
        GT-024 windows.employee-lapsed readings.employee-lapsed-when
        GT-025 cover.from-payment readings.special-start
        GT-026 gaps.0
        GT-027 duties.towns-publicity
        GT-028 duties.towns-e-certificate targets.e-certificate
        GT-029 duties.towns-elsewhere-proof providers.towns-elsewhere
        GT-030 duties.towns-information
        GT-031 duties.medical-insurance
        GT-032 duties.tax
        GT-033 duties.finance
        GT-034 duties.education targets.students providers.schools
        GT-035 duties.civil-affairs providers.civil-affairs
        GT-036 duties.rural-revitalisation providers.rural-revitalisation
        GT-037 duties.health
        GT-038 duties.industrial-park
        GT-039 duties.industrial-park readings.worker-without-permit
        GT-040 readings.worker-without-permit
        GT-041 duties.media
        GT-042 channels.collecting-banks
        GT-043 duties.payment-problems
        GT-044 duties.towns-lead
        GT-045 duties.assessment duties.capacity-funds
        GT-046 units.total targets.plan
        GT-047 duties.focus-groups
        GT-048 duties.uninsured-list providers.platform
        GT-049 targets.special-hardship.excludes
        GT-050 duties.tell-the-uninsured
        GT-051 duties.rapid-response
        GT-052 calendar.inspection calendar.bulletin calendar.e-certificate-bulletin
        GT-053 duties.slow-towns
        GT-054 channels.service-hall
        GT-055 channels.mini-program.steps
        GT-056 channels.wechat-city-services.steps
        GT-057 channels.alipay.steps
        GT-058 channels.service-hall.steps
        GT-059 phones.county
    """,
    SUNAN: """
        SN-001 documents.肃医保〔2023〕48号.issuer
        SN-002 label
        SN-003 documents.张医保发〔2023〕31号.note
        SN-004 targets.participation.rate
        SN-005 units.total
        SN-006 units.of.皇城镇 units.of.红湾寺镇
        SN-007 targets.growing
        SN-008 eligibility.local-hukou
        SN-009 eligibility.permit-holder readings.living-here
        SN-010 targets.whole-households
        SN-011 prices.standard figures.personal-rise
        SN-012 fiscal.tiers.county figures.fiscal-rise
        SN-013 subsidies.full
        SN-014 subsidies.allowance-high
        SN-015 subsidies.allowance-low
        SN-016 subsidies.margin
        SN-017 subsidies.lifted
        SN-018 combine
        SN-019 duties.hukou-place-subsidy
        SN-020 channels.mini-program channels.bank-counters
        SN-021 channels.bank-counters
        SN-022 channels.mini-program channels.alipay channels.bank-apps
        SN-023 duties.full-subsidy
        SN-024 subsidies.allowance-high.printed.pays subsidies.allowance-low.printed.pays
        SN-025 windows.central
        SN-026 cover.benefit-year
        SN-027 windows.veterans
        SN-028 windows.low-income
        SN-029 windows.employee-lapsed
        SN-030 windows.newborns
        SN-031 duties.registrar
        SN-032 duties.registration-form calendar.registration-form
        SN-033 duties.keep-current
        SN-034 duties.newborn-registration
        SN-035 windows.newborns readings.newborn-limit
        SN-036 duties.verify-lists
        SN-037 duties.verify-lists
        SN-038 calendar.monthly-comparison providers.civil-affairs.cadence
        SN-039 later_transfer
        SN-040 readings.upgrade
        SN-041 duties.village-cadres
        SN-042 duties.medical-insurance duties.finance duties.tax
        SN-043 duties.civil-affairs providers.civil-affairs providers.rural-revitalisation
        SN-044 duties.police providers.police
        SN-045 duties.student-information providers.schools
        SN-046 duties.people-bank duties.banks
        SN-047 units.assignments.sheep-breeding-station
        SN-048 units.assignments.baopinghe-farm
        SN-049 duties.station-contacts
        SN-050 duties.tell-the-uninsured
        SN-051 calendar.dispatch calendar.bulletin calendar.year-end duties.assessment
        SN-052 documents.肃医保〔2023〕48号.issued_on
    """,
    JINCHENG: """
        JC-001 documents.晋市医保发〔2023〕10号.issuer
        JC-002 documents.晋市医保发〔2023〕10号.rests_on
        JC-003 prices.standard
        JC-004 prices.standard.says
        JC-005 windows.central
        JC-006 windows.central.days_of_month
        JC-007 readings.after-window gaps.1
        JC-008 readings.cover-year
        JC-009 duties.registration eligibility.hukou-or-residence
        JC-010 duties.change-registration
        JC-011 channels.self-service
        JC-012 channels.family-account.relatives
        JC-013 channels.family-account.operators
        JC-014 subsidies.severe-disability.payer
        JC-015 subsidies.monitored readings.monitored-280
        JC-016 subsidies.monitored.when.not_
        JC-017 subsidies.relapsed
        JC-018 subsidies.extreme-poverty
        JC-019 subsidies.allowance
        JC-020 parameters.severe-disability-subsidy parameters.entitled-group-subsidy
        JC-021 readings.relapsed-and-allowance
        JC-022 examples.lifted
        JC-023 duties.linkage
        JC-024 duties.leading-group targets.quantified
        JC-025 duties.town-heads
        JC-026 duties.responsibility-roster
        JC-027 duties.hukou-comparison providers.police
        JC-028 duties.duplicates
        JC-029 duties.no-gap
        JC-030 duties.publicity duties.training
        JC-031 calendar.weekly-report calendar.monthly-inspection calendar.monthly-bulletin calendar.year-end
        JC-032 calendar.weekly-report
        JC-033 phones.city
        JC-034 calendar.monthly-bulletin calendar.monthly-inspection
        JC-035 duties.year-end calendar.year-end
        JC-036 units.of.城区 targets.county-targets
        JC-037 targets.full-coverage
    """,
    LIANGZHOU: """
        LZ-001 documents.凉医保发〔2024〕53号.forwards documents.武威市转发通知〔2024-09-11〕.forwards
        LZ-002 units.of.邓马营湖生态建设指挥部 units.of.九墩滩生态建设指挥部
        LZ-003 label
        LZ-004 documents.甘医保发〔2024〕54号.rests_on
        LZ-005 eligibility.local-hukou
        LZ-006 eligibility.permit-holder eligibility.student
        LZ-007 fiscal.total figures.fiscal-rise
        LZ-008 fiscal.tiers.second
        LZ-009 duties.same-fiscal-share
        LZ-010 duties.finance
        LZ-011 prices.standard figures.personal-rise
        LZ-012 transfers.serious-illness
        LZ-013 subsidies.full
        LZ-014 duties.no-double-subsidy combine
        LZ-015 figures.inpatient figures.inpatient-level-1 figures.inpatient-level-2 figures.inpatient-level-3
        LZ-016 channels.family-account.relatives
        LZ-017 figures.relatives-costs
        LZ-018 figures.serious-illness-deductible figures.serious-illness-ratio figures.serious-illness-cap
        LZ-019 figures.prenatal
        LZ-020 targets.rural-low-income targets.lifted
        LZ-021 duties.monitoring duties.second-assistance
        LZ-022 duties.policy-approval duties.benefit-list-review
        LZ-023 windows.central
        LZ-024 windows.supplementary gaps.0
        LZ-025 cover.benefit-year
        LZ-026 waiting.supplementary
        LZ-027 gaps.1
        LZ-028 waiting.lapse readings.lapse-years
        LZ-029 windows.special
        LZ-030 windows.special
        LZ-031 windows.newborns
        LZ-032 readings.from-employee
        LZ-033 readings.newly-recognised
        LZ-034 waiting.lapse.exempt readings.special-start
        LZ-035 duties.fund
        LZ-036 duties.one-visit
        LZ-037 duties.training
        LZ-038 duties.publicity
        LZ-039 duties.report-major
        LZ-040 fiscal.tiers.first
        LZ-041 fiscal.tiers.second fiscal.tier
        LZ-042 fiscal.tiers.third
        LZ-043 subsidies.full
        LZ-044 subsidies.allowance-high readings.relapsed-missing
        LZ-045 subsidies.allowance-low
        LZ-046 subsidies.margin-and-lifted
        LZ-047 units.of units.total
        LZ-048 units.counts
        LZ-049 documents.甘医保发〔2024〕54号.issued_on documents.武威市转发通知〔2024-09-11〕.issued_on
        LZ-050 subsidies.allowance-high.delivery readings.later-recognition
    """,
    GUIYANG: """
        GY-001 documents.筑医保发〔2023〕17号.issuer
        GY-002 documents.筑医保发〔2023〕17号.rests_on
        GY-003 fiscal.at_least figures.financing prices.late.at_least
        GY-004 calendar.fiscal-in-place
        GY-005 duties.make-up-cuts
        GY-006 windows.central windows.late
        GY-007 windows.central readings.retroactive
        GY-008 cover.benefit-year
        GY-009 windows.late.fiscal
        GY-010 waiting.sixty-days readings.sixty-days
        GY-011 windows.special readings.hardship-list
        GY-012 windows.from-employee readings.ninety-days-employee
        GY-013 windows.late
        GY-014 windows.newborns
        GY-015 windows.newborns readings.ninety-days-newborn
        GY-016 channels.bank-counters
        GY-017 channels.village-agents
        GY-018 channels.tax-counters
        GY-019 channels.city-services
        GY-020 channels.bank-apps channels.bank-web
        GY-021 channels.withholding
        GY-022 channels.terminals
        GY-023 subsidies.orphans subsidies.full
        GY-024 subsidies.family-planning
        GY-025 subsidies.allowance.shares subsidies.monitored.shares
        GY-026 subsidies.severe-disability
        GY-027 duties.subsidy-shares
        GY-028 subsidies.margin readings.age-day
        GY-029 subsidies.lifted.without
        GY-030 windows.central.subsidies
        GY-031 windows.newborns.subsidies windows.special.subsidies
        GY-032 windows.special.subsidies
        GY-033 windows.late.subsidies
        GY-034 readings.equal-payers
        GY-035 targets.not-below-last-year targets.county-targets
        GY-036 calendar.share-lists providers.civil-affairs.by
        GY-037 duties.import-lists calendar.share-lists
        GY-038 calendar.mark-identities
        GY-039 duties.zero-declaration
        GY-040 duties.quota-marking
        GY-041 eligibility.students
        GY-042 duties.student-publicity
        GY-043 duties.schools
        GY-044 duties.universities channels.universities
        GY-045 duties.start-meeting
        GY-046 duties.county
        GY-047 duties.medical-insurance
        GY-048 duties.tax targets.online-share
        GY-049 duties.finance
        GY-050 providers.schools duties.education
        GY-051 providers.civil-affairs providers.rural-revitalisation providers.health duties.departments
        GY-052 duties.training
        GY-053 duties.assessment calendar.bulletin
        GY-054 duties.remaining
        GY-055 duties.student-reminder
        GY-056 duties.parents-letter
        GY-057 figures.outpatient figures.outpatient-deductible figures.annual-cap
        GY-058 duties.student-registration
        GY-059 channels.family-account
        GY-060 phones.guiyang phones.huaxi-collection phones.huaxi-benefits units.assignments.guian
        GY-062 windows.late windows.special windows.newborns windows.from-employee
    """,
}
# GY-061 is about debris in the notice's text: nothing of it belongs in a release.
ROWS = {"GT": range(1, 60), "SN": range(1, 53), "JC": range(1, 38), "LZ": range(1, 51), "GY": range(1, 63)}


@cache
def release(region: str) -> Policy:
    return load_release(region, YEARS[region])


def table(region: str, key: str) -> Table:
    return next(t for t in tables(release(region)) if t.key == key)


def column(found: Table, name: str) -> list[Any]:
    return [row[found.columns.index(name)] for row in found.rows]


def fen(*yuan: int) -> list[int]:
    return [amount * 100 for amount in yuan]


def test_gansu_subsidises_380_310_250_100_and_100_yuan_for_2024() -> None:
    for region in (SUNAN, GAOTAI):
        found = table(region, "subsidies")
        assert column(found, "缴费标准（元）") == fen(380, 380, 380, 380, 380)
        assert column(found, "资助标准") == ["全额", "310.00元", "250.00元", "100.00元", "100.00元"]
        assert column(found, "医疗救助资金（元）") == fen(380, 310, 250, 100, 100)


def test_sunan_prints_70_130_and_280_yuan_to_pay() -> None:
    found = table(SUNAN, "self-pay")
    assert column(found, "个人缴费（元）") == fen(0, 70, 130, 280)
    assert found.rows[3][2] == "城乡低保边缘家庭成员；已脱贫人口"


def test_gansu_2025_table_2_is_reprinted_row_by_row() -> None:
    found = table(LIANGZHOU, "subsidies")
    names, standards, pays = (column(found, name) for name in ("人员类别", "资助标准", "个人缴费（元）"))
    assert list(zip(names, standards, pays, strict=True)) == [
        ("特困人员、孤儿", "全额", 0),
        ("农村低保一二类、城市低保全额保障对象", "310.00元", 9_000),
        (
            "农村低保三四类、城市低保差额保障对象、农村易返贫致贫人口（防返贫致贫监测对象）",
            "250.00元",
            15_000,
        ),
        ("城乡低保边缘家庭成员、过渡期内的已脱贫人口", "100.00元", 30_000),
    ]


def test_jincheng_subsidises_280_342_380_and_304_yuan_and_leaves_two_classes_open() -> None:
    found = table(JINCHENG, "subsidies")
    assert column(found, "资助标准") == ["280.00元", "90%", "全额", "80%", "待定", "待定"]
    assert column(found, "资助金额（元）") == [*fen(280, 342, 380, 304), "待定", "待定"]
    assert column(found, "个人缴费（元）") == [*fen(100, 38, 0, 76), "待定", "待定"]
    assert column(found, "财政（元）") == [None, None, None, None, "待定", "待定"]


def test_guiyang_halves_380_between_two_payers_and_subsidises_114_and_80_yuan() -> None:
    found = table(GUIYANG, "subsidies")
    by_name = {row[0]: dict(zip(found.columns, row, strict=True)) for row in found.rows}
    assert len(by_name) == 8
    halves = by_name["低保对象"]
    assert (halves["医疗救助资金（元）"], halves["民政部门（元）"], halves["个人缴费（元）"]) == (
        19_000,
        19_000,
        0,
    )
    monitored = by_name["脱贫不稳定、边缘易致贫、突发严重困难人口"]
    assert (monitored["医疗救助资金（元）"], monitored["农业农村部门（元）"]) == (19_000, 19_000)
    assert by_name["重度残疾人（一、二级）"]["残联（元）"] == 38_000
    assert by_name["计生“两户”及计生特殊家庭成员"]["卫生健康部门（元）"] == 38_000
    margin = by_name["低保边缘家庭人口中的老年人、未成年人"]
    assert (margin["资助标准"], margin["资助金额（元）"], margin["个人缴费（元）"]) == ("30%", 11_400, 26_600)
    lifted = by_name["未纳入以上范围的稳定脱贫人口"]
    assert (lifted["资助金额（元）"], lifted["个人缴费（元）"]) == (8_000, 30_000)


@EVERY_REGION
def test_what_is_paid_and_what_is_subsidised_make_the_price_in_every_row(region: str) -> None:
    found = table(region, "subsidies")
    payers = found.columns[4:-2]
    for row in found.rows:
        cells = dict(zip(found.columns, row, strict=True))
        if cells["资助金额（元）"] == "待定":
            continue
        assert sum(cells[name] or 0 for name in payers) == cells["资助金额（元）"]
        assert cells["资助金额（元）"] + cells["个人缴费（元）"] == cells["缴费标准（元）"]


def test_a_percentage_of_another_price_comes_to_another_amount() -> None:
    pays = load_release(JINCHENG, 2024, take={"monitored-280": "pays-280"})
    found = next(t for t in tables(pays) if t.key == "subsidies")
    assert found.rows[0][2:4] == ("资助至个人缴 280.00元", 10_000)


def test_gansu_2025_table_1_has_three_tiers_of_670_yuan_and_liangzhou_is_in_the_second() -> None:
    found = table(LIANGZHOU, "fiscal")
    assert found.columns == (
        "档次",
        "市、县",
        "合计（元）",
        "中央财政（元）",
        "省级财政（元）",
        "市县财政（元）",
        "适用",
    )
    assert [row[2:] for row in found.rows] == [
        (67_000, 53_600, 12_160, 1_240, None),
        (67_000, 53_600, 11_680, 1_720, "本地区"),
        (67_000, 53_600, 11_320, 2_080, None),
    ]


def test_sunan_shares_640_yuan_as_512_112_and_16() -> None:
    assert table(SUNAN, "fiscal").rows == (("肃南县", None, 64_000, 51_200, 11_200, 1_600, "本地区"),)


def test_guiyang_gives_no_less_than_640_yuan_and_does_not_say_who() -> None:
    assert table(GUIYANG, "fiscal").rows == (("不低于", None, 64_000, None),)


@EVERY_REGION
def test_the_levels_of_every_tier_add_up_to_its_total(region: str) -> None:
    fiscal = release(region).release.fiscal
    for tier in fiscal.tiers.values() if fiscal else ():
        assert sum(tier.levels.values()) == tier.total == fiscal.total


def test_serious_illness_insurance_takes_115_yuan_a_head_in_gansu() -> None:
    assert table(LIANGZHOU, "transfers").rows == (("城乡居民大病保险", 11_500, "2024 年", "大病保险"),)


def test_liangzhou_has_47_units_in_the_printed_order_and_734881_people() -> None:
    words = LIANGZHOU_UNITS.split()
    printed = list(zip(words[::2], map(int, words[1::2]), strict=True))
    found = table(LIANGZHOU, "units")
    assert list(zip(column(found, "单位"), column(found, "应参保人数（人）"), strict=True)) == printed
    assert column(found, "序号") == list(range(1, 48))
    kinds = column(found, "类别")
    assert (kinds.count("镇"), kinds.count("指挥部"), kinds.count("街道")) == (37, 2, 8)
    assert found.total == (None, "合计", None, None, 734_881)


def test_jincheng_has_six_targets_and_1583685_people() -> None:
    found = table(JINCHENG, "units")
    assert [(row[1], row[3], row[4]) for row in found.rows] == [
        ("城区", "140502", 190_670),
        ("泽州", "140525", 391_890),
        ("高平", "140581", 363_059),
        ("阳城", "140522", 280_110),
        ("陵川", "140524", 205_908),
        ("沁水", "140521", 152_048),
    ]
    assert found.columns[-1] == "参保目标（人）"
    assert found.total == (None, "合计", None, None, 1_583_685)


def test_sunan_has_eight_townships_and_29500_people() -> None:
    found = table(SUNAN, "units")
    assert [(row[1], row[4]) for row in found.rows] == [
        ("皇城镇", 7_326),
        ("马蹄乡", 4_427),
        ("白银乡", 626),
        ("康乐镇", 3_500),
        ("大河乡", 3_960),
        ("明花乡", 3_450),
        ("祁丰乡", 2_699),
        ("红湾寺镇", 3_512),
    ]
    assert found.total == (None, "合计", None, None, 29_500)


def test_gaotai_has_a_plan_of_127000_people_that_is_not_split() -> None:
    found = table(GAOTAI, "units")
    assert (found.rows, found.total) == ((), (None, "合计", None, None, 127_000))


def test_guiyang_has_ten_districts_and_no_numbers_and_huaxi_takes_guian() -> None:
    found = table(GUIYANG, "units")
    assert column(found, "区划代码") == list(release(GUIYANG).release.covers)
    assert (len(found.rows), found.total) == (10, None)
    assert table(GUIYANG, "assignments").rows[0][:2] == ("贵安新区", "归花溪区")


@EVERY_REGION
def test_the_units_add_up_to_the_printed_total(region: str) -> None:
    units = release(region).release.units
    assert units is not None
    if units.of and units.counts != "none":
        assert sum(unit.number or 0 for unit in units.of.values()) == units.total


def test_the_station_belongs_to_huangcheng_and_the_farm_goes_by_hukou() -> None:
    assert [row[:2] for row in table(SUNAN, "assignments").rows] == [
        ("甘肃省绵羊繁育技术推广站", "归皇城镇"),
        ("甘肃省国营宝瓶河牧场", "户籍在康乐镇的归康乐镇；户籍在红湾寺镇的归红湾寺镇"),
    ]
    units = release(SUNAN).release.units
    assert units is not None
    for rule in units.assignments.values():
        assert {rule.to, *(rule.by_hukou or {}).values()} - {None} <= units.of.keys()


def test_targets_are_rates_and_numbers_as_printed() -> None:
    def rates(region: str) -> dict[str, int]:
        return {k: t.rate for k, t in release(region).release.targets.items() if t.rate is not None}

    assert rates(LIANGZHOU) == {"rural-low-income": 9_900, "lifted": 9_900}
    assert rates(SUNAN) == {"participation": 10_000, "whole-households": 10_000}
    assert rates(GAOTAI) == {"special-hardship": 10_000}
    gaotai = {row[0]: row for row in table(GAOTAI, "targets").rows}
    assert gaotai["特殊困难人员参保率"][2:4] == ("不低于 100%", "参军、服刑、死亡")
    assert gaotai["全县参保人数"][2] == "127000 人"
    assert column(table(GUIYANG, "targets"), "种类") == ["不低于上年", "基础目标与激励目标", "比上年增长"]
    assert ("参保缴费人数", "比上年增长") in {row[:2] for row in table(SUNAN, "targets").rows}


def test_guiyang_windows_cost_380_yuan_but_the_sporadic_one_1020() -> None:
    found = table(GUIYANG, "windows")
    assert [row[1:3] for row in found.rows] == [
        ("2023-09-01", "2024-02-29"),
        ("2024-03-01", "2025-03-31"),
        ("2024-03-01", "2024-12-31"),
        ("2024-03-01", "2024-12-31"),
        ("2024-03-01", "2024-10-31"),
    ]
    assert column(found, "缴费标准（元）") == fen(380, 380, 380, 380, 1020)
    assert column(found, "待遇起") == [
        "2024-01-01", "出生日期，不早于 2024-01-01", "缴费日", "缴费日", "缴费日",
    ]  # fmt: skip
    assert column(found, "等待期") == [None, None, None, None, "60日"]
    assert column(found, "资助") == ["按类别", "按类别", "只限：孤儿、事实无人抚养未成年人", "无", "无"]


def test_liangzhou_windows_are_printed_with_their_waiting_periods() -> None:
    found = {row[0]: row for row in table(LIANGZHOU, "windows").rows}
    central, late = found["集中参保缴费期"], found["补充参保缴费期"]
    assert central[1:8] == (
        "2024-09-10", "2024-12-25", None, 40_000, "2025-01-01", "2025-12-31", "断保 90日，每多断 1 年加 30日",
    )  # fmt: skip
    assert late[1:3] == ("2025-01-01", "2025-02-28")
    assert str(late[7]).startswith("90日，或 断保 90日")


def test_jincheng_takes_payments_from_the_1st_to_the_25th() -> None:
    assert table(JINCHENG, "windows").rows[0][1:5] == ("2023-09-01", "2023-12-25", "1—25 日", 38_000)


def test_gansu_2024_windows_close_at_the_year_end() -> None:
    for region in (SUNAN, GAOTAI):
        assert table(region, "windows").rows[0][1:3] == ("2023-09-10", "2023-12-31")


def test_jincheng_reports_on_17_fridays_by_five_o_clock() -> None:
    entry = release(JINCHENG).release.calendar["weekly-report"]
    assert entry.days() == tuple(date.fromisoformat(day) for day in FRIDAYS.split())
    row = table(JINCHENG, "calendar").rows[0]
    assert row[:3] == ("筹资进展周报", "每周", "周五17:00")
    assert row[3:] == ("2023-09-01", "2023-12-22", 17, "各县（市、区）", "市医保局", "未印")
    assert column(table(JINCHENG, "calendar"), "频次") == ["每周", "每月", "每月", "每年"]


def test_guiyang_has_three_days_to_keep() -> None:
    calendar = release(GUIYANG).release.calendar
    assert [entry.on for entry in calendar.values()] == [
        date(2023, 9, 10), date(2023, 9, 15), date(2024, 12, 31), None,
    ]  # fmt: skip
    assert [len(entry.days()) for entry in calendar.values()] == [1, 1, 1, 0]


def test_guiyang_has_twelve_phones_two_of_them_in_huaxi_and_all_with_an_address() -> None:
    found = table(GUIYANG, "phones")
    assert dict(zip(column(found, "单位"), column(found, "电话"), strict=True)) == GUIYANG_PHONES
    assert len(found.rows) == 12
    assert all(column(found, "地址"))


def test_phones_are_printed_without_the_name_of_a_person() -> None:
    assert column(table(GAOTAI, "phones"), "电话") == ["0936-6629726"]
    assert column(table(JINCHENG, "phones"), "电话") == ["2218168"]
    assert "李" not in json.dumps(as_json(tables(release(JINCHENG))), ensure_ascii=False)


def test_guiyang_names_nine_bank_apps_four_web_banks_eight_that_withhold_and_five_terminals() -> None:
    channels = release(GUIYANG).release.channels
    counted = {key: len(channel.operators) for key, channel in channels.items()}
    assert counted == {
        "bank-counters": 2,
        "village-agents": 1,
        "tax-counters": 2,
        "city-services": 5,
        "bank-apps": 9,
        "bank-web": 4,
        "withholding": 8,
        "terminals": 5,
        "family-account": 2,
        "universities": 2,
    }
    assert {"光大银行", "农村信用社"} <= set(channels["withholding"].operators)


def test_family_accounts_pay_for_eight_kinds_of_relatives_in_gansu() -> None:
    eight = ["配偶", "父母", "子女", "兄弟姐妹", "祖父母", "外祖父母", "孙子女", "外孙子女"]
    assert release(LIANGZHOU).release.channels["family-account"].relatives == eight
    assert release(JINCHENG).release.channels["family-account"].relatives == ["家庭成员"]


def test_figures_that_are_only_shown_are_as_printed() -> None:
    gansu = {row[0]: row[1] for row in table(LIANGZHOU, "figures").rows}
    assert [gansu[f"{level}级定点医疗机构住院支付比例"] for level in "一二三"] == [
        "90% 左右", "80% 左右", "70% 左右",
    ]  # fmt: skip
    assert gansu["特困、孤儿、低保的大病保险起付标准"] == "降低 50%"
    assert gansu["特困、孤儿、低保的大病保险支付比例"] == "提高 5 个百分点"
    guiyang = {row[0]: row[1] for row in table(GUIYANG, "figures").rows}
    assert guiyang["普通门诊每人每年报销额度"] == "500元"
    assert guiyang["基本医保加大病保险年度支付额度"] == "450000元"


@EVERY_REGION
def test_every_table_names_registered_documents_and_clauses(region: str) -> None:
    policy = release(region)
    for found in tables(policy):
        assert found.source
        for place in found.source.split("；"):
            document, clause = place.split(" ", 1)
            assert clause in policy.documents[document].clauses, place


@EVERY_REGION
def test_classes_of_rosters_and_targets_are_registered(region: str) -> None:
    policy = release(region)
    named = [provider.classes for provider in policy.release.providers.values()]
    named += [target.classes for target in policy.release.targets.values()]
    assert {code for codes in named for code in codes} <= policy.categories.keys()


@EVERY_REGION
def test_every_row_of_every_table_has_a_cell_for_every_column(region: str) -> None:
    for found in tables(release(region)):
        assert {len(row) for row in (*found.rows, found.total or found.columns)} == {len(found.columns)}
        assert set(found.money) <= set(found.columns)


@EVERY_REGION
def test_machines_get_money_in_fen_and_in_yuan(region: str) -> None:
    told = json.loads(json.dumps(as_json(tables(release(region)))))
    rows = next(t for t in told if t["key"] == "subsidies")["rows"]
    assert rows[0]["缴费标准（元）"]["fen"] in (38_000, 40_000)
    if region == JINCHENG:
        assert rows[1]["资助金额（元）"] == {"fen": 34_200, "yuan": "342.00"}
        assert rows[5]["个人缴费（元）"] == {"fen": None, "yuan": "待定"}
        assert rows[0]["财政（元）"] is None


@EVERY_REGION
def test_the_terminal_gets_aligned_columns_no_wider_than_its_page(region: str) -> None:
    text = as_text(tables(release(region)), page=120)
    assert max(width(line) for line in text.splitlines()) <= 120
    assert "\t" not in text


def test_a_total_stands_under_its_column() -> None:
    lines = as_text([table(LIANGZHOU, "units")]).splitlines()
    assert lines[-1].split() == ["合计", "734881"]
    assert {width(line) for line in lines[4:] if line.strip("─")} - {width(lines[-1])} == set()


def test_a_long_cell_is_broken_where_chinese_may_be() -> None:
    assert wrap("缴费标准（元）", 10) == ["缴费标准", "（元）"]
    assert wrap("到年底止，每年", 8) == ["到年底", "止，每年"]
    assert wrap("自 2024 年起", 6) == ["自", "2024", "年起"]
    assert wrap("", 10) == [""]


@EVERY_REGION
def test_every_row_of_the_requirements_stands_in_its_release(region: str) -> None:
    policy = release(region)
    lines = [line.split() for line in STANDS[region].strip().splitlines()]
    prefix = lines[0][0][:2]
    expected = {f"{prefix}-{number:03}" for number in ROWS[prefix]} - {"GY-061"}
    assert [line[0] for line in lines] == sorted(expected)
    for _, *places in lines:
        assert places
        for place in places:
            assert standing(policy, place) is not None, place


def standing(policy: Policy, place: str) -> Any:
    first, *rest = place.split(".")
    node: Any = getattr(policy if first in ("documents", "categories") else policy.release, first)
    for step in rest:
        if isinstance(node, list):
            node = node[int(step)]
        else:
            node = node[step] if isinstance(node, dict) else getattr(node, step)
    return node
