"""A release as a page to read, in the order of its notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from yingbao.policy import Policy
from yingbao.policy.schema.quantities import Rule
from yingbao.policy.tables import tables
from yingbao.web.workbench.presenters.citing import Citing, Reading, main_document
from yingbao.web.workbench.presenters.payers import PayerMatrix, payer_matrix
from yingbao.web.workbench.presenters.sheets import Sheet, sheet
from yingbao.web.workbench.presenters.windows import Timetable, timetable
from yingbao.web.workbench.presenters.windows_chart import Chart, chart

#: Sections nothing computes with; they follow the others in this order.
SHOWN_ONLY = ("calendar", "duties", "phones", "figures")
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Price:
    """The price of the main window, and what the treasury adds. Amounts in fen."""

    personal_fen: int | None
    fiscal_fen: int | None
    fiscal_year: int | None
    at_least: bool
    total_fen: int | None
    flags: tuple[int, ...]
    fiscal_flags: tuple[int, ...]
    remarks: tuple[str, ...]
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered section. `kind` names its template; `summary` is what a folded section says on its line."""

    key: str
    number: str
    title: str
    source: str
    kind: str
    summary: str = ""
    flags: tuple[int, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    says: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleasePage:
    """Everything the reading page shows."""

    name: str
    year: int
    label: str
    title: str
    document: str
    issued: str
    digest: str
    files: tuple[str, ...]
    sections: tuple[Section, ...]
    price: Price | None
    timetable: Timetable | None
    chart: Chart | None
    matrix: PayerMatrix | None
    readings: tuple[Reading, ...]


def release_page(policy: Policy) -> ReleasePage:
    """The page of a release."""
    citing = Citing(policy)
    release = policy.release
    found = timetable(policy, citing)
    notice = main_document(policy)
    document = policy.documents.get(notice)
    return ReleasePage(
        release.name,
        release.benefit_year,
        release.label,
        release.title,
        notice,
        str(document.issued_on) if document and document.issued_on else "",
        short_digest(policy.digest),
        policy.merged.files,
        tuple(_Sections(policy, citing, notice).all()),
        _price(policy, citing),
        found,
        chart(found) if found else None,
        payer_matrix(policy, citing),
        citing.readings(),
    )


def short_digest(digest: str) -> str:
    """The first eight characters, in two groups."""
    return f"{digest[:4]} {digest[4:8]}"


def _price(policy: Policy, citing: Citing) -> Price | None:
    release = policy.release
    main = next((p for p in policy.program.windows if release.windows[p.name].when is None), None)
    if main is None or not main.price:
        return None
    name = release.windows[main.name].price
    personal, fiscal = main.price[0].values[-1].fen, release.fiscal
    kept = {table.key: sheet(table) for table in tables(policy) if table.key in ("fiscal", "transfers")}
    if fiscal is not None and not fiscal.tiers:
        kept.pop("fiscal", None)
    remarks = [] if fiscal is None else [fiscal.says]
    return Price(
        personal,
        None if fiscal is None else fiscal.total,
        None if fiscal is None else fiscal.year,
        fiscal is not None and fiscal.at_least,
        None if fiscal is None or personal is None else personal + fiscal.total,
        citing.flags(f"prices.{name}"),
        citing.flags("fiscal"),
        tuple(remarks),
        tuple(kept.values()),
    )


class _Sections:
    """The sections that have something in them, ordered as the notice has their first clauses."""

    def __init__(self, policy: Policy, citing: Citing, notice: str) -> None:
        self.policy, self.citing = policy, citing
        document = policy.documents.get(notice)
        self.notice = notice
        self.clauses = list(document.clauses) if document else []
        self.tables = {table.key: sheet(table) for table in tables(policy)}

    def all(self) -> Iterable[Section]:
        """Every section, numbered."""
        makers: tuple[Callable[[], Section | None], ...] = (
            self._eligibility, self._price, self._windows, self._channels, self._subsidies,
            self._units, self._calendar, self._duties, self._phones, self._figures,
        )  # fmt: skip
        made = [section for make in makers if (section := make()) is not None]
        made.sort(key=self._place)
        for at, section in enumerate(made):
            yield replace(section, number=NUMERALS[at])

    def _place(self, section: Section) -> int:
        """Where the section begins in the notice; what is only shown goes last, as does what is in another document."""
        if section.key in SHOWN_ONLY:
            return len(self.clauses) + 1
        for source in (source for rule in self._rules(section.key) for source in rule.source):
            if source.document == self.notice and source.clause in self.clauses[1:]:
                return self.clauses.index(source.clause)
        return len(self.clauses)

    def _rules(self, key: str) -> list[Rule]:
        release = self.policy.release
        sections: dict[str, Sequence[object]] = {
            "eligibility": [rule for rule in release.eligibility.values() if rule.bar is None],
            "price": list(release.prices.values())[:1],
            "windows": list(release.windows.values()),
            "channels": list(release.channels.values()),
            "subsidies": list(release.subsidies.values()),
            "units": [*([release.units] if release.units else []), *release.targets.values()],
            "calendar": list(release.calendar.values()),
            "duties": [*release.duties.values(), *release.providers.values()],
            "phones": list(release.phones.values()),
            "figures": list(release.figures.values()),
        }
        return [rule for rule in sections[key] if isinstance(rule, Rule)]

    def _folded(
        self, key: str, title: str, summary: str, *sheets: str, flags: tuple[int, ...] = ()
    ) -> Section | None:
        kept = tuple(self.tables[name] for name in sheets if name in self.tables)
        if not kept:
            return None
        return Section(key, "", title, self.citing.source(self._rules(key)), "folded", summary, flags, kept)

    def _eligibility(self) -> Section | None:
        rules = self.policy.release.eligibility
        if not rules:
            return None
        admitted = tuple(rule.says for rule in rules.values() if rule.bar is None)
        barred = tuple(rule.says for rule in rules.values() if rule.bar is not None)
        flags = self.citing.flags("eligibility", *(f"eligibility.{name}" for name in rules))
        source = self.citing.source(rule for rule in rules.values() if rule.bar is None)
        return Section("eligibility", "", "谁参保", source, "eligibility", "", flags, (), admitted, barred)

    def _price(self) -> Section | None:
        release = self.policy.release
        rules: list[Rule] = [
            *list(release.prices.values())[:1],
            *([release.fiscal] if release.fiscal else []),
        ]
        return Section("price", "", "缴费标准", self.citing.source(rules), "price") if rules else None

    def _windows(self) -> Section | None:
        if not self.policy.release.windows:
            return None
        source = self.citing.source(self.policy.release.windows.values())
        title = "什么时候缴、多少钱、从哪天起管用"
        return Section("windows", "", title, source, "windows", "", self.citing.flags("windows"))

    def _subsidies(self) -> Section | None:
        if not self.policy.release.subsidies:
            return None
        later = self.policy.release.later_transfer
        says = (later.says,) if later else ()
        source = self.citing.source(self.policy.release.subsidies.values())
        return Section(
            "subsidies",
            "",
            "谁少缴、谁来出",
            source,
            "subsidies",
            "",
            self.citing.flags("combine", "subsidies"),
            (),
            says,
        )

    def _channels(self) -> Section | None:
        found = self.policy.release.channels.values()
        online = sum(channel.kind in ("online", "withholding", "family_account") for channel in found)
        kinds = [
            f"{name} {number} 种"
            for name, number in (("线下", len(found) - online), ("线上", online))
            if number
        ]
        summary = f"{'，'.join(kinds)}；只供查阅，不参与计算"
        return self._folded("channels", "在哪里缴", summary, "channels")

    def _units(self) -> Section | None:
        units, targets = self.policy.release.units, self.policy.release.targets
        said = []
        if units is not None and units.total is not None:
            said.append(
                f"{len(units.of) or ''} 个单位，".removeprefix(" 个单位，") + f"合计 {units.total:,} 人"
            )
        elif units is not None and units.of:
            said.append(f"{len(units.of)} 个单位，人数未印")
        if targets:
            said.append(f"目标 {len(targets)} 项")
        return self._folded("units", "任务和目标", "；".join(said), "units", "assignments", "targets")

    def _calendar(self) -> Section | None:
        return self._folded("calendar", "报送与考核", f"{len(self.policy.release.calendar)} 件事", "calendar")

    def _duties(self) -> Section | None:
        release = self.policy.release
        lists = f"，{len(release.providers)} 个部门提供名单" if release.providers else ""
        summary = f"{len(release.duties)} 项职责{lists}"
        return self._folded("duties", "谁做什么、名单谁给", summary, "providers", "duties")

    def _phones(self) -> Section | None:
        return self._folded("phones", "咨询电话", f"{len(self.policy.release.phones)} 处", "phones")

    def _figures(self) -> Section | None:
        summary = f"{len(self.policy.release.figures)} 个；只供查阅，不参与计算"
        return self._folded("figures", "待遇与其他数字", summary, "figures")
