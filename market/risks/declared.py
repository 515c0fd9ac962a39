"""What organisations declare and may have in common: people, telephones, addresses, bank accounts."""

from typing import Any

from billing.models import BillingProfile
from market.accounts.models import Membership, Organisation
from market.risks.relations import Holding


def masked(text: str) -> str:
    """A telephone or an account without its middle."""
    return f"{text[:3]}****{text[-4:]}" if len(text) > 8 else text


async def holdings() -> list[Holding]:
    """Of every organisation, by number; telephones and accounts are shown masked."""
    firms = await Organisation.all().values_list("number", "contact_phone", "address")
    people: Any = await Membership.filter(revoked_at=None).values_list(
        "organisation__number", "person__email", "person__name"
    )
    accounts: Any = await BillingProfile.exclude(bank_account="").values_list(
        "organisation__number", "bank_account"
    )
    return [
        *(Holding(number, "phone", phone, masked(phone)) for number, phone, _address in firms),
        *(Holding(number, "address", address, address) for number, _phone, address in firms),
        *(Holding(number, "person", email, name) for number, email, name in people),
        *(Holding(number, "account", account, masked(account)) for number, account in accounts),
    ]
