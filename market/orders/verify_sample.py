#!/usr/bin/env python3
"""Draw the sample of a delivery again from its proof file: python3 verify_sample.py proof.json

Standard library only, nothing of the platform needed. It checks that the manifest is the delivered
one, that both secrets are those committed to before the delivery, that the seed follows from them
and the manifest, and that the seed gives exactly the listed items. Exit code 0: all of it holds.
"""

import hashlib
import json
import sys
from typing import Any


def sha256(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def manifest_digest(items: list[dict[str, str]]) -> str:
    """Over "sha256, two spaces, name, newline" of each item, as sha256sum writes it."""
    return sha256("".join(f"{item['sha256']}  {item['name']}\n" for item in items))


def joint_seed(*parts: bytes) -> bytes:
    """SHA-256 over each part preceded by its length as 8 bytes, big-endian."""
    return hashlib.sha256(b"".join(len(p).to_bytes(8, "big") + p for p in parts)).digest()


def draw(lot: int, n: int, seed: bytes) -> list[int]:
    """The first n places of a Fisher-Yates shuffle of 0..lot-1, sorted.

    Its numbers are SHA-256(seed || counter as 8 bytes); one that would favour low remainders is
    skipped.
    """
    places, counter = list(range(lot)), 0
    for place in range(n):
        bound = lot - place
        while True:
            block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
            counter += 1
            number = int.from_bytes(block, "big")
            if number < 2**256 - 2**256 % bound:
                break
        other = place + number % bound
        places[place], places[other] = places[other], places[place]
    return sorted(places[:n])


def problems(proof: dict[str, Any]) -> list[str]:
    """A sentence for each thing that does not hold."""
    found = []
    if manifest_digest(proof["manifest"]) != proof["manifest_digest"]:
        found.append("the manifest does not have the digest the sample was drawn from")
    for side in ("buyer", "supplier"):
        if sha256(proof[f"{side}_secret"]) != proof[f"{side}_commitment"]:
            found.append(f"the {side}'s secret is not the one committed to")
    secrets = (proof["buyer_secret"].encode(), proof["supplier_secret"].encode())
    seed = joint_seed(*secrets, bytes.fromhex(proof["manifest_digest"]))
    if seed.hex() != proof["seed"]:
        found.append("the seed does not follow from the secrets and the manifest")
    drawn = draw(len(proof["manifest"]), proof["sample_size"], seed)
    if drawn != proof["indices"]:
        found.append("other items were drawn than the seed gives")
    elif [proof["manifest"][place]["name"] for place in drawn] != proof["items"]:
        found.append("the listed items are not those at the drawn places")
    return found


def main() -> int:
    """Check the file named on the command line and say what was found."""
    with open(sys.argv[1], encoding="utf-8") as file:
        proof = json.load(file)
    found = problems(proof)
    for sentence in found:
        print(f"WRONG: {sentence}")
    if not found:
        print(f"OK: {proof['batch']}, {proof['sample_size']} of {proof['lot_size']} items")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
