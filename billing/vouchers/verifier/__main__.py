"""`python -m billing.vouchers.verifier FILE`: verify the decisions in a file."""

import argparse
import json
import sys
from pathlib import Path

from billing.vouchers.verifier import verify
from billing.vouchers.verifier.combinations import check_combination


def main(arguments: list[str] | None = None) -> int:
    """Verify a file of one certificate, `{"programme", "trace"}` or of a combination, or a list; 0 when all agree."""
    parser = argparse.ArgumentParser(description="Recompute voucher decisions from their trace.")
    parser.add_argument("file", type=Path)
    data = json.loads(parser.parse_args(arguments).file.read_text(encoding="utf-8"))
    disagreements = 0
    for one in data if isinstance(data, list) else [data]:
        if "combination" in one:
            name, wrong = "combination", check_combination(one)
        else:
            name = one["trace"]["programme"]["reference"]
            wrong = verify(one["programme"], one["trace"])
        disagreements += bool(wrong)
        print(name, "; ".join(wrong) or "agrees")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
