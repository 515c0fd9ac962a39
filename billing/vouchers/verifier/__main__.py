"""`python -m billing.vouchers.verifier FILE`: verify the decisions in a file."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from billing.vouchers.verifier import verify
from billing.vouchers.verifier.combinations import check_combination


def main(arguments: list[str] | None = None) -> int:
    """Verify a file of one certificate, `{"programme", "trace"}` or of a combination, or a list.

    0: all agree; 1: one does not, or is no certificate; 2: the file cannot be read.
    """
    parser = argparse.ArgumentParser(description="Recompute voucher decisions from their trace.")
    parser.add_argument("file", type=Path)
    path = parser.parse_args(arguments).file
    try:
        data = json.loads(path.read_text("utf-8-sig"), object_pairs_hook=_stated_once)
    except (OSError, ValueError, RecursionError) as error:
        parser.error(f"{path}: {error}")
    certificates = data if isinstance(data, list) else [data]
    if not certificates:
        parser.error(f"{path}: there is no certificate in it")
    disagreements = 0
    for number, one in enumerate(certificates, start=1):
        try:
            name, wrong = _judge(one)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            name, wrong = f"certificate {number}", [f"is none: {error!r}"]
        disagreements += bool(wrong)
        print(name, "; ".join(wrong) or "agrees")
    return 1 if disagreements else 0


def _judge(certificate: Any) -> tuple[str, list[str]]:
    if "combination" in certificate:
        return "combination", check_combination(certificate)
    trace = certificate["trace"]
    return str(trace["programme"]["reference"]), verify(certificate["programme"], trace)


def _stated_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that states a name twice would say one thing here and another elsewhere."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is stated twice in one object")
    return found


if __name__ == "__main__":
    sys.exit(main())
