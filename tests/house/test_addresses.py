"""Every address: a permission or a reason to be open, and nothing of one county for the official of another.

A page joins by itself: its address is taken from the urls, filled in with the ids of things that belong to 肃南, and
asked for by every role of 高台, signed in for real. A parameter that no maker knows fails the test: add a line to `OURS`.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

import given
import paying
from journeys.signin import client_of, enrol
from people import (
    CIVIL_AFFAIRS,
    CLERK,
    COUNTY,
    KANGLE,
    OTHER_COUNTY,
    PROGRAM,
    SEASON,
    draft,
    number,
    staff,
)
from yingbao.accounts.models import Post
from yingbao.accounts.roles import ROLES
from yingbao.billing import actions as billing
from yingbao.config import urls
from yingbao.journal import runs
from yingbao.journal.scope import within
from yingbao.ledger import queries as ledger
from yingbao.payments import actions as payments
from yingbao.registry import actions, queries
from yingbao.rosters import actions as rosters
from yingbao.rosters.queries import rows as roster_rows
from yingbao.rosters.states import OUTCOMES

#: Addresses that name no thing of anybody: reference pages, the law (public), oneself.
NOBODYS = {"place", "home-todo"}
#: Rooms whose pages show the law, which is the same for everybody.
PUBLIC_ROOMS = {"policy"}
REFUSED = {403, 404}
#: What must not appear in anything the other county sees.
SECRETS = ("裴若岚", "裴致远", "安建华", KANGLE, "康乐镇")


def addresses(
    patterns: list[URLPattern | URLResolver], names: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, names)
        else:
            assert pattern.name, pattern
            yield pattern.name, pattern


ALL = dict(addresses(urls.urlpatterns))
NAMED = {name: pattern for name, pattern in ALL.items() if pattern.pattern.converters}
LISTS = {name: pattern for name, pattern in ALL.items() if not pattern.pattern.converters}


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_address_has_a_permission_or_a_reason_to_be_open(name: str) -> None:
    view = ALL[name].callback
    assert getattr(view, "permission_name", None) or getattr(view, "open_because", None)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_an_open_address_names_nothing(name: str) -> None:
    assert getattr(NAMED[name].callback, "permission_name", None)


class World:
    """Things of 肃南, and the officials of 高台 in every role."""

    def __init__(self) -> None:
        given.units()
        family = [draft("裴若岚", "19800101", "611"), draft("裴致远", "20100101", "613", "20")]
        self.household = given.household(family)
        people = given.people_of(self.household)
        self.person, self.wife = people["裴若岚"], people["裴致远"]
        enrol(CLERK)
        assert CLERK.staff_id is not None
        self.staff = CLERK.staff_id
        self.post = Post.objects.get(staff_id=self.staff).id
        with within(CLERK):
            self.run = runs.ask(by=CLERK, kind="population.load", given={})
        twin = draft("裴若岚", "19800101", "621")
        other = given.household([twin])
        self.merge = self._merge(given.people_of(other)["裴若岚"], self.person)
        self.spans = self._spans()
        self.duty = actions.give_duty(
            by=CLERK,
            unit_code=KANGLE,
            kind="clerk",
            person_name="索玉梅",
            position="",
            phone="",
            from_on=SEASON,
        )
        self._bills()
        self.roster, self.row = self._roster()
        self._money()
        self.others = [staff("外县人", role, OTHER_COUNTY, "高台县") for role in ROLES]
        self.clients = {who.role: client_of(who) for who in self.others}

    def _merge(self, gone: UUID, kept: UUID) -> UUID:
        """A request that is refused where the two differ still has an id nobody else may see."""
        try:
            return actions.ask_merge(by=CLERK, kept_id=kept, gone_id=gone, grounds="同一个人")
        except Exception:  # noqa: BLE001 - which pairs may merge is not this test's business
            return uuid4()

    def _bills(self) -> None:
        """Everybody assessed and an issue made, with a batch of the one paid for in full."""
        given.classes(self.wife, "extreme_poverty")
        given.assessed()
        self.register = billing.issue_register(by=CLERK, region=COUNTY, benefit_year=2024)
        self.batch = billing.send_zero_fee(by=CLERK, register_id=self.register)
        self.bill = given.bill_of(self.person).bill.number

    def _money(self) -> None:
        """A payment at the counter, its receipt asked back; a channel with a key."""
        now = paying.at(SEASON)
        taken = paying.at_counter(self.person, now=now, cash=38000)
        self.order = taken.order_number
        [(self.receipt, _, _, _)] = taken.receipts
        asked = payments.ask_refund(
            by=CLERK, receipt_number=self.receipt, reason="payer-asked", words="本人申请", now=now
        )
        self.refund = asked.number
        bank = paying.bank()
        self.channel, self.key = bank.id, "2024-1"
        payments.give_key(
            by=PROGRAM, channel_id=bank.id, key_id=self.key, scheme="HMAC-SM3", secret="s" * 32, from_at=now
        )
        with within(CLERK):
            voucher = ledger.voucher_of(taken.payment_id, "receipt")
        self.voucher, self.account = voucher.id, voucher.postings[0][0].id

    def _roster(self) -> tuple[UUID, int]:
        """A list of ours with one row that waits for a decision."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "名单.csv"
            path.write_text(
                f"姓名,身份证号,救助类别\n无此人,{number('19700101', '999')},农村低保一类\n", encoding="utf-8"
            )
            roster_id = rosters.hand_in(
                by=CIVIL_AFFAIRS, region=COUNTY, benefit_year=2024, sender="civil_affairs", as_of=SEASON,
                extent="changes", path=path,
            )  # fmt: skip
        with within(CLERK):
            return roster_id, roster_rows(roster_id, tuple(OUTCOMES))[0].id

    def _spans(self) -> UUID:
        with within(CLERK):
            page = queries.person_page(self.person, SEASON)
        return page.residences[0].id

    def values(self, parameter: str) -> list[object]:
        """What a parameter of an address stands for, as things of 肃南."""
        known: dict[str, list[object]] = {
            "staff_id": [self.staff], "post_id": [self.post], "run_id": [self.run], "household_id": [self.household],
            "resident_id": [self.person], "person_id": [self.person], "member_id": [self.wife], "kept_id": [self.person],
            "gone_id": [self.wife], "merge_id": [self.merge], "duty_id": [self.duty], "code": [KANGLE, COUNTY],
            "unit_code": [KANGLE, COUNTY], "unit": [KANGLE, COUNTY], "region": [COUNTY], "year": [2024],
            "on": [date(2024, 1, 1)], "register_id": [self.register], "batch_id": [self.batch], "number": [self.bill],
            "order_number": [self.order], "receipt_number": [self.receipt], "refund_number": [self.refund],
            "channel_id": [self.channel], "key_id": [self.key], "voucher_id": [self.voucher], "account_id": [self.account],
            "roster_id": [self.roster], "row_id": [self.row], "kind": ["newborns"], "deed": ["suspend"],
        }  # fmt: skip
        if parameter in known:
            return known[parameter]
        if parameter.endswith("_id") or parameter == "id":
            return [self.person, self.spans]
        pytest.fail(f"tests/house/test_addresses.py does not know what {parameter!r} of an address is")


