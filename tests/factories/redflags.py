"""OCDS processes for the red flags, as small as their indicators let them be."""

from typing import Any

from market.redflags.computing import red_flags
from market.redflags.settings import Settings

Process = dict[str, Any]


def bid(who: str, amount: Any = None, status: str = "valid", **more: Any) -> Process:
    """A bid of one tenderer, in yuan."""
    value = {} if amount is None else {"value": {"amount": amount, "currency": "CNY"}}
    return {"status": status, "tenderers": [{"id": who}], **value, **more}


def process(ocid: str, *bids: Process, won_by: str = "", **tender: Any) -> Process:
    """A process with its bids and, where somebody won, one award in force."""
    awards = [{"status": "active", "suppliers": [{"id": won_by}]}] if won_by else []
    return {"ocid": ocid, "tender": tender, "bids": {"details": list(bids)}, "awards": awards}


def with_awards(release: Process, *awards: Any) -> Process:
    """The process with other awards."""
    return {**release, "awards": list(awards)}


def award(status: str | None, *who: str) -> Process:
    """An award to suppliers by their identifiers."""
    return {"status": status, "suppliers": [{"id": name} for name in who]}


def both(*who: str) -> Process:
    """What makes a bid that of a consortium."""
    return {"tenderers": [{"id": name} for name in who]}


def flags(code: str, *releases: Any) -> Any:
    """What one indicator finds by its defaults; prices under "NPC" are not compared."""
    settings = {code: {}, "no_price_comparison_procurement_methods": "NPC"}
    return red_flags(releases, Settings.model_validate(settings))
