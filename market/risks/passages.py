"""Text that several bids share and the job does not: exact shingles, without any model."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

LENGTH = 12  # characters of a shingle, punctuation and spaces left out
COMMON_PHRASE = 10  # a shingle in more bids than this is a phrase of the trade
K = TypeVar("K")
_SILENT = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Shared:
    """What two texts share: Jaccard's index of their shingles, and the longest passages."""

    similarity: float
    passages: tuple[str, ...]


def shingles(text: str) -> set[str]:
    """Every run of twelve characters that mean something."""
    bare = _SILENT.sub("", text.casefold())
    return {bare[start : start + LENGTH] for start in range(len(bare) - LENGTH + 1)}


def shared_texts(
    texts: Mapping[K, str], given: str, *, least_similarity: float, least_shingles: int
) -> dict[tuple[K, K], Shared]:
    """The pairs of texts that share much; what stands in `given` (the job itself) counts for nothing."""
    known = shingles(given)
    sets = {key: shingles(text) - known for key, text in texts.items()}
    holders: dict[str, list[K]] = defaultdict(list)
    for key, own in sets.items():
        for shingle in own:
            holders[shingle].append(key)
    counts = Counter(
        pair
        for keys in holders.values()
        if 1 < len(keys) <= COMMON_PHRASE
        for pair in combinations(keys, 2)
    )
    found = {}
    for (first, second), count in counts.items():
        similarity = count / (len(sets[first]) + len(sets[second]) - count)
        if count >= least_shingles and similarity >= least_similarity:
            both = sets[first] & sets[second]
            found[first, second] = Shared(similarity, longest_passages(texts[first], both))
    return found


def longest_passages(text: str, common: set[str], *, at_most: int = 5) -> tuple[str, ...]:
    """The longest stretches of a text that are made of common shingles, as they were written."""
    places = [place for place, sign in enumerate(text) if not _SILENT.fullmatch(sign)]
    bare = "".join(text[place] for place in places).casefold()
    found, start, end = [], None, 0
    for position in range(max(len(bare) - LENGTH + 1, 0)):
        if bare[position : position + LENGTH] not in common:
            continue
        if start is None or position > end:
            if start is not None:
                found.append(text[places[start] : places[end - 1] + 1])
            start = position
        end = position + LENGTH
    if start is not None:
        found.append(text[places[start] : places[end - 1] + 1])
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True)[:at_most])
