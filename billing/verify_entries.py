"""Check ledger entries against the published epochs, with nothing but Python 3.10 or newer.

    python -I verify_entries.py proof.json epochs.json

proof.json is what a party downloads from its order's payment page; epochs.json is published at
/ledger/epochs.json. Checked are: that every entry is a leaf of its epoch's tree (RFC 6962: SHA-256 with
a zero byte before a leaf and a one byte before a node); that the tree's root is the published one; that
each epoch is chained to the one before it; and that debits are credits in every transaction that is
complete. Every finding is a line; without any the exit code is 0.
"""

import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

EPOCHS, PROOF = "market-ledger-epochs/1", "market-ledger-proof/1"
GENESIS = "0" * 64
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def leaf_hash(leaf: Sequence[object]) -> bytes:
    """The hash of an entry, from its canonical JSON."""
    return hashlib.sha256(b"\x00" + _JSON.encode(leaf).encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def chained(previous: str, root: str) -> str:
    """The digest of an epoch: its root behind the digest of the epoch before."""
    return hashlib.sha256((previous + root).encode()).hexdigest()


def root_of_path(leaf: bytes, index: int, size: int, path: Sequence[str]) -> str | None:
    """The root that an audit path leads to (RFC 9162, 2.1.3.2); None for a path of the wrong length."""
    if not 0 <= index < size:
        return None
    at, last, found = index, size - 1, leaf
    for step in map(bytes.fromhex, path):
        if last == 0:
            return None
        if at % 2 or at == last:
            found = node_hash(step, found)
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            found = node_hash(found, step)
        at, last = at // 2, last // 2
    return found.hex() if last == 0 else None


def findings(proof: dict[str, Any], published: dict[str, Any]) -> Iterator[str]:
    """What is wrong, a sentence each."""
    if proof.get("format") != PROOF or published.get("format") != EPOCHS:
        yield "these are not a proof and a list of epochs"
        return
    previous, roots = GENESIS, {}
    for epoch in published["epochs"]:
        if epoch["previous_digest"] != previous or epoch["digest"] != chained(
            previous, epoch["root"]
        ):
            yield f"epoch {epoch['number']} is not chained to the one before it"
        previous = epoch["digest"]
        roots[epoch["number"]] = (epoch["root"], epoch["entries"])
    sums: dict[str, int] = defaultdict(int)
    for entry in proof["entries"]:
        transaction, _kind, _at, position, account, side, fen = entry["leaf"]
        sums[transaction] += fen if side == "debit" else -fen
        root = root_of_path(leaf_hash(entry["leaf"]), entry["index"], entry["size"], entry["path"])
        if root is None or (root, entry["size"]) != roots.get(entry["epoch"]):
            yield f"entry {position} of {transaction} on {account} is not in epoch {entry['epoch']}"
    for transaction, difference in sums.items():
        if difference:
            yield f"transaction {transaction}: debits are not credits"


def main(names: list[str]) -> int:
    """Print the findings; the exit code."""
    if len(names) != 2:
        print(__doc__)
        return 2
    proof, published = (json.loads(Path(name).read_text("utf-8")) for name in names)
    wrong = list(findings(proof, published))
    for line in wrong:
        print(line)
    if not wrong:
        print(f"{len(proof['entries'])} entries are in the published epochs.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
