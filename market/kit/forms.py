"""HTML forms: read what was typed, check it with pydantic, keep it when something is wrong."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from market.kit import clock, money
from market.kit.drafts import TICKET, Draft, Keeping
from market.kit.errors import AppError, Conflict, InvalidInput
from market.kit.i18n import gettext as _

I = TypeVar("I", bound=BaseModel)  # noqa: E741 - the input model
MAX_FIELDS = 2000
WIDEST_PERCENT = 10**6  # beyond, what was typed is none
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A moment outside is a slip of the pen; days may lie later, 9999-12-31 says unlimited."""


def _money_message(code: str) -> str:
    return {
        "not_an_amount": _("Enter an amount in yuan, such as 1234.50 or 24万"),
        "finer_than_a_fen": _("Amounts have at most two decimals (fen)"),
        "finer_than_four_decimals": _("Unit prices have at most four decimals"),
        "amount_too_large": _("The amount is too large"),
    }[code]


def _parsed(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    def validate(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return parse(value)
        except ValueError as exc:
            raise ValueError(_money_message(str(exc))) from None

    return validate


def _require_year(day: dt.date, last: int) -> None:
    if not FIRST_YEAR <= day.year <= last:
        raise ValueError(_("Enter a year from %(first)s to %(last)s", first=FIRST_YEAR, last=last))


def _local_datetime(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return value
    text = value.strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Enter a date and time such as 2026-11-30 10:00")) from None
    _require_year(moment, LAST_YEAR)
    if len(text) <= 10:
        return clock.end_of_day(moment.date())
    return (moment if moment.tzinfo else moment.replace(tzinfo=clock.CHINA)).astimezone(dt.UTC)


def _local_date(value: Any) -> Any:
    if not isinstance(value, str) or not value.strip():
        return value
    text = value.strip().replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-")
    try:
        day = dt.date.fromisoformat("-".join(part.zfill(2) for part in text.split("-")))
    except ValueError:
        raise ValueError(_("Enter a date such as 2026-11-30")) from None
    _require_year(day, dt.MAXYEAR)
    return day


def _percent(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        typed = Decimal(value.replace("%", "").replace("％", "").strip())
    except InvalidOperation:
        raise ValueError(_("Enter a percentage such as 30 or 12.5")) from None
    if not typed.is_finite() or abs(typed) > WIDEST_PERCENT:
        raise ValueError(_("Enter a percentage such as 30 or 12.5"))
    share = typed * 100
    if share != share.to_integral_value():
        raise ValueError(_("Percentages have at most two decimals"))
    return int(share)


# Typed in yuan, kept in fen; in JSON an integer is fen already.
YuanAsFen = Annotated[int, BeforeValidator(_parsed(money.parse_yuan))]
# Yuan per unit, four decimals; JSON carries it as a string.
UnitPrice = Annotated[
    Decimal, BeforeValidator(_parsed(money.parse_unit_price)), PlainSerializer(str, return_type=str)
]
# A wall-clock time in China when it carries no offset; a bare date means its last second.
LocalDateTime = Annotated[dt.datetime, BeforeValidator(_local_datetime)]
LocalDate = Annotated[dt.date, BeforeValidator(_local_date)]
# "30" or "12.5 %", kept in basis points; in JSON an integer is basis points already.
Percent = Annotated[int, BeforeValidator(_percent), Field(ge=0, le=10_000)]


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (list, set, frozenset, tuple):
        return True
    return any(_is_list(arg) for arg in get_args(annotation) if arg is not type(None))


def sentence(error: Mapping[str, Any]) -> str:
    """A pydantic error as a sentence in the user's language."""
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "value_error":
        return str(context["error"])
    templates = {
        "missing": _("This field is required"),
        "string_too_short": _("At least %(min_length)s characters"),
        "string_too_long": _("At most %(max_length)s characters"),
        "greater_than": _("Must be more than %(gt)s"),
        "greater_than_equal": _("Must be at least %(ge)s"),
        "less_than": _("Must be less than %(lt)s"),
        "less_than_equal": _("Must be at most %(le)s"),
        "too_short": _("Choose at least %(min_length)s"),
        "too_long": _("Choose at most %(max_length)s"),
        "enum": _("Choose one of the listed values"),
        "literal_error": _("Choose one of the listed values"),
        "int_parsing": _("Enter a whole number"),
        "int_from_float": _("Enter a whole number"),
        "decimal_parsing": _("Enter a number"),
        "float_parsing": _("Enter a number"),
        "string_pattern_mismatch": _("The format is not right"),
        "extra_forbidden": _("This field is not known"),
    }
    if kind == "string_too_short" and context.get("min_length") == 1:
        return templates["missing"]
    text = templates.get(kind)
    return text % context if text else _("This value is not valid (%(why)s)", why=error["msg"])


def field_errors(exc: ValidationError) -> dict[str, str]:
    """The first sentence for each field of a failed validation ("" = the whole form)."""
    found: dict[str, str] = {}
    for error in exc.errors(include_url=False):
        found.setdefault(".".join(str(part) for part in error["loc"]), sentence(error))
    return found


def from_rows(model: type[I], rows: Iterable[Mapping[str, Any]], prefix: str) -> list[I]:
    """Typed rows as inputs, empty ones skipped; InvalidInput names row and field (lot3_volume)."""
    found: list[I] = []
    errors: dict[str, str] = {}
    for place, row in enumerate(rows, 1):
        typed = {name: value for name, value in row.items() if value not in ("", None)}
        if not typed:
            continue
        try:
            found.append(model.model_validate(typed))
        except ValidationError as exc:
            errors |= {f"{prefix}{place}_{name}": text for name, text in field_errors(exc).items()}
    if errors:
        raise InvalidInput(fields=errors)
    return found


class Form(Generic[I]):
    """What a person typed, whether it is right, and why not. Templates read values, errors, message."""

    def __init__(self, model: type[I], values: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.values: dict[str, Any] = dict(values or {})
        self.errors: dict[str, str] = {}
        self.message = ""
        self.is_submitted = False
        self.files: dict[str, list[UploadFile]] = {}
        self.status_code = 200
        self.draft: Draft | None = None
        self.restored_at: dt.datetime | None = None
        self._input: I | None = None

    @classmethod
    async def read(
        cls,
        request: Request,
        model: type[I],
        initial: Mapping[str, Any] | None = None,
        *,
        draft: Keeping | None = None,
    ) -> "Form[I]":
        """The submitted form of a POST, checked; otherwise a fresh one with `initial` values.

        With `draft` what is typed is kept on the server until the form has been sent, "sealed" where
        even a copy of the database must not tell it, and stands in the form when the page is opened again.
        """
        form = cls(model, initial)
        if request.method == "POST":
            data = await request.form(max_fields=MAX_FIELDS, max_files=50)
            request.scope["form"] = data  # its files are closed once the answer is sent
            form.draft = Draft.from_ticket(request, str(data.get(TICKET, "")))
            request.scope["draft"] = form.draft  # forgotten once the answer is "see other"
            form.submit(data)
        elif draft and (place := Draft.of(request, draft)):
            form.draft = place
            if kept := await place.load():
                data, form.restored_at = kept
                form._take(data)
        return form

    def submit(self, data: FormData) -> None:
        """Take what was typed and check it."""
        self.is_submitted = True
        self._take(data)
        typed = {name: value for name, value in self.values.items() if value != ""}
        known = {name: value for name, value in typed.items() if name in self.model.model_fields}
        try:
            self._input = self.model.model_validate(known)
        except ValidationError as exc:
            self._refuse(InvalidInput(fields=field_errors(exc)))

    def _take(self, data: FormData) -> None:
        self.values = {}
        for name in dict.fromkeys(data):
            items = data.getlist(name)
            uploads = [item for item in items if isinstance(item, UploadFile)]
            if uploads:
                self.files[name] = [upload for upload in uploads if upload.filename]
                continue
            field = self.model.model_fields.get(name)
            many = field is not None and _is_list(field.annotation)
            texts = [str(item).replace("\0", "").strip() for item in items]
            self.values[name] = [text for text in texts if text] if many else texts[-1]

    @property
    def is_valid(self) -> bool:
        """Whether something was submitted and every rule held."""
        return self._input is not None and not self.errors and not self.message

    @property
    def input(self) -> I:
        """The checked input; only when `is_valid`."""
        assert self._input is not None
        return self._input

    def upload(self, name: str) -> UploadFile | None:
        """The (first) uploaded file of a field."""
        return next(iter(self.files.get(name, ())), None)

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Turn a verb's refusal (InvalidInput, Conflict) into field errors, so that the page shows again."""
        try:
            yield
        except (InvalidInput, Conflict) as exc:
            self._refuse(exc)

    def _refuse(self, exc: AppError) -> None:
        self.status_code = exc.status_code
        fields = getattr(exc, "fields", {})
        self.errors.update({name: text for name, text in fields.items() if name})
        if not fields or "" in fields:
            self.message = fields.get("") or exc.message
