"""Pages of a list for people (numbered) and for programs (cursor)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.datastructures import URL
from starlette.requests import Request
from tortoise.models import Model
from tortoise.queryset import QuerySet

from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

T = TypeVar("T")
M = TypeVar("M", bound=Model)
B = TypeVar("B", bound=BaseModel)
SIZE = 20
MAX_PAGE = 10_000


@dataclass(frozen=True)
class Page(Generic[T]):
    """One numbered page; `url(n)` keeps every other query parameter."""

    items: Sequence[T]
    number: int
    size: int
    total: int
    request: Request

    @property
    def pages(self) -> int:
        """How many pages there are (at least one)."""
        return max(-(-self.total // self.size), 1)

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        return self._local(self.request.url.include_query_params(page=number))

    def file_url(self, fmt: str) -> str:
        """The address of the whole list, as it is filtered, as a csv, xlsx or json file."""
        every = self.request.url.remove_query_params("page")
        return self._local(every.include_query_params(format=fmt))

    def _local(self, url: URL) -> str:
        return str(url).removeprefix(str(self.request.base_url).rstrip("/"))


def whole(request: Request, items: Sequence[T]) -> Page[T]:
    """A list short enough to stand on one page."""
    return Page(items=items, number=1, size=max(len(items), 1), total=len(items), request=request)


def page_number(request: Request) -> int:
    """The `page` parameter, 1 when missing or nonsense."""
    text = request.query_params.get("page", "1")
    return (
        min(max(int(text), 1), MAX_PAGE)
        if text.isascii() and text.isdigit() and len(text) < 9
        else 1
    )


def page_of(request: Request, items: Sequence[T], *, size: int = SIZE) -> Page[T]:
    """The page of a list that is at hand which the request asks for."""
    number = page_number(request)
    shown = items[(number - 1) * size : number * size]
    return Page(items=shown, number=number, size=size, total=len(items), request=request)


async def paginate(
    request: Request, query: QuerySet[M], *, size: int = SIZE, total: int | None = None
) -> Page[M]:
    """The page of `query` that the request asks for; `total` where the caller knows it already."""
    number = page_number(request)
    total = await query.count() if total is None else total
    items = await query.offset((number - 1) * size).limit(size)
    return Page(items=items, number=number, size=size, total=total, request=request)


class CursorQuery(BaseModel):
    """Paging of the API: `after` is the `next` of the page before."""

    limit: int = Field(default=20, ge=1, le=100)
    after: str = Field(default="", max_length=36)


class CursorPage(BaseModel, Generic[B]):
    """Items in the order of creation, newest first, and the cursor of the next page (null = the end)."""

    items: list[B]
    next: str | None


async def cursor_page(query: QuerySet[M], cursor: CursorQuery) -> tuple[list[M], str | None]:
    """The rows after the cursor, newest first, and the next cursor."""
    ordered = query.order_by("-id")
    if cursor.after:
        try:
            ordered = ordered.filter(id__lt=UUID(cursor.after))
        except ValueError:
            raise InvalidInput(fields={"after": _("This is not a cursor of ours")}) from None
    rows = await ordered.limit(cursor.limit + 1)
    items: list[Any] = rows[: cursor.limit]
    return items, str(items[-1].id) if len(rows) > cursor.limit else None
