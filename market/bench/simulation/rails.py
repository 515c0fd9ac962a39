"""The outside world of the simulation: processor, bank, treasury and mail server, with their faults.

Each keeps its own books, knows nothing of our transactions, and complains when one of our rows has
its effect twice (W3).
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from billing import stripe_gateway
from billing.bank_models import LateReturn
from billing.forms import BankLineInput
from billing.models import Payment, Payout, Refund
from billing.payments import CheckoutState
from billing.states import PaymentStatus, RefundStatus
from billing.stripe_gateway import GatewayRefused, GatewayUnreachable
from market.accounts.models import Organisation
from market.bench.simulation.plans import Faults
from market.bench.simulation.scheduler import Scheduler, Violation
from market.bench.simulation.store import PAUSE
from market.kit import clock, db, mail
from market.kit.mail import Mail
from market.settings import settings

FOUR_EYES_FEN = 300_000  # so that some late money needs a second person


class Rails:
    """Every rail of the world that is being played."""

    def open(self, scheduler: Scheduler) -> None:
        """New books, for a new world."""
        self.scheduler = scheduler
        self.faults = Faults()
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: dict[str, tuple[RefundStatus, str]] = {}
        self.answers: dict[str, Any] = {}
        self.effects: Counter[str] = Counter()
        self.events: list[dict[str, Any]] = []
        self.processor_fen = 0
        self.bank_fen = 0
        self.treasury_fen = 0
        self.bank_credits: list[BankLineInput] = []
        self.mails: set[str] = set()
        self.serial = 0

    # what customers and banks do by themselves

    def pay(self, session: dict[str, Any], *, delayed: bool) -> None:
        """The customer pays on the processor's page."""
        session["status"], session["intent"] = "complete", self._name("pi")
        session["outcome"] = PaymentStatus.PROCESSING if delayed else PaymentStatus.SUCCEEDED
        if not delayed:
            self.processor_fen += session["fen"]
        self._emit("checkout.session", session["id"])

    def conclude(self, session: dict[str, Any], *, succeeds: bool) -> None:
        """The money of a delayed payment comes, or not."""
        session["outcome"] = PaymentStatus.SUCCEEDED if succeeds else PaymentStatus.FAILED
        if succeeds:
            self.processor_fen += session["fen"]
        self._emit("checkout.session", session["id"])

    def expire(self, session: dict[str, Any]) -> None:
        """The processor closes a page."""
        session["status"], session["outcome"] = "expired", PaymentStatus.EXPIRED
        self._emit("checkout.session", session["id"])

    def transfer(self, payment: Payment, *, payer: str) -> None:
        """The buyer's transfer of a payment, once."""
        self.once(f"transfer of {payment.number}")
        self.credit(payment.amount_fen, reference=payment.reference, payer=payer)

    def credit(self, fen: int, *, reference: str, payer: str) -> None:
        """A transfer stands on the custody account; the code is in its narrative."""
        self.bank_fen += fen
        self.bank_credits.append(
            BankLineInput.model_construct(
                bank_reference=self._name("bank"),
                booked_on=clock.today(),
                payer_name=payer,
                payer_account="6222",
                amount_fen=fen,
                narrative=f"pay {reference}",
                account="",
            )
        )

    def credit_interest(self, payout: str, fen: int) -> None:
        """The bank credits an interest, once."""
        if f"interest {payout}" not in self.effects:
            self.once(f"interest {payout}")
            self.bank_fen += fen

    def once(self, effect: str) -> None:
        """Count an effect in the world; twice is a violation."""
        self.effects[effect] += 1
        if self.effects[effect] > 1:
            raise Violation("W3", f"{effect} happened {self.effects[effect]} times")

    async def bank_pays(self, order: str, fen: int) -> None:
        """The bank carries an instruction out; it knows the ones it had."""
        await self._call()
        if order not in self.answers:
            self.answers[order] = True
            self.bank_fen -= fen
            self.once(order)
        await self._answer()

    async def treasury_pays(self, claim: str, fen: int) -> None:
        """The treasury pays a claim; it knows the ones it had."""
        await self._call()
        if claim not in self.answers:
            self.answers[claim] = True
            self.treasury_fen += fen
            self.once(claim)
        await self._answer()

    # the processor's API, in the shape of our gateway

    async def create_checkout(
        self, payment: Payment, *, description: str, return_url: str
    ) -> tuple[str, str]:
        """A payment page."""

        def act() -> tuple[str, str]:
            self.once(f"page of {payment.number}")
            name = self._name("cs")
            self.sessions[name] = {
                "id": name, "payment": str(payment.id), "fen": payment.amount_fen,
                "status": "open", "outcome": PaymentStatus.PENDING, "intent": "",
            }  # fmt: skip
            return name, f"/pay/{name}"

        answer: tuple[str, str] = await self._keyed(payment, act)
        return answer

    async def retrieve_checkout(self, session_id: str) -> tuple[CheckoutState, str | None]:
        """What a page's payment is now."""
        await self._call()
        found = self.sessions[session_id]
        state = CheckoutState(
            session_id, found["outcome"], found["fen"], "cny", payment_intent=found["intent"]
        )
        await self._answer()
        return state, found["payment"]

    async def expire_checkout(self, session_id: str) -> None:
        """Close a page that is open."""
        await self._call()
        if (found := self.sessions[session_id])["status"] == "open":
            self.expire(found)
        await self._answer()

    async def create_refund(
        self, refund: Refund | LateReturn, *, payment_intent: str
    ) -> tuple[str, RefundStatus]:
        """Money back to the customer; refused now and then."""

        def act() -> tuple[str, RefundStatus]:
            if self._refuses():
                return "", RefundStatus.FAILED
            self.once(f"refund {refund.number}")
            self.processor_fen -= refund.amount_fen
            name = self._name("re")
            self.refunds[name] = (RefundStatus.SUCCEEDED, str(refund.id))
            self._emit("refund", name)
            return name, RefundStatus.SUCCEEDED

        answer: tuple[str, RefundStatus] = await self._keyed(refund, act)
        if not answer[0]:
            raise GatewayRefused("refused for once")
        return answer

    async def retrieve_refund(self, refund_id: str) -> tuple[RefundStatus, str | None]:
        """What a refund is now."""
        await self._call()
        await self._answer()
        return self.refunds[refund_id]

    async def open_account(self, organisation: Organisation) -> str:
        """A supplier's account."""
        answer: str = await self._keyed(organisation, lambda: self._name("acct"))
        return answer

    async def create_transfer(self, payout: Payout, *, destination: str, group: str) -> str:
        """Money to a supplier; refused now and then, as a real one does."""

        def act() -> str:
            if self._refuses():
                return ""
            self.once(f"payout {payout.number}")
            self.processor_fen -= payout.amount_fen
            return self._name("tr")

        answer: str = await self._keyed(payout, act)
        if not answer:
            raise GatewayRefused("refused for once")
        return answer

    async def deliver(self, url: str, message: Mail, *, key: str) -> None:
        """The mail server takes a message; the same Message-ID again is folded."""
        await self._call()
        self.mails.add(key)
        await self._answer()

    async def _keyed(self, row: Any, act: Any) -> Any:
        """One effect a key, by the key our gateway gives."""
        key = str(stripe_gateway._options(row)["idempotency_key"])
        await self._call()
        if key not in self.answers:
            self.answers[key] = act()
        await self._answer()
        return self.answers[key]

    async def _call(self) -> None:
        if db.is_in_verb():
            raise Violation("outside-world rule", "a rail was called inside a verb")
        await PAUSE
        self._lose()

    async def _answer(self) -> None:
        self._lose()
        await PAUSE

    def _refuses(self) -> bool:
        return self.scheduler.happens(self.faults.refusal)

    def _lose(self) -> None:
        if (lost_call := self.faults.lost_call) and self.scheduler.happens(lost_call):
            raise GatewayUnreachable("lost")

    def _emit(self, kind: str, name: str) -> None:
        self.events.append(
            {
                "id": self._name("evt"),
                "type": f"{kind}.changed",
                "data": {"object": {"id": name, "object": kind}},
            }
        )

    def _name(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}_{self.serial}"


_GATEWAY = (
    "create_checkout", "retrieve_checkout", "expire_checkout", "create_refund", "retrieve_refund",
    "open_account", "create_transfer",
)  # fmt: skip


@contextmanager
def connected(rails: Rails) -> Iterator[None]:
    """Within the block our gateway and our mail go to these rails."""
    with (
        patch.multiple(stripe_gateway, **{name: getattr(rails, name) for name in _GATEWAY}),
        patch.object(mail, "_deliver", rails.deliver),
        patch.object(settings, "smtp_url", SecretStr("smtp://simulation")),
        patch.object(settings, "four_eyes_above_fen", FOUR_EYES_FEN),
    ):
        yield
