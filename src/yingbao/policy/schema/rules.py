"""The rules that decide an answer: who may enrol, price, window, cover, waiting, subsidy, fiscal share."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from yingbao.kernel.money import Rounding
from yingbao.policy.schema.quantities import Checked, Day, Length, Model, Percent, Rule, Sources, Yuan
from yingbao.policy.schema.when import When

PayerCode = Literal[
    "medical_assistance", "civil_affairs", "agriculture", "disabled_federation", "health", "finance", "other"
]
PAYERS: tuple[PayerCode, ...] = (
    "medical_assistance",
    "civil_affairs",
    "agriculture",
    "disabled_federation",
    "health",
    "finance",
    "other",
)


class Eligibility(Rule):
    """Who is let in (`admit`) or kept out (`bar`). A bar wins over every admission."""

    admit: When | None = None
    bar: When | None = None

    @model_validator(mode="after")
    def _one(self) -> Eligibility:
        if (self.admit is None) == (self.bar is None):
            raise ValueError("每条参保范围只写 admit（准许）或 bar（不属于）其中之一")
        return self


class Parameter(Rule):
    """A figure that a document leaves to another, or to a narrower layer. `value` null = not at hand."""

    value: Yuan | None = None


class Prorate(Model):
    """Part of a year's price: the calendar months, quarters or half-years of the benefit year still to come.

    The unit in which `from` falls counts in full, unless `counts_current` is false. An earlier `from` pays the
    whole year.
    """

    by: Literal["month", "quarter", "half_year"]
    from_: Literal["payment", "birth_date"] = Field("payment", alias="from")
    rounding: Rounding = Rounding.EXACT
    counts_current: bool = True


class Arrears(Model):
    """Lapsed years paid for afterwards (`repaid_years`), each at `each`, or at this year's price if left out.

    Added to the price and borne by the person: no subsidy reaches it. `most`: years counted at the most.
    """

    each: Yuan | None = None
    most: int = Field(10, ge=1, le=30)


class Band(Model):
    """One amount of a price, and for whom."""

    amount: Yuan | None = None
    parameter: str | None = None
    when: When | None = None
    per: Literal["year", "half_year", "quarter", "month"] = "year"
    times_periods: int | None = Field(None, description="每期价 × 参保人选择的期数（periods），写最多期数")
    prorate: Prorate | None = None
    arrears: Arrears | None = None

    @model_validator(mode="after")
    def _one(self) -> Band:
        if (self.amount is None) == (self.parameter is None):
            raise ValueError("每档价格写 amount（金额）或 parameter（参数名）其中之一")
        _one_count(self.times_periods, self.prorate, self.arrears)
        return self


def _one_count(*given: object) -> None:
    if sum(count is not None for count in given) > 1:
        raise ValueError("times_periods（按期数）、prorate（按剩余月份）、arrears（补缴）只能写其中之一")


class Funds(Model):
    """One levy split over several funds, by amounts or percentages; the remainder goes to `remainder`."""

    amounts: dict[str, Yuan] | None = None
    shares: dict[str, Percent] | None = None
    remainder: str | None = None
    rounding: Rounding = Rounding.DOWN_FEN


class Price(Rule):
    """What a person pays before subsidies: one amount, or bands of which exactly one fits each person."""

    amount: Yuan | None = None
    parameter: str | None = None
    per: Literal["year", "half_year", "quarter", "month"] = "year"
    times_periods: int | None = None
    prorate: Prorate | None = None
    arrears: Arrears | None = None
    bands: dict[str, Band] | None = None
    at_least: Yuan | None = None
    funds: Funds | None = None

    @model_validator(mode="after")
    def _one(self) -> Price:
        given = [self.amount is not None, self.parameter is not None, self.bands is not None]
        if sum(given) != 1:
            raise ValueError("价格写 amount（一个金额）、parameter（参数名）或 bands（分档）其中之一")
        beside = [self.times_periods, self.prorate, self.arrears]
        if self.bands is not None and any(count is not None for count in beside):
            raise ValueError("写了 bands（分档）的，times_periods、prorate、arrears 要写在各档里")
        _one_count(*beside)
        return self


class Window(Rule):
    """When one may pay, at which price, for which cover. Days are inclusive, by the channel's payment time."""

    from_: Day = Field(alias="from")
    through: Day
    when: When | None = None
    days_of_month: tuple[int, int] | None = None
    price: str
    cover: str
    waiting: str | None = None
    subsidies: Literal["all", "none"] | list[str] = "all"
    fiscal: bool = True
    over: list[str] = Field(default_factory=list)
    name: str

    @field_validator("days_of_month")
    @classmethod
    def _days(cls, value: tuple[int, int] | None) -> tuple[int, int] | None:
        if value is not None and not 1 <= value[0] <= value[1] <= 31:
            raise ValueError("days_of_month 写成 [1, 25]，起止都在 1–31 之间，起不晚于止")
        return value


