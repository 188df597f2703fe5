"""Releases on a desk of one's own: copied, edited as a policy officer would, and checked again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pytest

from yingbao.policy.check import Finding, Report, check_folder

POLICIES = Path(__file__).resolve().parents[2] / "policies"
REGISTERS = ("documents.yaml", "categories.yaml")

JINCHENG = ("140500/2024.yaml", "00/2024.yaml")
GUIYANG = ("520100/2024.yaml", "00/2024.yaml")
SUNAN = ("620721/2024.yaml", "62/2024.yaml", "00/2024.yaml")
LIANGZHOU = ("620602/2025.yaml", "62/2025.yaml", "00/2025.yaml")


@dataclass
class Desk:
    """A folder with one release, the layers it stands on, and the registers."""

    folder: Path
    files: tuple[str, ...]

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands in the file exactly once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file}: {text.count(old)} times: {old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def edit_after(self, file: str, heading: str, old: str, new: str) -> None:
        """Replace the first such text after a heading."""
        path = self.folder / file
        before, found, after = path.read_text(encoding="utf-8").partition(heading)
        assert found, f"{file}: {heading}"
        assert old in after, f"{file}: {old}"
        path.write_text(before + found + after.replace(old, new, 1), encoding="utf-8")

    def strike(self, file: str, start: str) -> None:
        """Strike out the one line that starts so."""
        path = self.folder / file
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(start)]
        assert len(lines) - len(kept) == 1, f"{file}: {len(lines) - len(kept)} lines: {start}"
        path.write_text("".join(kept), encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        """A new file."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def line_of(self, file: str, start: str) -> int:
        """The number of the line that starts so."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if line.strip().startswith(start))

    def check(self) -> Report:
        """Run every proof on what lies on the desk."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("YINGBAO_POLICIES", str(self.folder))
            return check_folder(self.folder)

    def fault(self, code: str, rule: str) -> Finding:
        """The one fault of this code and rule, which the release did not have before the edit."""
        assert (code, rule) not in faults_before(self.files)
        found = self.check().faults
        mine = [item for item in found if (item.code, item.rule) == (code, rule)]
        assert len(mine) == 1, [item.sentence for item in found]
        return mine[0]


@lru_cache
def faults_before(files: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """(code, rule) of the faults that the unedited release has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YINGBAO_POLICIES", str(POLICIES))
        report = whole_report()
    return frozenset((item.code, item.rule) for item in report.faults if item.file in (*files, *REGISTERS))


@lru_cache(maxsize=1)
def whole_report() -> Report:
    """All that is found in the five releases as they stand."""
    return check_folder(POLICIES)


def lay_out(folder: Path, files: tuple[str, ...]) -> Desk:
    """Copy a release, its layers and the registers."""
    for name in (*files, *REGISTERS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(POLICIES / name, folder / name)
    return Desk(folder, files)


#: A region that uses what the five do not: tiers, ages on a day, facts of its own, months, funds, caps.
ELSEWHERE = """\
region: "999901"
name: 试验区
benefit_year: 2026
label: 2026年
documents:
  试发〔2025〕1号: {title: 通知, issuer: 医保局, clauses: {一: 筹资, 二: 资助}}
categories:
  hero: {name: 见义勇为人员}
  idle: {name: 没有规则提到的人员}
facts:
  local_card: {kind: flag, label: 本地卡}
  harm_days: {kind: number, label: 住院天数, absent: none}
  moved_on: {kind: date, label: 迁入日, absent: none}
  street: {kind: code, label: 街道, values: [东街, 西街]}
eligibility:
  all: {admit: {residence: [hukou, residence_permit]}, source: 试发〔2025〕1号 一, says: 户籍或居住证}
prices:
  standard:
    bands:
      child: {amount: 200元, when: {age: {under: 18, on: 2026-01-01}}}
      low: {amount: 300元, when: {age: {at_least: 18, on: 2026-01-01}, tier: low}}
      high: {amount: 500元, when: {age: {at_least: 18, on: 2026-01-01}, tier: high}}
    funds: {shares: {基本医保: 80%}, remainder: 长护险}
    source: 试发〔2025〕1号 一
    says: 未成年人一档，成年人选一档
  rest: {amount: 360元, prorate: {by: month}, source: 试发〔2025〕1号 一, says: 按剩余月份}
  months: {amount: 30元, per: month, times_periods: 12, source: 试发〔2025〕1号 一, says: 按月份数}
cover:
  year: {start: 2026-01-01, end: 2026-12-31, source: 试发〔2025〕1号 一, says: 全年}
  next: {start: {day: payment, plus: 1日}, end: {after: 12个月}, source: 试发〔2025〕1号 一, says: 次日起一年}
  moved: {start: moved_on, end: 2026-12-31, source: 试发〔2025〕1号 一, says: 迁入日起}
waiting:
  late:
    parts:
      - {when: {first_time: false}, wait: 30日, each: 10日, beyond: 0, less: 5日}
      - {when: {insured_years: {none_of: [2025]}}, wait: 60日}
    combine: sum
    at_most: 90日
    source: 试发〔2025〕1号 一
    says: 中断的等待
windows:
  central:
    {name: 集中, from: 2025-10-01, through: 2025-12-31, price: standard, cover: year,
     source: 试发〔2025〕1号 一, says: 集中}
  moved:
    name: 迁入
    from: 2026-01-01
    through: 2026-12-31
    when: {custom: {moved_on: {within: 30日, strict: true}, local_card: true}}
    over: [late, students]
    price: rest
    cover: moved
    waiting: late
    source: 试发〔2025〕1号 一
    says: 迁入未满三十日
  late:
    {name: 零星, from: 2026-01-01, through: 2026-12-31, when: {not: {student: university}}, price: rest,
     cover: next, waiting: late, source: 试发〔2025〕1号 一, says: 零星}
  students:
    {name: 按月, from: 2026-01-01, through: 2026-12-31, when: {student: university}, price: months,
     cover: next, subsidies: none, source: 试发〔2025〕1号 一, says: 大学生按月}
subsidies:
  hero:
    name: 见义勇为
    when: {class: hero, custom: {street: 东街}}
    amount: {percent: 50%, rounding: half_up_fen, at_most: 150元}
    sequence: [{payer: finance, up_to: 100元}, {payer: other}]
    delivery: differential
    source: 试发〔2025〕1号 二
    says: 一半
  harmed:
    name: 住院
    when: {custom: {harm_days: {at_least: 3}}}
    amount: 50元
    payer: health
    group: extra
    delivery: differential
    source: 试发〔2025〕1号 二
    says: 住院满三日
combine:
  groups: {main: {}, extra: {mode: sum, cap: 60元}}
  cap_percent: 90%
  source: 试发〔2025〕1号 二
  says: 合计不超过九成
examples:
  none: {title: 无证, on: 2025-11-01, person: {residence: resident_without_permit}, answer: {allowed: false}}
"""