@pytest.fixture(scope="module")
def world(module_database: str) -> World:
    return World()


def filled(world: World, name: str) -> list[str]:
    """The addresses of a name with things of 肃南 in them."""
    parameters = list(ALL[name].pattern.converters)
    found: list[dict[str, object]] = [{}]
    for parameter in parameters:
        found = [one | {parameter: value} for one in found for value in world.values(parameter)]
    return [reverse(name, kwargs=one) for one in found]


def is_public(name: str) -> bool:
    return name in NOBODYS or name.split("-", maxsplit=1)[0] in PUBLIC_ROOMS


@pytest.mark.parametrize("name", sorted(name for name in NAMED if not is_public(name)))
def test_the_official_of_another_county_is_refused_every_thing_of_ours(world: World, name: str) -> None:
    for address in filled(world, name):
        for role, client in world.clients.items():
            for answer in (client.get(address), client.post(address, {"grounds": "越权", "reason": "越权"})):
                if answer.status_code == 405 or is_own_business(
                    name, answer.status_code, answer.headers.get("Location")
                ):
                    continue
                assert answer.status_code in REFUSED, (role, address, answer.status_code)
                assert not leaks(shown(answer.content.decode())), (role, address)


def is_own_business(name: str, status: int, location: str | None) -> bool:
    """Choosing a post that is not one's own changes nothing and leads home."""
    return name == "me-post" and status == 302 and location == "/"


@pytest.mark.parametrize("name", sorted(name for name in LISTS if not is_public(name)))
def test_no_list_shows_anything_of_ours_to_another_county(world: World, name: str) -> None:
    for role, client in world.clients.items():
        for query in ("", "?q=裴若岚", "?staff=安建华", f"?unit={KANGLE}"):
            if name == "sign-out":
                continue
            answer = client.get(reverse(name) + query)
            assert answer.status_code < 500, (role, name, query)
            assert not leaks(shown(answer.content.decode())), (role, name, query)


@pytest.mark.parametrize("kind", ["newborns", "permits", "headless"])
def test_no_list_of_what_waits_shows_anything_of_ours(world: World, kind: str) -> None:
    for client in world.clients.values():
        assert not leaks(client.get(f"/todo/{kind}/").content.decode())


@pytest.mark.parametrize("name", sorted(NAMED))
def test_nobody_signed_in_is_sent_to_sign_in(world: World, name: str) -> None:
    for address in filled(world, name):
        answer = Client().get(address)
        assert answer.status_code in {302, 405}
        if answer.status_code == 302:
            assert answer.headers["Location"].startswith("/signin/")


def leaks(page: str) -> list[str]:
    return [secret for secret in SECRETS if secret in page]


def shown(page: str) -> str:
    """A page without what the person typed, without the switch of regions, and without the law's own tables."""
    page = re.sub(r'value="[^"]*"', "", page)
    page = re.sub(r"<header.*?</header>", "", page, flags=re.DOTALL)
    return re.sub(r"(?s)“[^”]*”|<option.*?</option>", "", page)
