"""Reading the fields of a record: groups, texts, amounts; every fault names the field of the file."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from market.kit.errors import InvalidInput
from market.kit.forms import field_errors
from market.kit.i18n import gettext as _
from market.vocabulary.terms import Term, Vocabulary

M = TypeVar("M", bound=BaseModel)
Names = Mapping[str, str]
LENIENT = {"lenient": True}


def group(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A group of fields; empty when the record has none. Raises InvalidInput."""
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidInput(fields={name: _("This must be a group of fields")})
    return value


def rows(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """A list of groups; empty when the record has none. Raises InvalidInput."""
    value = data.get(name) or []
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise InvalidInput(fields={name: _("This must be a list of groups of fields")})
    return value


def text(data: Mapping[str, Any], name: str, *, path: str = "") -> str:
    """A text; empty when the record has none. Raises InvalidInput for anything else."""
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(fields={path or name: _("This must be text")})
    return value.strip()


def texts(data: Mapping[str, Any], name: str, *, path: str = "") -> list[str]:
    """A list of texts; empty when the record has none. Raises InvalidInput."""
    value = data.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidInput(fields={path or name: _("This must be a list of texts")})
    return [item.strip() for item in value]


def yuan(value: Any) -> str | None:
    """An amount in yuan, as a person would type it."""
    return None if value is None else str(value)


def wan(value: Any) -> str | None:
    """An amount in 万元, as a person would type it."""
    return None if value in (None, "") else f"{value}万"


def decimal(value: Any, path: str) -> Decimal:
    """A number in JSON or in a cell. Raises InvalidInput."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise InvalidInput(fields={path: _("Enter a number")})
    return number


def known(vocabulary: Vocabulary[Any], word: str) -> str:
    """A word as the vocabulary writes it; itself when the vocabulary does not know it."""
    term: Term | None = vocabulary.find(word) if word else None
    return term.zh if term else word


def checked(model: type[M], values: Mapping[str, Any], names: Names) -> M:
    """`values` (None = absent) as a checked input; faults by the names the file uses."""
    present = {name: value for name, value in values.items() if value is not None}
    try:
        return model.model_validate(present, context=LENIENT)
    except ValidationError as exc:
        raise InvalidInput(fields=renamed(field_errors(exc), names)) from None


def renamed(faults: Mapping[str, str], names: Names) -> dict[str, str]:
    """Faults by our field as faults by the file's field; places within a list are kept."""
    found: dict[str, str] = {}
    for name, sentence in faults.items():
        first, dot, rest = name.partition(".")
        found.setdefault(f"{names.get(first, first)}{dot}{rest}", sentence)
    return found
