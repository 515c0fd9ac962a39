"""Recompute voucher decisions offline from their trace and pinned rule, standard library only.

Written apart from the engine on purpose: it shares no code with it. It takes the inputs a trace
pins and derives everything else again. `python -m billing.vouchers.verifier FILE`
"""

import hashlib
import json
from typing import Any

from billing.vouchers.verifier.decisions import recompute

Json = dict[str, Any]


def verify(programme: Json, trace: Json) -> list[str]:
    """What in the trace disagrees with the rule; an empty list is a proof."""
    wrong = []
    if trace["programme"]["sha256"] != sha256(programme):
        wrong.append("programme: not the pinned version")
    found = recompute(programme, trace["inputs"])
    for part in ("predicates", "lines", "past", "calculation", "limits", "decision"):
        if not _same(trace[part], found[part]):
            wrong.append(f"{part}: {_short(trace[part])} but the rule gives {_short(found[part])}")
    return wrong


def sha256(programme: Json) -> str:
    """The digest of a rule in canonical JSON."""
    text = json.dumps(programme, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _same(recorded: Any, found: Any) -> bool:
    """Whether the record agrees with everything recomputed; what it says beyond that is comment."""
    if isinstance(found, dict) and isinstance(recorded, dict):
        return all(key in recorded and _same(recorded[key], found[key]) for key in found)
    if isinstance(found, list) and isinstance(recorded, list):
        pairs = zip(recorded, found, strict=False)
        return len(recorded) == len(found) and all(_same(one, two) for one, two in pairs)
    return type(recorded) is type(found) and recorded == found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else text[:197] + "..."
