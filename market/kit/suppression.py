"""Small cells of published tables: merged, so that no reader can work out a single deal."""

from collections.abc import Mapping

MINIMUM = 5


def merge_small(
    counts: Mapping[str, int], *, minimum: int = MINIMUM
) -> tuple[list[str], list[str]]:
    """Cells that may stand alone (largest first), and those that may appear only as one merged row.

    A cell below `minimum` never stands alone. The merged rest must reach the minimum itself, else
    the smallest cells shown join it: otherwise the total would give the rest away. When the whole
    table is below the minimum both lists are empty: nothing of it may be shown.
    """
    filled = {key: n for key, n in counts.items() if n}
    if sum(filled.values()) < minimum:
        return [], []
    ordered = sorted(filled, key=lambda key: (-filled[key], key))
    alone = [key for key in ordered if filled[key] >= minimum]
    rest = [key for key in ordered if filled[key] < minimum]
    while rest and sum(filled[key] for key in rest) < minimum:
        rest.insert(0, alone.pop())
    return alone, rest
