"""Check the public transcript of an opening of bids, with nothing but Python 3.10 or newer.

    python -I verify_opening.py opening.json [receipt.json ...]

The transcript is published at /jobs/<number>/opening.json; a receipt is what a bidder downloaded when
it submitted. Checked are: the transcript's own digest; that the chained log of submissions is unbroken,
in order and within the deadline; that every bid of the log is opened or accounted for; that each
announced price is the one its bidder was bound to, and each total its arithmetic; that too few bids
were not opened; that enough holders released their shares, after the deadline; and that a receipt's
bid and place in the log are the published ones. Every finding is a line; without any the exit code is 0.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

FORMAT, RECEIPT = "market-opening/1", "market-bid-receipt"
at = datetime.fromisoformat


def canonical(value: object) -> str:
    """One text per value: sorted keys, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """Hexadecimal SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def check_digest(t: dict[str, Any]) -> Iterator[str]:
    """The digest of everything else."""
    if sha256(canonical({k: v for k, v in t.items() if k != "digest"})) != t["digest"]:
        yield "the transcript does not have the digest it was published with"


def check_log(t: dict[str, Any]) -> Iterator[str]:
    """The chain from the keys to the last submission, in order, within the deadline."""
    later = ("name", "released_at")
    shares = [[{n: s[n] for n in s if n not in later} for s in k["shares"]] for k in t["keys"]]
    facts = [{**key, "shares": own} for key, own in zip(t["keys"], shares, strict=True)]
    log, head, before = t["log"], "0" * 64, None
    if not log or log[0]["kind"] != "keys_drawn":
        yield "the log does not begin with the keys"
    elif log[0]["digest"] != sha256(canonical({"job": t["job"], "keys": facts})):
        yield "the keys or the commitments to their shares are not those the bids were sealed under"
    for number, line in enumerate(log):
        head = sha256(head + canonical({k: v for k, v in line.items() if k != "head"}))
        if head != line["head"]:
            yield f"line {number} of the log breaks the chain"
        if before is not None and at(line["at"]) < before:
            yield f"line {number} of the log is earlier than the line before it"
        if at(line["at"]) >= at(t["deadline_at"]):
            yield f"line {number} of the log is not before the deadline"
        before = at(line["at"])


def live_bids(log: list[dict[str, Any]]) -> dict[str, tuple[bool, str]]:
    """What stands at the deadline: digest -> (whether it is confirmed for the last version, when)."""
    live: dict[str, tuple[bool, str]] = {}
    for line in log:
        kind, digest, when = line["kind"], line["digest"], line["at"]
        if kind == "amended":
            live = {known: (False, since) for known, (_, since) in live.items()}
        elif kind == "withdrawn":
            live.pop(digest, None)
        elif kind in ("submitted", "revised", "confirmed"):
            live.pop(line["replaces"], None)
            live[digest] = (True, when)
    return live


def check_accounts(t: dict[str, Any]) -> Iterator[str]:
    """Every bid that stood is opened or accounted for, none twice, none that was taken back."""
    live, seen = live_bids(t["log"]), list[str]()
    for row in t["bids"]:
        seen.append(row["digest"])
        sure, when = live.get(row["digest"], (False, t["opened_at"]))
        if row["digest"] not in live:
            yield f"bid {row['number']}: its digest does not stand in the log at the deadline"
        elif not sure:
            yield f"bid {row['number']}: opened although it was not confirmed after an amendment"
        elif at(when) != at(row["submitted_at"]):
            yield f"bid {row['number']}: the log has another time of submission"
    for row in t["unopened"]:
        seen.append(row["digest"])
        stood = live.get(row["digest"])
        if stood is None or (row["outcome"] == "not_confirmed") == stood[0]:
            yield f"unopened bid {row['digest'][:16]}: the log says otherwise than “{row['outcome']}”"
    yield from (f"a bid of the log is not accounted for: {d}" for d in set(live) - set(seen))
    yield from (f"a bid stands twice: {d}" for d in {d for d in seen if seen.count(d) > 1})
    times = [at(row["submitted_at"]) for row in t["bids"]]
    if times != sorted(times):
        yield "the bids are not in the order of their submission"


def check_minimum(t: dict[str, Any]) -> Iterator[str]:
    """Fewer bids than the minimum, of the job or of a lot, are returned unopened."""
    for lot in sorted({row["lot"] for row in t["bids"] + t["unopened"]}):
        opened = sum(row["lot"] == lot for row in t["bids"])
        returned = sum(r["lot"] == lot and r["outcome"] == "returned" for r in t["unopened"])
        if opened and returned:
            yield f"lot {lot}: some bids were opened and others returned"
        if 0 < opened < t["minimum_bids"]:
            yield f"lot {lot}: {opened} bids were opened, the minimum is {t['minimum_bids']}"
        if returned >= t["minimum_bids"]:
            yield f"lot {lot}: {returned} bids were returned, the minimum is {t['minimum_bids']}"


def check_bid(t: dict[str, Any], row: dict[str, Any]) -> Iterator[str]:
    """Digest, commitments, announced facts and total of one bid."""
    name, facts = f"bid {row['number']}", dict[str, Any]()
    parts = [{k: e[k] for k in ("envelope", "commitment", "box")} for e in row["envelopes"]]
    if sha256(canonical({"job": t["job"], "lot": row["lot"], "envelopes": parts})) != row["digest"]:
        yield f"{name}: its envelopes do not have the digest that was submitted"
    for e in (e for e in row["envelopes"] if "salt" in e):
        bound = {"envelope": e["envelope"], "salt": e["salt"], "announced": e["announced"]}
        if sha256(canonical(bound)) != e["commitment"]:
            yield f"{name}: what is announced is not what its bidder was bound to"
        facts.update(e["announced"])
    for field in ("bidder", "unit_price", "extras_fen", "delivery_days"):
        if (row[field] or None) != (facts.get(field) or None):
            yield f"{name}: {field} is not what its envelope says"
    if row["outcome"] == "opened" and used(t["keys"][-1]) and "unit_price" not in facts:
        yield f"{name}: no price was announced"
    if "unit_price" in facts:
        volumes = {0: t["volume"], **{lot["lot"]: lot["volume"] for lot in t["lots"]}}
        product = Decimal(facts["unit_price"]) * Decimal(volumes[row["lot"]]) * 100
        total = int(product.quantize(Decimal(1), ROUND_HALF_UP)) + facts["extras_fen"]
        if total != row["total_fen"]:
            yield f"{name}: the total is {row['total_fen']} fen, unit price and lump sums make {total}"


def used(key: dict[str, Any]) -> bool:
    """Whether enough shares of a key were released; only the prices of a first opening may wait."""
    released = [share for share in key["shares"] if share["released_at"]]
    return len(released) >= int(key["threshold"])


def check_releases(t: dict[str, Any]) -> Iterator[str]:
    """Enough holders released, after the deadline and not after the opening."""
    if not any(used(key) for key in t["keys"]):
        yield "fewer shares were released than are needed to open anything"
    for key in t["keys"]:
        if key["envelope"] != "price" and not used(key):
            yield f"envelope {key['envelope']}: fewer shares were released than its threshold"
        if key["threshold"] < 2 or key["threshold"] > len(key["shares"]):
            yield f"envelope {key['envelope']}: one holder alone could open"
        for share in key["shares"]:
            when = share["released_at"]
            if when and not at(t["deadline_at"]) <= at(when) <= at(t["opened_at"]):
                yield f"share {share['position']} of {key['envelope']} was released at the wrong time"


def check_receipt(t: dict[str, Any], receipt: dict[str, Any]) -> Iterator[str]:
    """A bidder's own receipt against what was published."""
    if receipt.get("kind") != RECEIPT or receipt.get("job") != t["job"]:
        yield "the receipt is not one of this job"
        return
    if receipt["log_head"] not in {line["head"] for line in t["log"]}:
        yield "the log has lost the receipt's line, or a line before it was changed"
    row = next((row for row in t["bids"] if row["digest"] == receipt["digest"]), None)
    if row is None and receipt["digest"] not in {line["digest"] for line in t["log"]}:
        yield "the receipt's digest is nowhere in the transcript"
    parts = {part["envelope"]: part for part in row["envelopes"]} if row else {}
    for own in receipt["envelopes"] if row else ():
        published = parts.get(own["envelope"], {"envelope": None})
        if any(own[k] != published.get(k, own[k]) for k in own):
            yield f"the published envelope “{own['envelope']}” is not the one of the receipt"


def findings(t: dict[str, Any], receipts: Any = ()) -> list[str]:
    """Everything that is wrong; nothing when the opening holds."""
    if t.get("format") != FORMAT:
        return [f"this is no transcript of the format {FORMAT}"]
    found = [*check_digest(t), *check_log(t), *check_accounts(t), *check_minimum(t)]
    found += [
        line for row in t["bids"] if row["outcome"] != "damaged" for line in check_bid(t, row)
    ] + list(check_releases(t))
    return found + [line for receipt in receipts for line in check_receipt(t, receipt)]


def main(paths: list[str]) -> int:
    """Read the files and report."""
    transcript, *receipts = [json.loads(Path(path).read_text("utf-8")) for path in paths]
    found = findings(transcript, receipts)
    print(
        "\n".join(found)
        or f"The opening of job {transcript['job']} holds: {len(transcript['bids'])} bids."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) > 1 else __doc__)
