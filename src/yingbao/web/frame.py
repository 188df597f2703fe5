"""What the page frame shows: rooms this person may enter, the region and year, who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from yingbao.kernel.regions import within
from yingbao.web.permission import ANY_STAFF, Acting, acting_of, may
from yingbao.web.releases import Place, place_of_key, places

PLACE_COOKIE = "yingbao_place"


@dataclass(frozen=True, slots=True)
class Room:
    """One entry of the navigation: shown when its url exists and the person has its permission.

    `url` is a url name without arguments; pages of the room have names that begin with `room` and a hyphen.
    """

    room: str
    label: str
    icon: str
    permission: str
    url: str


#: The rooms in their four groups, as design/look/LOOK.md orders them.
ROOMS: tuple[tuple[Room, ...], ...] = (
    (Room("home", "工作台", "home", ANY_STAFF, "home"),),
    (
        Room("residents", "人员", "person", "person.search", "residents"),
        Room("units", "单位", "pin", "unit.view", "units"),
        Room("rosters", "名册", "list", "roster.view", "rosters"),
        Room("registers", "征缴清册", "register", "register.view", "registers"),
        Room("payments", "缴费", "card", "order.view", "payments"),
        Room("settlement", "清算", "scales", "settlement.view", "settlement"),
    ),
    (
        Room("coverage", "应保未保", "uncovered", "coverage.view", "coverage"),
        Room("progress", "进度通报", "chart", "progress.view", "progress"),
    ),
    (
        Room("policy", "政策", "book", "policy.view", "policy"),
        Room("journal", "日志", "history", "journal.view", "journal"),
        Room("staff", "账户", "people", "staff.view", "staff"),
        Room("channels", "渠道", "plug", "channel.view", "channels"),
    ),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A room as it is drawn. `waiting` is the number of things that wait there for this person, if any."""

    label: str
    icon: str
    href: str
    current: bool
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a switch."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything `frame.html` draws around a page."""

    acting: Acting | None
    initial: str
    nav: tuple[tuple[Entry, ...], ...]
    home: str
    place: Place | None
    regions: tuple[Option, ...]
    years: tuple[Option, ...]
    search: str | None
    help: str | None
    sign_out: str | None
    me: str | None
    components: str | None


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor: `frame` and `acting`. Copes with nobody signed in and with no url resolved."""
    acting = acting_of(request)
    place = place_of(request)
    rooms = nav(request, acting) if acting else ()
    return {
        "acting": acting,
        "frame": Frame(
            acting,
            acting.name[:1] if acting else "",
            rooms,
            rooms[0][0].href if rooms else "/",
            place,
            _regions(request, acting, place) if acting else (),
            _years(request, place) if acting else (),
            url_of("search") if may(acting, "person.search") else None,
            url_of("help"),
            url_of("sign-out"),
            url_of("me"),
            url_of("components") if may(acting, "web.components") else None,
        ),
    }


def nav(request: HttpRequest, acting: Acting) -> tuple[tuple[Entry, ...], ...]:
    """The groups that have at least one room for this person."""
    here = current_room(request)
    waiting: Mapping[str, int] = getattr(request, "waiting", {})
    groups = []
    for rooms in ROOMS:
        shown = [
            Entry(room.label, room.icon, href, room.room == here, waiting.get(room.room))
            for room in rooms
            if may(acting, room.permission) and (href := url_of(room.url)) is not None
        ]
        if shown:
            groups.append(tuple(shown))
    return tuple(groups)


def current_room(request: HttpRequest) -> str | None:
    """The room of the page shown: the url's name up to its first hyphen; a search belongs to the people."""
    match = request.resolver_match
    room = match.url_name.split("-")[0] if match is not None and match.url_name else None
    return "residents" if room == "search" else room


def url_of(name: str) -> str | None:
    """The address of a url name; None while nobody has written that page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def place_of(request: HttpRequest) -> Place | None:
    """The region and year looked at: what the view set, then the choice kept in a cookie, then the person's own."""
    set_by_view = getattr(request, "place", None)
    if isinstance(set_by_view, Place):
        return set_by_view
    acting = acting_of(request)
    seen = _in_sight(acting)
    region, _, year = request.COOKIES.get(PLACE_COOKIE, "").partition("-y")
    chosen = place_of_key(region, int(year)) if year.isdigit() and len(year) == 4 else None
    if chosen is not None and chosen in seen:
        return chosen
    return seen[0] if seen else None


def _in_sight(acting: Acting | None) -> tuple[Place, ...]:
    """The releases at, above or below the unit of the person; all of them for nobody in particular."""
    if acting is None or not acting.unit_code:
        return places()
    own = acting.unit_code
    return tuple(p for p in places() if within(p.region, own) or within(own, p.region))


def _regions(request: HttpRequest, acting: Acting, place: Place | None) -> tuple[Option, ...]:
    newest: dict[str, Place] = {}
    for each in _in_sight(acting):
        newest.setdefault(each.region, each)
    if place is not None:
        newest[place.region] = place
    return tuple(
        Option(each.name, switch_url(request, each), place is not None and each.region == place.region)
        for each in newest.values()
    )


def _years(request: HttpRequest, place: Place | None) -> tuple[Option, ...]:
    if place is None:
        return ()
    own = [each for each in places() if each.region == place.region]
    return tuple(Option(f"{each.year}年度", switch_url(request, each), each == place) for each in own)


def switch_url(request: HttpRequest, place: Place) -> str:
    """Where a switch leads: the same kind of page for the other place, or a stop that keeps the choice."""
    match = request.resolver_match
    if match is not None and match.url_name and {"region", "year"} <= match.kwargs.keys():
        return reverse(match.url_name, kwargs={**match.kwargs, "region": place.region, "year": place.year})
    back = request.path
    return f"{reverse('place', kwargs={'region': place.region, 'year': place.year})}?next={back}"
