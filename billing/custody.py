"""The custody account buyers transfer to: the bank holds the money, the platform only instructs."""

from dataclasses import dataclass

from billing.bank_matching import sub_account_of
from market.settings import settings


@dataclass(frozen=True, slots=True)
class CustodyAccount:
    """What a buyer writes on a transfer; with a prefix the bank gives every order its own number."""

    account_name: str
    bank_name: str
    bank_account: str
    sub_account_prefix: str = ""

    def account_for(self, order_number: str) -> str:
        """The number to pay an order's transfer to."""
        if not self.sub_account_prefix:
            return self.bank_account
        return sub_account_of(order_number, prefix=self.sub_account_prefix)


def custody_account() -> CustodyAccount:
    """The account of this installation."""
    return CustodyAccount(
        settings.custody_account_name,
        settings.custody_bank_name,
        settings.custody_bank_account,
        settings.custody_sub_account_prefix,
    )