class StartSpec(Model):
    """The first day of cover: a day, plus a length, or the first of the month after it."""

    day: str
    plus: Length | None = None
    next_month: bool = False


class EndSpec(Model):
    """The last day of cover: after so many months, or by the periods chosen.

    Counted from the first day of cover as it is before any waiting (waiting shortens cover, never moves its
    end), or from the day `from`.
    """

    after: Length | None = None
    periods: Literal["month", "quarter", "half_year", "year"] | None = None
    from_: Day | None = Field(None, alias="from")

    @model_validator(mode="after")
    def _one(self) -> EndSpec:
        if (self.after is None) == (self.periods is None):
            raise ValueError("待遇止日写一个日期，或 after（多久以后）、periods（按期数）其中之一")
        return self


class Cover(Rule):
    """From when to when one is covered. Never from before birth, nor before `not_before`."""

    start: Day | Literal["undetermined"] | StartSpec
    end: Day | EndSpec
    not_before: Day | None = None

    @field_validator("start", mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str) and value != "undetermined" and not value[:1].isdigit():
            return StartSpec(day=value)
        return value


class WaitPart(Model):
    """One reason to wait.

    `each`: added for every lapsed year beyond `beyond`. `less`: taken off for every repaid year, from what `each`
    added and never from `wait` itself (变动等待期可修复，固定等待期不可); without `each`, from `wait`.
    `floor`: no reason of its own but the least the whole wait comes to while `when` holds.
    """

    when: When | None = None
    wait: Length
    each: Length | None = None
    beyond: int = 1
    less: Length | None = None
    floor: bool = False

    @model_validator(mode="after")
    def _floor(self) -> WaitPart:
        if self.floor and (self.each is not None or self.less is not None):
            raise ValueError("floor（最低等待期）只写 wait 与 when，不写 each、less")
        return self


class Waiting(Rule):
    """How long cover waits. Counted from the payment or from the first day of cover."""

    parts: list[WaitPart]
    combine: Literal["longest", "sum"] = "longest"
    exempt: When | None = None
    from_: Literal["payment", "cover"] = Field("payment", alias="from")
    count_payment_day: bool = False
    at_least: Length | None = None
    at_most: Length | None = None

    @model_validator(mode="after")
    def _units(self) -> Waiting:
        lengths = [x for p in self.parts for x in (p.wait, p.each, p.less) if x is not None]
        lengths += [x for x in (self.at_least, self.at_most) if x is not None]
        if len({length.unit for length in lengths}) > 1:
            raise ValueError("同一条等待期规则里的时长要用同一单位：都用日，或都用月")
        return self


class SubsidyAmount(Model):
    """How much: all of it, a fixed amount, a percentage, down to what the person pays, or a parameter.

    `of: rest` takes the percentage of what earlier subsidies leave of the price. `pays` always looks at what is
    left. `at_least` and `at_most` bound every form.
    """

    full: bool = False
    fixed: Yuan | None = None
    percent: Percent | None = None
    pays: Yuan | None = None
    parameter: str | None = None
    of: Literal["price", "rest"] = "price"
    at_least: Yuan | None = None
    at_most: Yuan | None = None
    rounding: Rounding = Rounding.EXACT

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        if isinstance(value, str):
            text = value.strip()
            if text in ("全额", "full"):
                return {"full": True}
            return {"percent": text} if text.endswith("%") else {"fixed": text}
        if isinstance(value, int | float):
            raise ValueError(f"资助额“{value}”要写明单位，例如 310元、90%、全额")
        return value

    @model_validator(mode="after")
    def _one(self) -> SubsidyAmount:
        given = [self.full, self.fixed is not None, self.percent is not None]
        given += [self.pays is not None, self.parameter is not None]
        if sum(given) != 1:
            raise ValueError("资助额写一种：全额、310元、90%、{pays: 38元} 或 {parameter: 参数名}")
        if self.of == "rest" and (self.percent is None or self.rounding is Rounding.EXACT):
            raise ValueError("of: rest（剩余部分）配 percent（比例），并写明 rounding（取整方式）")
        return self


