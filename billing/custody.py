"""The custody account buyers transfer to: the bank holds the money, the platform only instructs."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "custody_account.json"


@dataclass(frozen=True, slots=True)
class CustodyAccount:
    """What a buyer writes on a transfer."""

    account_name: str
    bank_name: str
    bank_account: str


@cache
def custody_account() -> CustodyAccount:
    """The account of this installation."""
    return CustodyAccount(**json.loads(DATA.read_text("utf-8")))
