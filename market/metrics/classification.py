"""Classes against their gold: accuracy, precision, recall and F1."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

Average = Literal["micro", "macro"]
Part = Literal["precision", "recall", "f1"]
Pairs = Sequence[tuple[str, str | None]]  # gold, submitted or None


def accuracy(pairs: Pairs) -> float:
    """The share of items with the gold class, 0 to 1; an unanswered item is a wrong one."""
    return sum(gold == given for gold, given in pairs) / len(pairs)


def precision_recall_f1(pairs: Pairs, *, part: Part, average: Average) -> float:
    """Precision, recall or F1, 0 to 1: micro over all decisions, macro the mean over the classes.

    An unanswered item is missed, and found of no class. A class without decisions counts 0.
    """
    hits = Counter(gold for gold, given in pairs if gold == given)
    golden = Counter(gold for gold, _given in pairs)
    named = Counter(given for _gold, given in pairs if given is not None)
    if average == "micro":
        return of_counts(sum(hits.values()), named.total(), golden.total(), part)
    classes = sorted(golden.keys() | named.keys())
    return sum(of_counts(hits[c], named[c], golden[c], part) for c in classes) / len(classes)


def of_counts(hits: int, named: int, golden: int, part: Part) -> float:
    """The measure from how many were right, how many were named, how many there are; 0 of nothing."""
    if part == "precision":
        return hits / named if named else 0.0
    if part == "recall":
        return hits / golden if golden else 0.0
    return 2 * hits / (named + golden) if named + golden else 0.0
