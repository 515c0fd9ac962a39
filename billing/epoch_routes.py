"""The ledger's published epochs, the script that checks them, and a party's proof of its own entries."""

import json
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from billing import access, epochs
from billing.models import LedgerEpoch
from market.kit import web
from market.kit.paging import paginate
from market.kit.tables import download

SCRIPT = "verify_entries.py"


async def list_epochs(request: Request) -> Response:
    """The roots, newest first, and how to check an entry against them."""
    page = await paginate(request, LedgerEpoch.all().order_by("-number"))
    return await web.render(request, "billing/epochs_list.html", page=page)


async def download_epochs(_request: Request) -> Response:
    """Every epoch, for the script."""
    return _file(await epochs.published_epochs(), "epochs.json")


async def download_proof(request: Request) -> Response:
    """Every sealed entry of an order with its way to a published root."""
    order = await access.order_of_party(web.signed_in(request), request.path_params["number"])
    return _file(await epochs.proof_of(order), f"ledger-{order.number}.json")


async def download_script(_request: Request) -> Response:
    """The standalone verifier."""
    return download(files(__package__).joinpath(SCRIPT).read_bytes(), "text/x-python", SCRIPT)


def _file(content: dict[str, Any], name: str) -> Response:
    return download(
        json.dumps(content, ensure_ascii=False, indent=1).encode(), "application/json", name
    )


routes = [
    Route("/ledger", list_epochs, name="epochs:list"),
    Route("/ledger/epochs.json", download_epochs, name="epochs:download"),
    Route("/ledger/verify_entries.py", download_script, name="epochs:script"),
    Route("/orders/{number}/ledger.json", download_proof, name="epochs:proof"),
]
