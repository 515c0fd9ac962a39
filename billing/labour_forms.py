"""What people type about being paid in person, checked field by field."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, StringConstraints
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from billing.forms import Text
from market.kit.i18n import gettext as _


def _resident_number(text: str) -> str:
    try:
        return str(ric.validate(text))
    except ValidationError:
        raise ValueError(
            _(
                "This is not the number of a resident identity card: its check digit or date is wrong"
            )
        ) from None


ResidentNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=24), AfterValidator(_resident_number)
]
PersonalAccount = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=8, max_length=40, pattern=r"^[0-9 -]+$"),
]


class PayeeInput(BaseModel):
    """Who a person is for the tax office, and the account in their own name."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=80)]
    id_number: ResidentNumber
    bank_name: Text
    bank_account: PersonalAccount
