"""What organisations declare and may have in common: people, telephones, addresses, bank accounts, owners."""

from typing import Any

from billing.models import BillingProfile
from market.accounts.models import Membership, Organisation, Shareholding
from market.risks.relations import SHORTEST, Holding, same

STATE_ORGAN = "11"  # what the code of one begins with


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
        *await _owners(),
    ]


async def _owners() -> list[Holding]:
    """Of each firm its shareholders, and of each shareholder on the platform itself.

    A holder is known by its code, without one by a name long enough to be an organisation's: a
    person's name connects nobody. Nor does a state organ, for firms are not related merely because
    the state controls them (公司法 2023, art. 265 (4)).
    """
    declared: Any = await Shareholding.all().values_list(
        "holder_name", "holder_uscc", "organisation__number"
    )
    firms: Any = await Organisation.exclude(uscc=None).values_list("name", "uscc", "number")
    codes = {
        same(name): code
        for name, code, _number in (*declared, *firms)
        if code and len(same(name)) >= SHORTEST
    }
    held = [(name, code or codes.get(same(name), ""), number) for name, code, number in declared]
    owners = {code for _name, code, _number in held}
    held += [firm for firm in firms if firm[1] in owners]
    return [
        Holding(number, "shareholder", code or name, name)
        for name, code, number in held
        if not code.startswith(STATE_ORGAN)
    ]
