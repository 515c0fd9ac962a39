"""What may go wrong, as classes that carry their HTTP status; the message is a sentence for the user."""

from collections.abc import Mapping
from typing import ClassVar


class AppError(Exception):
    """A refusal a user may read. Subclasses stand at the top of the module that raises them."""

    status_code: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotSignedIn(AppError):
    """The page or call needs a signed-in person."""

    status_code = 401
    title = "Please sign in"


class NotPermitted(AppError):
    """Signed in, but the role does not allow it (another party's row is NotFound instead)."""

    status_code = 403
    title = "Not permitted"


class NotFound(AppError):
    """No such row, or none that this actor may know of."""

    status_code = 404
    title = "Not found"


class Conflict(AppError):
    """The row is in a state that does not allow it."""

    status_code = 409
    title = "Conflict"


class InvalidInput(AppError):
    """One or more fields break a rule; `fields` maps each to its sentence."""

    status_code = 422
    title = "Please check what you entered"

    def __init__(self, message: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message or " ".join((fields or {}).values()))
        self.fields: dict[str, str] = dict(fields or {})


class TooManyRequests(AppError):
    """A rate limit was reached."""

    status_code = 429
    title = "Too many requests"
