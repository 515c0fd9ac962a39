"""The API against its own description: generated requests to every operation, as those who may use it.

Schemathesis makes the requests and judges the answers; they travel through the application in this process,
each in a transaction that is undone. Those who may use an operation take turns; that it refuses everybody
else, and how, the walk of every role over every route shows.
"""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from market.app import OPERATIONS, create_app
from market.kit import clock
from tests.matrix.access_table import rule_of
from tests.matrix.world import MOMENT, World
from tests.undone import undone

pytestmark = [pytest.mark.committed, pytest.mark.once]
EXAMPLES = 10
ROLES = ("buyer_a", "supplier_a", "operator", "bureau_a")
CHECKS: Any = [
    not_a_server_error, status_code_conformance, content_type_conformance,
    response_headers_conformance, response_schema_conformance,
]  # fmt: skip


async def description() -> dict[str, Any]:
    """The description as the application publishes it."""
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
        found: dict[str, Any] = (await http.get("/api/openapi.json")).json()
        return found


def cases(schema: Any) -> Iterator[tuple[str, Any]]:
    """A few requests for each operation: the same ones in every run."""
    for result in schema.get_all_operations():
        operation = result.ok()
        for case in drawn(operation.as_strategy()):
            yield f"api:{operation.definition.raw['operationId']}", case


def drawn(strategy: Any) -> list[Any]:
    """The first examples of a strategy, without chance."""
    found: list[Any] = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def draw(case: Any) -> None:
        found.append(case)

    draw()
    return found


def aim(name: str, case: Any, world: World) -> None:
    """Point the request at A's rows, so that it gets past the door."""
    rule = rule_of(name, case.method)
    assert rule is not None
    values = [
        row[1:] if row.startswith("=") else world.rows.get(row, "0" * 12) for row in rule.rows
    ]
    if case.path_parameters:
        case.path_parameters = dict(zip(case.path_parameters, values, strict=True))


def senders(name: str, method: str) -> Iterator[str]:
    """Who sends the requests to an operation, over and over: of the roles those it lets in."""
    rule = rule_of(name, method)
    assert rule is not None
    return cycle([role for role in ROLES if role in rule.allowed] or ROLES)


async def test_every_answer_is_as_described(world: World) -> None:
    """Most requests get past the door: an answer that only says who may not come in describes nothing."""
    schema = schemathesis.openapi.from_dict(await description())
    problems, asked, refused = [], set(), 0
    transport = httpx.ASGITransport(create_app(), raise_app_exceptions=False)
    with clock.frozen_at(MOMENT):
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            for number, (name, case) in enumerate(cases(schema)):
                if name not in asked:
                    roles = senders(name, case.method)
                asked.add(name)
                if number % EXAMPLES:
                    aim(name, case, world)
                role = next(roles)
                status, problem = await answer(http, case, world.tokens[role])
                problems += [f"{name} as {role}: {problem}"] if problem else []
                refused += status in (401, 403)
    assert asked == {f"api:{operation.id}" for operation in OPERATIONS}
    assert not problems, "\n".join(problems)
    assert refused < number // 20


async def answer(http: httpx.AsyncClient, case: Any, token: dict[str, str]) -> tuple[int, str]:
    """One request, undone; the status of its answer, and what it breaks."""
    sent = case.as_transport_kwargs(base_url="http://testserver")
    drawn_headers = dict(sent.get("headers") or {})  # a bearer of nobody among them
    sent["headers"] = {
        name: value for name, value in drawn_headers.items() if name.lower() != "authorization"
    } | token
    allowed = ("method", "url", "headers", "params", "json", "data", "content")
    options = {key: value for key, value in sent.items() if key in allowed and value is not None}
    if isinstance(options.get("data"), bytes):
        options["content"] = options.pop("data")
    async with undone():
        response = await http.request(**options)
        try:
            case.validate_response(response, checks=CHECKS)
        except (FailureGroup, AssertionError) as exc:
            told = exc.exceptions if isinstance(exc, FailureGroup) else [exc]
            return response.status_code, " | ".join(str(one)[:300] for one in told)
        return response.status_code, ""
    raise AssertionError("unreachable")
