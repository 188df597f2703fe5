"""What `yingbao policy check` proves of the five releases, and what it says when an officer slips."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest

from spec.planted import (
    ELSEWHERE,
    GUIYANG,
    JINCHENG,
    LIANGZHOU,
    POLICIES,
    SUNAN,
    Desk,
    lay_out,
    whole_report,
)
from yingbao.policy import Policy, load_library
from yingbao.policy.check import check_folder, check_policy
from yingbao.policy.check.cells import Cells

JC, GY, SN, LZ, GS = JINCHENG[0], GUIYANG[0], SUNAN[0], LIANGZHOU[0], LIANGZHOU[1]


@pytest.fixture
def jincheng(tmp_path: Path) -> Desk:
    return lay_out(tmp_path, JINCHENG)


@pytest.fixture
def guiyang(tmp_path: Path) -> Desk:
    return lay_out(tmp_path, GUIYANG)


@pytest.fixture
def sunan(tmp_path: Path) -> Desk:
    return lay_out(tmp_path, SUNAN)


@pytest.fixture
def liangzhou(tmp_path: Path) -> Desk:
    return lay_out(tmp_path, LIANGZHOU)


# The five releases ------------------------------------------------------------------------------------------


def test_the_five_releases_are_proved() -> None:
    report = whole_report()
    assert [item.sentence for item in report.faults] == []
    assert report.ok
    assert report.counts.releases == 5


def test_what_was_proved_is_counted() -> None:
    counts = whole_report().counts
    assert counts.people > 5_000
    assert counts.cells > 20_000
    assert counts.examples > 200
    assert counts.edges > 100
    assert counts.readings > 50


def test_a_wanted_gap_is_said_in_the_sentence_of_the_design() -> None:
    said = [item.sentence for item in whole_report().notes if item.code == "gap-acknowledged"]
    assert any(
        sentence.endswith("普通居民 在 2024-12-26 至 2024-12-31 无缴费途径 — 文件如此，已登记为有意空档")
        for sentence in said
    )


def test_days_closed_within_each_month_are_each_said() -> None:
    notes = [n for n in whole_report().notes if n.file == JC and n.code == "gap-acknowledged"]
    found = [note.sentence.partition("普通居民 在 ")[2].partition(" 无缴费途径")[0] for note in notes]
    assert found == [
        "2023-09-26 至 2023-09-30",
        "2023-10-26 至 2023-10-31",
        "2023-11-26 至 2023-11-30",
    ]


def test_a_county_that_says_otherwise_than_its_province_is_noted_with_its_reason() -> None:
    notes = [note for note in whole_report().notes if note.code == "override" and note.file == SN]
    found = next(note for note in notes if note.rule == "windows.low-income.when.class")
    assert "62/2024 → 620721/2024" in found.sentence
    assert "本县清单多出已脱贫人口" in found.sentence


def test_who_of_a_class_can_pay_on_other_days_is_noted_once_for_all_alike() -> None:
    notes = [note for note in whole_report().notes if note.code == "class-gap" and note.file == GY]
    assert len(notes) == 1
    assert "特困人员、孤儿" in notes[0].sentence
    assert "2025-01-01 至 2025-03-31" in notes[0].sentence


def test_one_release_can_be_checked_by_itself() -> None:
    found = check_policy(Policy(load_library(POLICIES), "140500/2024"))
    assert [item.sentence for item in found if item.kind == "fault"] == []


@lru_cache
def cells(key: str) -> Cells:
    return Cells(Policy(load_library(POLICIES), key))


@pytest.mark.parametrize("key", ["140500/2024", "520100/2024", "620602/2025", "620721/2024"])
def test_between_two_breakpoints_no_condition_turns(key: str) -> None:
    everyone = [*cells(key).singles()][::9] + [*cells(key).pairs()][::211]
    for cell in everyone:
        for first, last in cells(key).days(cell):
            days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, 5)]
            held = {tuple(t.evaluate(cell.person, day) for t in cells(key).tests) for day in [*days, last]}
            assert len(held) == 1, (cell.label, first, last)


def test_a_region_with_tiers_months_and_facts_of_its_own_lacks_only_its_examples(tmp_path: Path) -> None:
    desk = lay_out(tmp_path, ())
    desk.add("999901/2026.yaml", ELSEWHERE)
    report = desk.check()
    assert {fault.code for fault in report.faults} == {"edge-without-example"}
    wanted = " ".join(fault.sentence for fault in report.faults)
    assert "“迁入”适用的人在 2026-01-01 缴费" in wanted
    assert "在迁入日后 30日 届满前一日缴费（仍在期内）" in wanted
    assert "差一日满 18 周岁的人" in wanted
    assert "住院天数为 2" in wanted
    assert "断保年数为 1" in wanted
    assert [note.rule for note in report.notes if note.code == "class-unused"] == ["categories.idle"]


# Time -------------------------------------------------------------------------------------------------------


def test_an_officer_closed_the_supplementary_window_early_and_acknowledged_no_gap(liangzhou: Desk) -> None:
    liangzhou.edit(GS, "through: 2025-02-28", "through: 2025-02-20")
    found = liangzhou.fault("gap", "windows")
    assert found.file == GS
    assert "普通居民 在 2025-02-21 至 2025-02-28 无缴费途径，没有登记" in found.sentence


def test_an_officer_opened_every_day_of_the_month_and_left_the_old_gap_standing(jincheng: Desk) -> None:
    jincheng.strike(JC, "    days_of_month: [1, 25]")
    found = jincheng.fault("stale-gap", "gaps.0")
    assert found.file == JC
    assert "2023-09-26 至 2023-12-25" in found.sentence
    assert found.place is not None
    assert found.place.line == jincheng.line_of(JC, "- from: 2023-09-26")


def test_an_officer_forgot_which_of_two_windows_comes_first(guiyang: Desk) -> None:
    guiyang.edit(GY, "    over: [late]\n", "")
    found = guiyang.fault("overlap", "windows.from-employee")
    assert found.file == GY
    assert "职工转居民动态参保" in found.sentence
    assert "零星征缴期" in found.sentence
    assert "普通居民（职工医保 2024-07-01 终止） 在 2024-07-02 至 2024-09-29 同时适用" in found.sentence


def test_an_officer_gave_orphans_and_soldiers_windows_of_the_same_days(jincheng: Desk) -> None:
    for name, when in (("orphans", "{class: [orphan]}"), ("soldiers", "{discharged_on: {year: 2024}}")):
        window = (
            f"windows:\n  {name}:\n    name: 窗口{name}\n    from: 2024-03-01\n    through: 2024-04-30\n"
            f"    when: {when}\n    price: standard\n    cover: benefit-year\n"
            "    source: 晋市医保发〔2023〕10号 二\n    says: 另开的窗口\n"
        )
        jincheng.edit(JC, "windows:\n", window)
    found = jincheng.fault("overlap", "windows.soldiers")
    assert "windows.orphans" in found.sentence
    assert "孤儿（退出现役日 20" in found.sentence
    assert "2024-04-30" in found.sentence


def test_an_officer_typed_the_window_backwards(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "    through: 2023-12-25\n    days_of_month", "    through: 2023-08-25\n    days_of_month"
    )
    found = jincheng.fault("window-backwards", "windows.central")
    assert "截止日 2023-08-25 早于开始日 2023-09-01" in found.sentence


def test_an_officer_ended_cover_before_it_begins(jincheng: Desk) -> None:
    jincheng.edit(JC, "    end: 2024-12-31\n", "    end: 2023-12-31\n")
    found = jincheng.fault("cover-backwards", "cover.benefit-year")
    assert "2023-12-31 早于起日 2024-01-01" in found.sentence


BANDS = """    bands:
      children: {{amount: 200元, when: {{age: {{under: {under}}}}}}}
      adults: {{amount: 380元, when: {{age: {{at_least: 18}}}}}}
