"""What every page shows around its content: the organisation's rooms, and how much waits in each."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request


async def context(request: Request) -> Mapping[str, Any]:
    """The frame's variables: `nav`, the rooms of the actor's organisation with counts of what waits."""
    return {"nav": []}
