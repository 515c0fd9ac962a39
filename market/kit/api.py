"""The JSON API: operations declared once become routes, checks and the OpenAPI description."""

import inspect
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from market.kit.actor import Actor
from market.kit.errors import InvalidInput, NotPermitted, NotSignedIn
from market.kit.forms import field_errors
from market.kit.i18n import gettext as _
from market.kit.web import actor_of

PREFIX = "/api/v1"
B = TypeVar("B")
Q = TypeVar("Q")
Schemas = dict[type[BaseModel], dict[str, Any]]
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Problem(BaseModel):
    """RFC 9457 problem details; `errors` maps a field to its sentence."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: dict[str, str] = {}
    request_id: str = ""


class Nothing(BaseModel):
    """No body, or no query parameters."""


@dataclass(frozen=True, slots=True)
class Call(Generic[B, Q]):
    """One API call: who, the checked body and query, and the path parameters."""

    request: Request
    actor: Actor
    body: B
    query: Q

    def path(self, name: str) -> str:
        """A path parameter."""
        return str(self.request.path_params[name])


Endpoint = Callable[[Any], Awaitable[BaseModel | Response | None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared operation."""

    method: Method
    path: str
    endpoint: Endpoint
    summary: str
    tag: str
    body: type[BaseModel]
    query: type[BaseModel]
    returns: type[BaseModel] | None
    status: int
    scope: str
    public: bool

    @property
    def id(self) -> str:
        """The operationId: the package's noun and the function's name."""
        noun = self.endpoint.__module__.split(".")[-2]
        return f"{noun}_{self.endpoint.__name__}"

    async def __call__(self, request: Request) -> Response:
        actor = actor_of(request)
        if not self.public and not actor.is_authenticated:
            raise NotSignedIn(_("Send a token: Authorization: Bearer …"))
        if self.scope and actor.scopes is not None and self.scope not in actor.scopes:
            raise NotPermitted(_("The token lacks the scope %(scope)s", scope=self.scope))
        query = _checked(self.query, dict(request.query_params))
        body = _checked(self.body, await _json(request) if self.body is not Nothing else {})
        result = await self.endpoint(Call(request=request, actor=actor, body=body, query=query))
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status_code=204)
        return Response(result.model_dump_json(), self.status, media_type="application/json")


def operation(
    method: Method,
    path: str,
    *,
    summary: str,
    tag: str,
    body: type[BaseModel] = Nothing,
    query: type[BaseModel] = Nothing,
    returns: type[BaseModel] | None = None,
    status: int = 200,
    scope: str = "",
    public: bool = False,
) -> Callable[[Endpoint], Operation]:
    """Declare an endpoint `async def name(call: Call[Body, Query]) -> Returned` under /api/v1.

    `scope` is what an API token needs; `public` needs no sign-in. A `returns` of None answers 204.
    """

    def decorate(endpoint: Endpoint) -> Operation:
        return Operation(
            method,
            path,
            endpoint,
            summary,
            tag,
            body,
            query,
            returns,
            status if returns else 204,
            scope,
            public,
        )

    return decorate


def routes(operations: Iterable[Operation]) -> list[Route]:
    """The routes of declared operations."""
    return [
        Route(PREFIX + op.path, _endpoint(op), methods=[op.method], name=f"api:{op.id}")
        for op in operations
    ]


def _endpoint(op: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await op(request)

    return endpoint


def _checked(model: type[BaseModel], data: Any) -> BaseModel:
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        raise InvalidInput(fields=field_errors(exc)) from None


async def _json(request: Request) -> Any:
    body = await request.body() or b"null"
    try:
        data = json.loads(body)
        return _without_nul(data) if b"\\u0000" in body else data
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise InvalidInput(_("The body is not valid JSON")) from None


def _without_nul(data: Any) -> Any:
    """The same without the one character that PostgreSQL keeps in no text."""
    if isinstance(data, dict):
        return {_without_nul(key): _without_nul(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_without_nul(item) for item in data]
    return data.replace("\0", "") if isinstance(data, str) else data


def problem(
    status: int,
    title: str,
    detail: str = "",
    errors: dict[str, str] | None = None,
    request_id: str = "",
) -> Response:
    """An error answer of the API."""
    content = Problem(
        title=title, status=status, detail=detail, errors=errors or {}, request_id=request_id
    )
    return JSONResponse(content.model_dump(), status, media_type="application/problem+json")


def openapi(operations: Iterable[Operation], *, title: str, version: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description of the operations."""
    operations = list(operations)
    schemas, definitions = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for op in operations:
        paths.setdefault(PREFIX + op.path, {})[op.method.lower()] = _described(op, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {
            "schemas": definitions,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Schemas, dict[str, Any]]:
    """The reference of every model and what the references lead to.

    Models of one name in several packages are told apart by their module.
    """
    used = {model for op in operations for model in (op.body, op.returns, Problem) if model}
    ordered = sorted(used - {Nothing}, key=lambda model: (model.__name__, model.__module__))
    references, described = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    return {model: references[model, "validation"] for model in ordered}, described["$defs"]


def _content(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """A parameter's schema with the enumerations it refers to written into it, titles left out."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: value for key, value in schema.items() if key not in ("$ref", "title")}
    if "$ref" in schema:
        target = definitions[schema["$ref"].rpartition("/")[2]]
        plain = {"type": target["type"], "enum": target["enum"], **plain}
    return {key: _inlined(value, definitions) for key, value in plain.items()}


def _described(op: Operation, schemas: Schemas) -> dict[str, Any]:
    names = [part[1:-1].split(":")[0] for part in op.path.split("/") if part.startswith("{")]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    schema = op.query.model_json_schema(mode="validation")
    definitions = schema.get("$defs", {})
    for name, field in schema.get("properties", {}).items():
        parameters.append(
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": _inlined(field, definitions),
            }
        )
    good: dict[str, Any] = {"description": op.summary}
    if op.returns:
        good["content"] = _content(schemas[op.returns])
    described: dict[str, Any] = {
        "operationId": op.id,
        "summary": op.summary,
        "tags": [op.tag],
        "parameters": parameters,
        "description": inspect.getdoc(op.endpoint) or "",
        "responses": {
            str(op.status): good,
            "default": {
                "description": "Problem (RFC 9457)",
                "content": _content(schemas[Problem], "application/problem+json"),
            },
        },
    }
    if op.body is not Nothing:
        described["requestBody"] = {"required": True, "content": _content(schemas[op.body])}
    if not op.public:
        described["security"] = [{"token": []}]
    return described
