"""Who may use which route: one line a route, in access/<package>.txt. A new route needs its line.

Second column: `all` anybody; `person` any signed-in person; `member verified` of any organisation,
of a verified one; `demand firm bureau operator base` any organisation of these kinds; `A:buyer
A:seller A:parties` the members of A's own organisation, with `+operator` or `+bureau` (of A's
region) where they may read too; `nobody`. Where it begins with A the row in the third column is A's
own, and everybody else is told 404. Third column: the rows that fill the path, in its order. A line
may begin with a method that has other rules than the rest.
"""

from dataclasses import dataclass
from pathlib import Path

BUYER = frozenset({"buyer_a", "viewer_a"})
SELLER = frozenset({"supplier_a", "viewer_firm_a"})
GROUPS: dict[str, frozenset[str]] = {
    "person": frozenset(
        {*BUYER, *SELLER, "buyer_b", "supplier_b", "bureau_a", "bureau_b", "operator",
         "unverified", "homeless"}
    ),
    "demand": frozenset({*BUYER, "buyer_b", "unverified"}),
    "firm": frozenset({*SELLER, "supplier_b"}),
    "bureau": frozenset({"bureau_a", "bureau_b"}),
    "operator": frozenset({"operator"}),
    "A:buyer": BUYER, "A:seller": SELLER, "A:parties": BUYER | SELLER, "A:self": frozenset({"buyer_a"}),
    "bureau_a": frozenset({"bureau_a"}), "A:bureau": frozenset({"bureau_a"}),
    "A:host": frozenset({"bureau_a"}), "base": frozenset(), "A:fair": BUYER | SELLER | {"bureau_a"},
    "nobody": frozenset(),
}  # fmt: skip
GROUPS["all"] = GROUPS["person"] | {"anonymous"}
GROUPS["member"] = GROUPS["person"] - {"homeless"}
GROUPS["verified"] = GROUPS["member"] - {"unverified"}


@dataclass(frozen=True)
class Rule:
    """Who is let through, whether others are told 404, and what fills the path."""

    allowed: frozenset[str]
    is_private: bool
    rows: tuple[str, ...]

    @classmethod
    def read(cls, who: str, *rows: str) -> "Rule":
        """A line of the table."""
        allowed = frozenset().union(*(GROUPS[name] for name in who.split("+")))
        return cls(allowed, who.startswith("A:") or who == "nobody", rows)


TABLES = Path(__file__).with_name("access")  # a file for each package, pages first
METHODS = ("GET ", "POST ")


def _key(line: str) -> tuple[str, list[str]]:
    method = next((method for method in METHODS if line.startswith(method)), "")
    name, *rest = line.removeprefix(method).split()
    return method + name, rest


RULES: dict[str, Rule] = {
    key: Rule.read(*rest)
    for table in sorted(TABLES.glob("*.txt"))
    for key, rest in map(_key, table.read_text().splitlines())
}


def rule_of(name: str, method: str) -> Rule | None:
    """The line of a route, or of one of its methods where they differ."""
    return RULES.get(f"{method} {name}") or RULES.get(name)