"""


def test_an_officer_priced_children_and_adults_and_nobody_of_seventeen(jincheng: Desk) -> None:
    jincheng.edit(JC, "    amount: 380元\n", BANDS.format(under=17))
    found = jincheng.fault("band-gap", "prices.standard")
    assert "没有适用的价格档" in found.sentence
    assert "windows.central" in found.sentence
    assert "2023-" in found.sentence


def test_an_officer_priced_those_of_eighteen_twice(jincheng: Desk) -> None:
    jincheng.edit(JC, "    amount: 380元\n", BANDS.format(under=19))
    found = jincheng.fault("band-overlap", "prices.standard")
    assert "prices.standard.children、prices.standard.adults" in found.sentence


# Amounts ----------------------------------------------------------------------------------------------------


def test_an_officer_typed_a_subsidy_above_the_price(jincheng: Desk) -> None:
    jincheng.edit(JC, "    amount: 280元\n", "    amount: 480元\n")
    found = jincheng.fault("subsidy-above-price", "subsidies.monitored")
    assert "480.00 元，超过缴费标准 380.00 元" in found.sentence


def test_an_officer_changed_the_percentage_and_not_the_printed_amount(jincheng: Desk) -> None:
    jincheng.edit(JC, "    amount: 90%\n", "    amount: 85%\n")
    found = jincheng.fault("printed-differs", "subsidies.relapsed")
    assert "印资助 342.00 元" in found.sentence
    assert "算得 323.00 元" in found.sentence


def test_an_officer_typed_a_percentage_that_leaves_part_of_a_fen(jincheng: Desk) -> None:
    jincheng.edit(JC, "    amount: 90%\n", "    amount: 33.33%\n")
    jincheng.edit(JC, "    amount: 380元\n", "    amount: 380.01元\n")
    assert "不是整分" in jincheng.fault("amount-not-whole", "subsidies.relapsed").sentence


def test_an_officer_let_a_payer_stop_short_and_nobody_pays_the_rest(jincheng: Desk) -> None:
    jincheng.edit_after(
        JC,
        "  relapsed:\n    name: 返贫致贫人口",
        "    payer: medical_assistance\n",
        "    sequence: [{payer: medical_assistance, up_to: 300元}, {payer: finance, up_to: 20元}]\n",
    )
    found = jincheng.fault("payers-do-not-add", "subsidies.relapsed")
    assert "资助 342.00 元" in found.sentence
    assert "只承担 320.00 元" in found.sentence


def test_an_officer_split_a_subsidy_into_shares_of_ninety_percent(guiyang: Desk) -> None:
    guiyang.edit(
        GY, "{medical_assistance: 50%, agriculture: 50%}", "{medical_assistance: 50%, agriculture: 40%}"
    )
    found = guiyang.fault("policy-invalid", "subsidies.monitored")
    assert found.file == GY
    assert "合计应为 100%，现为 90%" in found.sentence


def test_an_officer_priced_the_late_window_below_its_floor(guiyang: Desk) -> None:
    guiyang.edit(GY, "    amount: 1020元\n", "    amount: 980元\n")
    found = guiyang.fault("price-below-floor", "prices.late")
    assert "980.00 元低于文件的下限 1020.00 元" in found.sentence


def test_an_officer_split_a_levy_over_funds_that_do_not_come_to_it(jincheng: Desk) -> None:
    jincheng.edit(
        JC,
        "    amount: 380元\n",
        "    amount: 380元\n    funds: {amounts: {基本医保: 300元, 长护险: 70元}}\n",
    )
    found = jincheng.fault("funds-do-not-add", "prices.standard")
    assert "合计 370.00 元，与价格 380.00 元不符" in found.sentence


def test_an_officer_split_a_levy_by_percentages_that_leave_a_part_to_nobody(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "    amount: 380元\n", "    amount: 380元\n    funds: {shares: {基本医保: 80%, 长护险: 15%}}\n"
    )
    assert "合计 95%" in jincheng.fault("funds-do-not-add", "prices.standard").sentence


def test_an_officer_mistyped_the_central_share(liangzhou: Desk) -> None:
    liangzhou.edit(
        GS,
        "{central: 536元, province: 116.8元, local: 17.2元}",
        "{central: 535元, province: 116.8元, local: 17.2元}",
    )
    found = liangzhou.fault("fiscal-does-not-add", "fiscal.tiers.second")
    assert found.file == GS
    assert "535.00 + 116.80 + 17.20 = 669.00 元，与合计 670.00 元不符" in found.sentence


def test_an_officer_put_the_county_in_a_tier_that_is_not_printed(liangzhou: Desk) -> None:
    liangzhou.edit(LZ, "  tier: second\n", "  tier: fourth\n")
    found = liangzhou.fault("fiscal-tier-unknown", "fiscal.tier")
    assert found.file == LZ


def test_an_officer_mistyped_one_countys_number(jincheng: Desk) -> None:
    jincheng.edit(JC, "number: 391890}", "number: 391980}")
    found = jincheng.fault("units-do-not-add", "units.total")
    assert "1583775 人，与总数 1583685 人不符" in found.sentence


# Order and reach --------------------------------------------------------------------------------------------


def test_an_officer_made_the_monitored_on_allowance_pay_more_than_the_merely_monitored(
    jincheng: Desk,
) -> None:
    jincheng.edit(JC, "    amount: 80%\n    printed: {subsidy: 304元}\n", "    amount: 60%\n")
    found = jincheng.fault("more-identities-pays-more", "combine")
    assert "低保" in found.sentence
    assert "易返贫致贫人口" in found.sentence
    assert "152.00 元" in found.sentence
    assert "100.00 元" in found.sentence
    assert "2023-09-01" in found.sentence


def test_where_the_first_listed_counts_paying_more_is_a_note(jincheng: Desk) -> None:
    jincheng.edit(
        JC,
        "readings:\n",
        "combine:\n  groups: {main: {mode: first}}\n"
        "  source: 晋市医保发〔2023〕10号 四\n  says: 按列举先后\n\nreadings:\n",
    )
    report = jincheng.check()
    assert [note.rule for note in report.notes if note.code == "more-identities-pays-more"]
    assert not [fault for fault in report.faults if fault.code == "more-identities-pays-more"]


def test_an_officer_wrote_a_window_for_nobody(jincheng: Desk) -> None:
    jincheng.edit(
        JC,
        "windows:\n",
        "windows:\n  nobody:\n    name: 无人窗口\n    from: 2024-03-01\n    through: 2024-04-30\n"
        "    when: {class: [orphan], not: {class: [orphan]}}\n    price: standard\n    cover: benefit-year\n"
        "    source: 晋市医保发〔2023〕10号 二\n    says: 自相矛盾的窗口\n",
    )
    found = jincheng.fault("unreachable", "windows.nobody")
    assert "2024-03-01 至 2024-04-30 没有任何人适用" in found.sentence


def test_an_officer_left_a_subsidy_out_of_every_window(jincheng: Desk) -> None:
    jincheng.edit(
        JC,
        "    days_of_month: [1, 25]\n",
        "    days_of_month: [1, 25]\n"
        "    subsidies: [monitored, extreme-poverty, allowance, entitled-group, severe-disability]\n",
    )
    found = jincheng.fault("unreachable", "subsidies.relapsed")
    assert "没有一个窗口允许享受" in found.sentence


def test_an_officer_wrote_a_subsidy_that_another_always_outdoes(jincheng: Desk) -> None:
    jincheng.edit(
        JC,
        "subsidies:\n",
        "subsidies:\n  small:\n    name: 特困小额\n    when: {class: [extreme_poverty]}\n    amount: 10元\n"
        "    payer: finance\n    delivery: differential\n"
        "    source: 晋市医保发〔2023〕10号 四.3\n    says: 小额\n",
    )
    assert "总被别的资助盖过" in jincheng.fault("unreachable", "subsidies.small").sentence


# Sources ----------------------------------------------------------------------------------------------------


def test_an_officer_cited_a_document_nobody_registered(jincheng: Desk) -> None:
    jincheng.edit_after(JC, "\nprices:\n", "晋市医保发〔2023〕10号 一", "晋市医保发〔2032〕10号 一")
    found = jincheng.fault("document-unknown", "prices.standard")
    assert "晋市医保发〔2032〕10号 不在文件登记簿里" in found.sentence
    assert found.place is not None
    assert found.place.line > jincheng.line_of(JC, "prices:")


def test_an_officer_cited_a_clause_the_register_does_not_list(jincheng: Desk) -> None:
    jincheng.edit_after(JC, "\nprices:\n", "晋市医保发〔2023〕10号 一", "晋市医保发〔2023〕10号 九(九)")
    assert "没有条款“九(九)”" in jincheng.fault("clause-unknown", "prices.standard").sentence


def test_an_officer_named_a_class_nobody_registered(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "when: {class: [relapsed]}\n    amount: 90%", "when: {class: [返贫户口]}\n    amount: 90%"
    )
    found = jincheng.fault("policy-invalid", "subsidies.relapsed")
    assert found.file == JC
    assert "人员类别“返贫户口”没有登记" in found.sentence


def test_an_officer_gave_one_spelling_to_two_classes(jincheng: Desk) -> None:
    jincheng.edit("categories.yaml", "spellings: [散居孤儿, ", "spellings: [五保户, 散居孤儿, ")
    found = jincheng.fault("spelling-twice", "categories")
    assert "“五保户”" in found.sentence


def test_an_officer_registered_a_document_that_rests_on_an_unknown_one(jincheng: Desk) -> None:
    jincheng.edit(
        "documents.yaml", "rests_on: [晋市政办发〔2017〕32号, ", "rests_on: [晋市政办发〔2016〕99号, "
    )
    assert "晋市政办发〔2016〕99号" in jincheng.fault("document-unknown", "documents").sentence


def test_an_officer_misspelt_a_key(jincheng: Desk) -> None:
    jincheng.edit(JC, "    days_of_month: [1, 25]\n", "    days_of_months: [1, 25]\n")
    found = jincheng.fault("policy-invalid", "windows.central.days_of_months")
    assert found.place is not None
    assert found.place.line == jincheng.line_of(JC, "days_of_months")
    assert found.place.column == 5
    assert "是不是 days_of_month？" in found.sentence


# Layers and files -------------------------------------------------------------------------------------------


def test_an_officer_stood_two_files_upon_each_other(jincheng: Desk) -> None:
    jincheng.edit("00/2024.yaml", "layer: true\n", "layer: true\nextends: 140500/2024\n")
    sentences = [item.sentence for item in jincheng.check().faults]
    assert any("继承成环：140500/2024 → 00/2024 → 140500/2024" in sentence for sentence in sentences)


def test_a_county_changed_the_provinces_price_and_gave_no_reason(sunan: Desk) -> None:
    sunan.edit(SN, "\nwindows:\n", "\nprices:\n  standard:\n    amount: 390元\n\nwindows:\n")
    found = next(item for item in sunan.check().faults if item.code == "policy-invalid")
    assert found.file == SN
    assert found.place is not None
    assert found.place.line == sunan.line_of(SN, "amount: 390元")
    assert "prices.standard.amount 与上层不一致" in found.sentence
    assert "380元" in found.sentence


def test_two_releases_answer_for_one_county(jincheng: Desk) -> None:
    text = (jincheng.folder / JC).read_text(encoding="utf-8")
    jincheng.add(
        "140521/2024.yaml",
        text.replace('region: "140500"', 'region: "140521"').replace('"140521": 沁水县', ""),
    )
    found = [item for item in jincheng.check().faults if item.code == "region-answered-twice"]
    assert any("140521 在 2024 待遇年度有 2 份政策作答" in item.sentence for item in found)
    assert all("140521/2024.yaml" in item.sentence and JC in item.sentence for item in found)


def test_two_files_bear_the_same_region_and_year(jincheng: Desk) -> None:
    text = (jincheng.folder / JC).read_text(encoding="utf-8")
    jincheng.add("140500/again.yaml", text)
    found = jincheng.fault("release-twice", "region")
    assert found.file == "140500/again.yaml"
    assert JC in found.sentence


def test_a_file_that_cannot_be_read_hides_no_fault_of_another(jincheng: Desk) -> None:
    jincheng.add("620999/2024.yaml", 'region: "620999"\n  name: [\n')
    jincheng.add("620998/2024.yaml", "name: 无地区\n")
    jincheng.edit(JC, "    amount: 90%\n", "    amount: 85%\n")
    found = {item.code: item for item in jincheng.check().faults}
    assert found["file-unreadable"].file == "620999/2024.yaml"
    assert found["file-unreadable"].place is not None
    assert found["file-unplaced"].file == "620998/2024.yaml"
    assert found["printed-differs"].file == JC


def test_a_layer_nobody_stands_on_is_noted(jincheng: Desk) -> None:
    text = (jincheng.folder / "00/2024.yaml").read_text(encoding="utf-8")
    jincheng.add("00/2026.yaml", text.replace("benefit_year: 2024", "benefit_year: 2026"))
    assert [note.file for note in jincheng.check().notes if note.code == "layer-unused"] == ["00/2026.yaml"]


def test_a_folder_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="没有这个文件夹"):
        check_folder(tmp_path / "nowhere")


# Examples and edges -----------------------------------------------------------------------------------------


def test_an_officer_worked_an_example_wrongly(jincheng: Desk) -> None:
    jincheng.edit_after(JC, "  relapsed: {title: 返贫致贫 90%", "due: 38元", "due: 48元")
    found = jincheng.fault("example-wrong", "examples.relapsed")
    assert "due 应为 48.00元，得 38.00元" in found.sentence
    assert "2023-10-12" in found.sentence


def test_an_officer_gave_an_example_a_fact_by_the_wrong_name(jincheng: Desk) -> None:
    jincheng.edit(JC, "person: {died_on: 2023-10-12}", "person: {died_at: 2023-10-12}")
    assert "died_at" in jincheng.fault("example-unusable", "examples.died").sentence


@pytest.mark.parametrize(
    ("struck", "rule", "day"),
    [
        ("day-early", "windows.central", "2023-08-31"),
        ("day-late", "windows.central", "2023-12-26"),
        ("last-day", "windows.central", "2023-12-25"),
        ("alive", "eligibility.deceased", "死亡日为 缴费次日"),
    ],
)
def test_an_officer_struck_out_the_example_on_one_side_of_an_edge(
    jincheng: Desk, struck: str, rule: str, day: str
) -> None:
    jincheng.strike(JC, f"  {struck}: {{")
    assert day in jincheng.fault("edge-without-example", rule).sentence


def test_an_officer_struck_out_the_baby_of_ninety_one_days(guiyang: Desk) -> None:
    guiyang.strike(GY, "  baby-91: {")
    guiyang.strike(GY, "  baby-poor-91: {")
    found = guiyang.fault("edge-without-example", "windows.newborns")
    assert "90日 届满次日缴费（已超期）" in found.sentence


def test_an_officer_struck_out_the_sixtieth_birthday(guiyang: Desk) -> None:
    guiyang.strike(GY, "  margin-60: {")
    assert "满 60 周岁当日" in guiyang.fault("edge-without-example", "subsidies.margin").sentence


# Readings ---------------------------------------------------------------------------------------------------


def test_an_officer_listed_another_reading_that_says_the_same(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "{subsidies.monitored.amount: {pays: 280元}, ", "{subsidies.monitored.amount: {pays: 100元}, "
    )
    found = jincheng.fault("reading-changes-nothing", "readings.monitored-280.others.pays-280")
    assert "没有一个人的答案会变" in found.sentence


def test_an_officer_listed_a_reading_of_a_rule_that_is_not_there(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "{subsidies.monitored.amount: {pays: 280元}, ", "{subsidies.monitor.amount: {pays: 280元}, "
    )
    found = jincheng.fault("reading-breaks", "readings.monitored-280.others.pays-280")
    assert "subsidies.monitor.amount 不存在" in found.sentence


def test_an_officer_hung_a_reading_on_the_wrong_rule(jincheng: Desk) -> None:
    jincheng.edit(JC, "    rules: [subsidies.monitored]\n", "    rules: [units]\n")
    found = jincheng.fault("reading-not-leaned-on", "readings.monitored-280.others.pays-280")
    assert "rules 所列的 units" in found.sentence


def test_an_officer_named_a_rule_that_does_not_exist_in_a_reading(jincheng: Desk) -> None:
    jincheng.edit(
        JC, "    rules: [subsidies.monitored]\n", "    rules: [subsidies.monitored, subsidies.nothing]\n"
    )
    assert "subsidies.nothing" in jincheng.fault("reading-rule-unknown", "readings.monitored-280").sentence


def test_an_officer_left_the_reading_taken_unsaid(jincheng: Desk) -> None:
    jincheng.edit(JC, "    taken: “按280元的标准资助”：280 元是资助额，个人缴 100 元\n", '    taken: ""\n')
    assert "taken 是空的" in jincheng.fault("reading-unsaid", "readings.monitored-280").sentence
