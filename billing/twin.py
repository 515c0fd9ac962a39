"""The payment processor's twin: enough of Stripe's API, in process, to run the gateway without a network.

It keeps its own books in its own file, as the real one would: rolling back our transaction changes
nothing here. `Twin.app` is what the SDK's HTTP client talks to.
"""

import hashlib
import hmac
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from market.kit import clock
from market.settings import settings

API_KEY = "sk_test_twin"
PAGE = "/pay/twin/"
Body = dict[str, Any]
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, request TEXT, status INTEGER, body TEXT);
CREATE TABLE IF NOT EXISTS deliveries (seq INTEGER PRIMARY KEY, event TEXT);
"""


class Lost(Exception):
    """The request was carried out but its answer never arrived."""


class Refused(Exception):
    """An API error, in the processor's words."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message, "code": code}}


@dataclass
class Knobs:
    """Faults to play: answers to lose, copies of each event, and the order they go out in."""

    lost_answers: int = 0
    copies: int = 1
    reorder: Callable[[list[Body]], list[Body]] = field(default=lambda events: events)


class Twin:
    """One processor with its books in a SQLite file (or in memory)."""

    def __init__(self, path: Path | str, *, webhook_secret: str) -> None:
        self.books = sqlite3.connect(
            path, isolation_level=None, timeout=20, check_same_thread=False
        )
        self.books.executescript(_SCHEMA)
        self.webhook_secret = webhook_secret
        self.knobs = Knobs()
        self.app = Starlette(
            routes=[Route("/v1/{path:path}", self._answer, methods=["GET", "POST"])]
        )

    # what the page does

    def session(self, session_id: str) -> Body | None:
        """A checkout session, None when there is none."""
        session = self._find(session_id)
        return session if session and session["object"] == "checkout.session" else None

    def pay(self, session_id: str, *, delayed: bool = False) -> Body:
        """The customer pays; `delayed` leaves the money on its way (bank debits)."""
        session = self._open_session(session_id)
        intent = {
            "id": self._new_id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "currency": session["currency"],
            "status": "processing" if delayed else "succeeded",
            "amount_received": 0 if delayed else session["amount_total"],
            "metadata": session["metadata"],
            "livemode": False,
        }
        self._keep(intent)
        session |= {
            "status": "complete",
            "payment_intent": intent["id"],
            "payment_status": "unpaid" if delayed else "paid",
        }
        self._keep(session)
        self._emit("checkout.session.completed", session)
        return session

    def finish_delayed(self, session_id: str, *, succeeds: bool) -> None:
        """The money of a delayed payment arrives, or is refused."""
        session = self._get(session_id)
        intent = self._get(session["payment_intent"] or "")
        if intent["status"] != "processing":
            raise Refused("The session awaits no money.")
        if succeeds:
            intent |= {"status": "succeeded", "amount_received": intent["amount"]}
            session["payment_status"] = "paid"
        else:
            intent["status"] = "requires_payment_method"
        self._keep(intent)
        self._keep(session)
        outcome = "succeeded" if succeeds else "failed"
        self._emit(f"checkout.session.async_payment_{outcome}", session)

    def expire(self, session_id: str) -> Body:
        """Close an open session's page."""
        session = self._open_session(session_id)
        session["status"] = "expired"
        self._keep(session)
        self._emit("checkout.session.expired", session)
        return session

    def take_deliveries(self) -> list[tuple[bytes, str]]:
        """The events not yet sent, each as (payload, signature header), faults applied."""
        rows = self.books.execute("DELETE FROM deliveries RETURNING seq, event").fetchall()
        events = [json.loads(event) for _seq, event in sorted(rows)]
        chosen = self.knobs.reorder([event for event in events for _ in range(self.knobs.copies)])
        return [(payload := json.dumps(event).encode(), self.sign(payload)) for event in chosen]

    def sign(self, payload: bytes) -> str:
        """The signature header of a payload sent now."""
        at = int(clock.now().timestamp())
        digest = hmac.new(self.webhook_secret.encode(), f"{at}.".encode() + payload, hashlib.sha256)
        return f"t={at},v1={digest.hexdigest()}"

    # the API

    async def _answer(self, request: Request) -> Response:
        params = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        params |= dict(request.query_params)
        key = request.headers.get("idempotency-key", "")
        call = f"{request.method} {request.path_params['path']}"
        try:
            if request.headers.get("authorization") != f"Bearer {API_KEY}":
                raise Refused("Invalid API key", status=401, kind="authentication_error")
            status, body = self._once(key, call, params) if key else self._carry_out(call, params)
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        if request.method == "POST" and self.knobs.lost_answers > 0:
            self.knobs.lost_answers -= 1
            raise Lost
        return JSONResponse(body, status, headers={"request-id": self._new_id("req")})

    def _once(self, key: str, call: str, params: dict[str, str]) -> tuple[int, Body]:
        """The same key gives the same answer; with other parameters it is refused."""
        asked = json.dumps([call, params], sort_keys=True)
        row = self.books.execute(
            "SELECT request, status, body FROM answers WHERE key = ?", (key,)
        ).fetchone()
        if row:
            if row[0] != asked:
                raise Refused(
                    "Keys for idempotent requests can only be used with the same "
                    "parameters they were first used with.",
                    kind="idempotency_error",
                )
            return row[1], json.loads(row[2])
        try:
            status, body = self._carry_out(call, params)
        except Refused as refusal:
            status, body = refusal.status, refusal.body
        self.books.execute(
            "INSERT INTO answers VALUES (?, ?, ?, ?)", (key, asked, status, json.dumps(body))
        )
        return status, body

    def _carry_out(self, call: str, params: dict[str, str]) -> tuple[int, Body]:
        for pattern, act in (
            (r"POST checkout/sessions", self._create_session),
            (r"POST checkout/sessions/(\w+)/expire", lambda _params, name: self.expire(name)),
            (r"POST refunds", self._create_refund),
            (r"POST accounts", self._create_account),
            (r"POST transfers", self._create_transfer),
            (r"GET balance", self._show_balance),
            (
                r"GET (?:checkout/sessions|refunds|payment_intents|transfers|accounts)/(\w+)",
                self._show,
            ),
        ):
            if found := re.fullmatch(pattern, call):
                return 200, act(params, *found.groups())
        raise Refused(f"Unrecognized request URL ({call})", status=404)

    def _show_balance(self, _params: dict[str, str]) -> Body:
        part = {"amount": self.available(), "currency": "cny", "source_types": {}}
        return {"object": "balance", "available": [part], "pending": [], "livemode": False}

    def _show(self, params: dict[str, str], name: str) -> Body:
        body = self._get(name)
        if body.get("status") == "open" and body["expires_at"] <= clock.now().timestamp():
            body = self.expire(name)
        for wanted in (value for key, value in params.items() if key.startswith("expand[")):
            if body.get(wanted):
                body[wanted] = self._get(body[wanted])
        return body

    def _create_session(self, params: dict[str, str]) -> Body:
        price = "line_items[0][price_data]"
        now = int(clock.now().timestamp())
        session_id = self._new_id("cs_test")
        session = {
            "id": session_id,
            "object": "checkout.session",
            "status": "open",
            "livemode": False,
            "amount_total": int(params[f"{price}[unit_amount]"]),
            "currency": params[f"{price}[currency]"],
            "payment_status": "unpaid",
            "description": params[f"{price}[product_data][name]"],
            "mode": params["mode"],
            "client_reference_id": params.get("client_reference_id"),
            "payment_intent": None,
            "metadata": _nested(params, "metadata"),
            "url": PAGE + session_id,
            "success_url": params["success_url"],
            "cancel_url": params.get("cancel_url"),
            "created": now,
            "expires_at": int(params["expires_at"]),
        }
        return self._keep(session)

    def _create_refund(self, params: dict[str, str]) -> Body:
        intent = self._get(params["payment_intent"])
        amount = int(params["amount"])
        before = sum(
            r["amount"] for r in self._all("refund") if r["payment_intent"] == intent["id"]
        )
        if amount > intent["amount_received"] - before:
            raise Refused(
                "Refund amount is greater than unrefunded amount on charge",
                code="charge_already_refunded" if before else "amount_too_large",
            )
        refund = {
            "id": self._new_id("re"),
            "object": "refund",
            "amount": amount,
            "livemode": False,
            "currency": intent["currency"],
            "payment_intent": intent["id"],
            "status": "succeeded",
            "metadata": _nested(params, "metadata"),
        }
        self._keep(refund)
        self._emit("refund.created", refund)
        return refund

    def _create_account(self, params: dict[str, str]) -> Body:
        account = {
            "id": self._new_id("acct"),
            "object": "account",
            "business_profile": {"name": params.get("business_profile[name]", "")},
            "metadata": _nested(params, "metadata"),
        }
        return self._keep(account)

    def _create_transfer(self, params: dict[str, str]) -> Body:
        self._get(params["destination"])
        amount = int(params["amount"])
        if amount > self.available():
            raise Refused(
                "You have insufficient funds in your Stripe account.", code="balance_insufficient"
            )
        transfer = {
            "id": self._new_id("tr"),
            "object": "transfer",
            "amount": amount,
            "livemode": False,
            "currency": params["currency"],
            "destination": params["destination"],
            "transfer_group": params.get("transfer_group"),
            "metadata": _nested(params, "metadata"),
        }
        self._keep(transfer)
        self._emit("transfer.created", transfer)
        return transfer

    # the books

    def available(self) -> int:
        """The platform's balance: received less refunded less transferred, in fen."""
        received: int = sum(intent["amount_received"] for intent in self._all("payment_intent"))
        out: int = sum(
            body["amount"] for kind in ("refund", "transfer") for body in self._all(kind)
        )
        return received - out

    def _emit(self, kind: str, subject: Body) -> None:
        event = {
            "id": self._new_id("evt"),
            "object": "event",
            "type": kind,
            "livemode": False,
            "created": int(clock.now().timestamp()),
            "data": {"object": subject},
        }
        self.books.execute("INSERT INTO deliveries (event) VALUES (?)", (json.dumps(event),))

    def _new_id(self, prefix: str) -> str:
        seed = self.books.execute("SELECT lower(hex(randomblob(12)))").fetchone()[0]
        return f"{prefix}_{seed}"

    def _keep(self, body: Body) -> Body:
        self.books.execute(
            "INSERT INTO objects (id, kind, body) VALUES (?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body["id"], body["object"], json.dumps(body)),
        )
        return body

    def _find(self, name: str) -> Body | None:
        row = self.books.execute("SELECT body FROM objects WHERE id = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    def _get(self, name: str) -> Body:
        body = self._find(name)
        if body is None:
            raise Refused(f"No such object: '{name}'", code="resource_missing", status=404)
        return body

    def _all(self, kind: str) -> list[Body]:
        rows = self.books.execute("SELECT body FROM objects WHERE kind = ? ORDER BY seq", (kind,))
        return [json.loads(row[0]) for row in rows]

    def _open_session(self, session_id: str) -> Body:
        session = self._get(session_id)
        if session["status"] != "open":
            raise Refused(
                f"The session is {session['status']}, not open.", code="checkout_session_not_open"
            )
        return session


def _nested(params: dict[str, str], name: str) -> dict[str, str]:
    prefix = f"{name}["
    return {
        key.removeprefix(prefix).rstrip("]"): value
        for key, value in params.items()
        if key.startswith(prefix)
    }


def local_webhook_secret() -> str:
    """The secret the twin signs with: derived from ours, so that web and worker agree on it."""
    secret = settings.secret_key.get_secret_value().encode()
    return "whsec_" + hmac.new(secret, b"payment twin", hashlib.sha256).hexdigest()


@cache
def twin() -> Twin:
    """The twin of this installation, shared by its processes through its file."""
    settings.market_data_dir.mkdir(parents=True, exist_ok=True)
    return Twin(settings.market_data_dir / "twin.sqlite3", webhook_secret=local_webhook_secret())
