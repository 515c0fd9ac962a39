"""What a person needs to judge a flag: the process it is about, or the processes of the party."""

import hashlib
from collections import defaultdict
from typing import Any

from market.kit.audit import canonical
from market.redflags import releases as ocds

Json = dict[str, Any]
AT_MOST = 20


class Trail:
    """Remembers of every process read what evidence may need of it."""

    def __init__(self) -> None:
        self._processes: dict[str, Json] = {}
        self._of_party: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._names: dict[str, str] = {}

    def read(self, release: Json) -> None:
        """Keep the few members that evidence shows."""
        ocid, tender = release["ocid"], release["tender"]
        self._processes[ocid] = process_of(release)
        for party in release.get("parties", []):
            self._names[party["id"]] = party["name"]
        if buyer := ocds.member(release, "buyer").get("id"):
            self._of_party["Buyer", buyer].append(ocid)
        if entity := ocds.member(tender, "procuringEntity").get("id"):
            self._of_party["ProcuringEntity", entity].append(ocid)
        for tenderer in tender.get("tenderers", []):
            self._of_party["Tenderer", tenderer["id"]].append(ocid)

    def __len__(self) -> int:
        return len(self._processes)

    def name(self, group: str, subject: str) -> str:
        """The title of the process or the name of the party."""
        if group == "OCID":
            return str(self._processes[subject]["title"])
        return self._names.get(subject, subject)

    def evidence(self, group: str, subject: str) -> Json:
        """The rows behind a flag, the newest processes first, and how many there are in all."""
        ocids = [subject] if group == "OCID" else self._of_party[group, subject][::-1]
        return {
            "processes": [self._processes[ocid] for ocid in ocids[:AT_MOST]],
            "total": len(ocids),
        }


def process_of(release: Json) -> Json:
    """Number, title, method, period, bids with their outcome, and who won."""
    tender = release["tender"]
    winners = {
        supplier["id"]
        for award in ocds.active_awards(release)
        for supplier in award.get("suppliers", [])
    }
    return {
        "ocid": release["ocid"],
        "number": tender["id"],
        "title": tender["title"],
        "method": tender.get("procurementMethodDetails", ""),
        "period": tender.get("tenderPeriod", {}),
        "bids": [
            {
                "id": bid["id"],
                "tenderer": next((who["name"] for who in bid.get("tenderers", [])), ""),
                "amount": ocds.member(bid, "value").get("amount"),
                "status": bid["status"],
                "date": bid.get("date"),
                "won": bool(winners.intersection(ocds.ids(bid.get("tenderers")))),
            }
            for bid in ocds.bids(release) or []
        ],
    }


def digest_of(evidence: Json) -> str:
    """SHA-256 of the evidence in canonical JSON."""
    return hashlib.sha256(canonical(evidence).encode()).hexdigest()
