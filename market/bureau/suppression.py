"""Small cells of published tables; the rule is the kit's, so that nouns below the bureau obey it too."""

from market.kit.suppression import MINIMUM, merge_small

__all__ = ["MINIMUM", "merge_small"]
