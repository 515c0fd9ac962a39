"""What anybody needs to check a delivery without us: provenance, Croissant, the draw and its script."""

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.kit import tables, web
from market.orders import access, provenance

SCRIPT = Path(__file__).with_name("verify_sample.py")


async def chain(request: Request) -> Response:
    """The provenance chain of a batch as JSON."""
    batch = await access.own_batch(web.signed_in(request), request.path_params["number"])
    return _json(await provenance.chain_of(batch), f"{batch.number}-provenance.json")


async def croissant(request: Request) -> Response:
    """The batch as a data set in Croissant, JSON-LD."""
    batch = await access.own_batch(web.signed_in(request), request.path_params["number"])
    url = web.absolute_url("batches:show", number=batch.number)
    described = await provenance.croissant_of(batch, url=url)
    return _json(described, f"{batch.number}-croissant.json", "application/ld+json")


async def proof(request: Request) -> Response:
    """What the standalone script reads."""
    batch = await access.own_batch(web.signed_in(request), request.path_params["number"])
    return _json(await provenance.proof_of(batch), f"{batch.number}-proof.json")


async def script(_request: Request) -> Response:
    """The standalone script that draws a sample again; for anybody."""
    return tables.download(SCRIPT.read_bytes(), "text/x-python", SCRIPT.name)


def _json(content: Any, filename: str, kind: str = "application/json") -> Response:
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return tables.download(text.encode(), kind, filename)


routes = [
    Route("/batches/{number}/provenance", chain, name="batches:provenance"),
    Route("/batches/{number}/croissant", croissant, name="batches:croissant"),
    Route("/batches/{number}/proof", proof, name="batches:proof"),
    Route("/verify/sample.py", script, name="batches:script"),
]