class SequencePart(Model):
    """A payer, and the most it pays before the next one comes in."""

    payer: PayerCode
    up_to: Yuan | None = None


class Printed(Model):
    """Amounts the notice prints beside its rule, for proof."""

    subsidy: Yuan | None = None
    pays: Yuan | None = None
    price: Yuan | None = None


class Subsidy(Rule):
    """What somebody else pays, and who. Listed in the notice's printed order, which breaks ties."""

    name: str
    when: When
    amount: SubsidyAmount
    payer: PayerCode | None = None
    shares: dict[PayerCode, Percent] | None = None
    sequence: list[SequencePart] | None = None
    group: str = "main"
    delivery: Literal["exempt", "differential", "transferred"]
    printed: Printed | None = None
    rank: int | None = Field(None, description="同额时的先后，缺省按印出的先后")
    without: list[str] = Field(default_factory=list, description="享受了这些资助的，不再享受本条")

    @model_validator(mode="after")
    def _payers(self) -> Subsidy:
        if sum(x is not None for x in (self.payer, self.shares, self.sequence)) != 1:
            raise ValueError("资助资金写一种：payer（一家）、shares（按比例）或 sequence（按先后）")
        if self.shares is not None and sum(self.shares.values()) != 10_000:
            raise ValueError(f"各家承担比例合计应为 100%，现为 {sum(self.shares.values()) / 100:g}%")
        return self


class Group(Model):
    """Subsidies among which the highest wins, the first wins, or all are added up to a cap."""

    mode: Literal["highest", "first", "sum"] = "highest"
    cap: Yuan | None = None


class Combine(Rule):
    """How several subsidies of one person go together. Groups are stacked in order, never above the price."""

    groups: dict[str, Group] = Field(default_factory=lambda: {"main": Group()})
    cap: Yuan | None = None
    cap_percent: Percent | None = None
    rounding: Rounding = Rounding.DOWN_FEN


class LaterTransfer(Rule):
    """Recognised after paying in full: the subsidy follows to the bank card in a later month."""

    through: Day
    months_after: int = 1
    top_up: bool = Field(False, description="已享受资助后身份变高的，也补差额")
    windows: list[str] | None = None
    subsidies: Literal["all"] | list[str] = "all"


class FiscalTier(Model):
    """One row of a fiscal table: who pays how much for each insured head."""

    name: str
    regions: str = ""
    levels: dict[Literal["central", "province", "city", "county", "local"], Yuan]
    total: Yuan


class Fiscal(Rule):
    """The fiscal share per insured head. `year` is the fiscal year, which is not the benefit year."""

    year: int
    total: Yuan
    at_least: bool = False
    tiers: dict[str, FiscalTier] = Field(default_factory=dict)
    tier: str | None = None


class PoolTransfer(Rule):
    """What leaves the pool for another fund per insured head, at no cost to the person."""

    name: str
    amount: Yuan
    year: int
    to: str


class Reading(Model):
    """A silent or double-sided place: the reading taken, and the others as changes one edit away.

    `rules` are the rules that lean on it. Each other reading's `change` sets paths of the release
    (`windows.special.when.class`) to other values; null removes the key.
    """

    source: Sources
    rules: list[str]
    taken: str
    why: str = ""
    others: dict[str, OtherReading]
    checked: Checked | None = None
    override: str | None = None


class OtherReading(Model):
    """Another way to read it."""

    says: str
    change: dict[str, Any]
    override: str | None = None


class Gap(Model):
    """Days on which a class of person can pay in no way, wanted by the notice itself."""

    who: str = "普通居民"
    from_: Day = Field(alias="from")
    through: Day
    says: str
    source: Sources


Reading.model_rebuild()
