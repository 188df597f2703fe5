"""The calls a channel makes, one method each."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final, cast

from yingbao.client.answers import Bill, Confirmed, Order, Refund
from yingbao.client.errors import AnswerUnsigned, CallRefused, Unanswered
from yingbao.client.signer import Signer
from yingbao.client.transport import Exchange, Transport

_TOO_OFTEN: Final = 429
_TRANSIENT: Final = (500, 502, 503, 504)


class Client:
    """A channel's side of the gateway. Threads may share one; each keeps a connection of its own.

    A call that brought no answer is sent again, signed anew, at most `attempts` times: every call may be, for orders
    and refunds carry the channel's own number and money its transaction. `watch` sees every exchange; `clock` tells an aware instant.
    Methods raise CallRefused, Unanswered, AnswerUnsigned.
    """

    def __init__(
        self,
        base_url: str,
        channel: str,
        key_id: str,
        signer: Signer,
        *,
        timeout: float = 10.0,
        attempts: int = 4,
        pause: float = 0.5,
        tls: ssl.SSLContext | None = None,
        watch: Callable[[Exchange], None] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._transport = Transport(base_url, channel, key_id, signer, timeout=timeout, tls=tls, clock=clock)
        self._attempts, self._pause, self._watch = attempts, pause, watch

    def bills(
        self,
        *,
        bill_number: str = "",
        id_number: str = "",
        name: str = "",
        benefit_year: int | None = None,
        place: str = "",
    ) -> list[Bill]:
        """A bill by its number, or a person's by ID number and name, as they stand today."""
        asked = {
            "bill_number": bill_number, "id_number": id_number, "name": name, "benefit_year": benefit_year, "place": place,
        }  # fmt: skip
        found = self._call("POST", "bills/query", {name: one for name, one in asked.items() if one})
        return cast("list[Bill]", found["bills"])

    def make_order(
        self,
        key: str,
        bill_numbers: Sequence[str],
        *,
        kind: str = "person",
        offered_fen: int | None = None,
        benefit_year: int | None = None,
        place: str = "",
        tenders: Sequence[Mapping[str, Any]] = (),
    ) -> Order:
        """An order under the channel's own number `key`: the same again is the same order."""
        wanted: dict[str, Any] = {"bill_numbers": list(bill_numbers), "kind": kind, "tenders": list(tenders)}
        chosen = {"offered_fen": offered_fen, "benefit_year": benefit_year, "place": place}
        wanted |= {name: one for name, one in chosen.items() if one}
        return cast("Order", self._call("POST", "orders", wanted, key=key))

    def start(self, order_number: str) -> Order:
        """We begin to take the money."""
        return cast("Order", self._call("POST", f"orders/{order_number}/start", {}))

    def confirm(self, order_number: str, transaction: str, fen: int, paid_at: datetime) -> Confirmed:
        """We have taken the money, at an aware instant, under our own transaction number."""
        told = {"transaction": transaction, "fen": fen, "paid_at": paid_at.isoformat()}
        return cast("Confirmed", self._call("POST", f"orders/{order_number}/confirm", told))

    def order(self, order_number: str) -> Order:
        """An order and all that became of it."""
        return cast("Order", self._call("GET", f"orders/{order_number}"))

    def cancel(self, order_number: str, reason: str) -> Order:
        """Nobody wants to pay it any more."""
        return cast("Order", self._call("POST", f"orders/{order_number}/cancel", {"reason": reason}))

    def ask_refund(self, key: str, receipt_number: str, reason: str, words: str) -> Refund:
        """Ask for a booked payment back, under our own number `key`."""
        wanted = {"receipt_number": receipt_number, "reason": reason, "words": words}
        return cast("Refund", self._call("POST", "refunds", wanted, key=key))

    def refunds(self) -> list[Refund]:
        """What we are to pay out."""
        return cast("list[Refund]", self._call("GET", "refunds")["refunds"])

    def refund(self, number: str) -> Refund:
        """One refund."""
        return cast("Refund", self._call("GET", f"refunds/{number}"))

    def refund_done(self, number: str, channel_number: str, at: datetime) -> Refund:
        """We have paid it out, under our own number."""
        told = {"channel_number": channel_number, "at": at.isoformat()}
        return cast("Refund", self._call("POST", f"refunds/{number}/done", told))

    def refund_failed(self, number: str, failure: str) -> Refund:
        """We cannot pay it out. Sent once: whether it arrived, `refund` tells."""
        return cast(
            "Refund", self._call("POST", f"refunds/{number}/failed", {"failure": failure}, attempts=1)
        )

    def statement(self, on: date, form: str = "csv") -> bytes:
        """Every payment of a day, `csv` or `text`."""
        return self._send(
            "GET", f"statements/{on.isoformat()}", {"form": form}, None, "", self._attempts
        ).body

    def close(self) -> None:
        """Close this thread's connection."""
        self._transport.close()

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str = "",
        attempts: int | None = None,
    ) -> dict[str, Any]:
        found = self._send(method, path, {}, body, key, attempts or self._attempts)
        answer: dict[str, Any] = json.loads(found.body)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        key: str,
        attempts: int,
    ) -> Exchange:
        problem: Exception | None = None
        for attempt in range(attempts):
            if attempt:
                time.sleep(self._pause * 2 ** (attempt - 1))
            try:
                found = self._transport.send(method, path, query, body, key)
            except (OSError, http.client.HTTPException, AnswerUnsigned) as error:
                problem = error
                continue
            if self._watch:
                self._watch(found)
            if found.status < http.client.BAD_REQUEST:
                return found
            problem = _refused(found)
            if found.status not in (_TOO_OFTEN, *_TRANSIENT):
                raise problem
        if isinstance(problem, AnswerUnsigned | CallRefused):
            raise problem
        raise Unanswered(
            f"没有应答（{type(problem).__name__}），不知道办成没有；请查询，或原样再发"
        ) from problem


def _refused(found: Exchange) -> CallRefused:
    try:
        said = json.loads(found.body)
        return CallRefused(
            found.status, str(said["code"]), str(said["message"]), dict(said.get("facts") or {})
        )
    except (ValueError, KeyError, TypeError):
        return CallRefused(found.status, "unreadable", f"应答读不懂（HTTP {found.status}）", {})
