"""A release: everything a pooling region's notice fixes for one benefit year."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from yingbao.policy.schema.quantities import DayOrPayment, Model
from yingbao.policy.schema.reference import (
    CalendarEntry,
    Category,
    Channel,
    CustomFact,
    Document,
    Duty,
    Example,
    Figure,
    NamedCondition,
    Phone,
    Provider,
    Target,
    Units,
)
from yingbao.policy.schema.rules import (
    Combine,
    Cover,
    Eligibility,
    Fiscal,
    Gap,
    LaterTransfer,
    Parameter,
    PoolTransfer,
    Price,
    Reading,
    Subsidy,
    Waiting,
    Window,
)


class Conventions(Model):
    """How to count where the rules themselves do not say."""

    age_on: DayOrPayment = "payment"
    age_reached: Literal["birthday", "day_after_birthday"] = "birthday"
    lapse_since: int | None = None


class Release(Model):
    """One policy file after its wider layers are merged in.

    `layer` files are stood upon and answer for no region themselves. `covers` names the counties that this
    pooling region answers for. `take` picks another reading by name: one edit.
    """

    region: str
    name: str
    benefit_year: int
    label: str
    title: str = ""
    layer: bool = False
    extends: str | None = None
    covers: dict[str, str] = Field(default_factory=dict)
    take: dict[str, str] = Field(default_factory=dict)
    conventions: Conventions = Conventions()
    documents: dict[str, Document] = Field(default_factory=dict)
    categories: dict[str, Category] = Field(default_factory=dict)
    facts: dict[str, CustomFact] = Field(default_factory=dict)
    conditions: dict[str, NamedCondition] = Field(default_factory=dict)
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    eligibility: dict[str, Eligibility] = Field(default_factory=dict)
    prices: dict[str, Price] = Field(default_factory=dict)
    windows: dict[str, Window] = Field(default_factory=dict)
    cover: dict[str, Cover] = Field(default_factory=dict)
    waiting: dict[str, Waiting] = Field(default_factory=dict)
    subsidies: dict[str, Subsidy] = Field(default_factory=dict)
    combine: Combine | None = None
    later_transfer: LaterTransfer | None = None
    fiscal: Fiscal | None = None
    transfers: dict[str, PoolTransfer] = Field(default_factory=dict)
    units: Units | None = None
    targets: dict[str, Target] = Field(default_factory=dict)
    calendar: dict[str, CalendarEntry] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    phones: dict[str, Phone] = Field(default_factory=dict)
    duties: dict[str, Duty] = Field(default_factory=dict)
    providers: dict[str, Provider] = Field(default_factory=dict)
    figures: dict[str, Figure] = Field(default_factory=dict)
    readings: dict[str, Reading] = Field(default_factory=dict)
    gaps: list[Gap] = Field(default_factory=list)
    examples: dict[str, Example] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Region and benefit year, as `extends` writes it."""
        return f"{self.region}/{self.benefit_year}"


#: Sections whose entries are rules with a source.
RULE_SECTIONS = (
    "parameters",
    "eligibility",
    "prices",
    "windows",
    "cover",
    "waiting",
    "subsidies",
    "transfers",
    "targets",
    "calendar",
    "channels",
    "phones",
    "duties",
    "providers",
    "figures",
)
