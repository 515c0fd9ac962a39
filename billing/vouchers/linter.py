"""What is wrong or unusual in a programme's rule, before it binds anybody."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from billing.vouchers.predicates import (
    All,
    Compare,
    Comparison,
    In,
    Membership,
    Not,
    Predicate,
    leaves,
)
from billing.vouchers.requirements import requirements_of
from billing.vouchers.rules import CapLevel, Programme, Tier
from billing.vouchers.splitting import splitting_gains
from market.kit.i18n import N_

Severity = Literal["error", "warning"]
MESSAGES: Mapping[str, str] = {
    "contradiction": N_("Nobody can meet this condition: %(what)s"),
    "opposite": N_("This condition and %(other)s exclude each other"),
    "unknown_fact": N_("No claim ever states %(what)s"),
    "spend_excluded": N_("Every category the rule pays for is excluded again"),
    "tier_unreachable": N_("Rate %(number)s is never reached: rate %(other)s applies before it"),
    "level_unreachable": N_("Level %(number)s of this cap is never reached"),
    "steps_order": N_("The steps do not rise"),
    "cap_above_pool": N_("The cap is above the whole budget"),
    "amount_above_cap": N_("The amount is above a cap on it"),
    "window": N_("The window closes before it opens"),
    "window_outside": N_("The window lies outside the time the rule is in force"),
    "splitting": N_("Splitting a contract raises the total: %(what)s"),
    "missing": N_("Not published: %(what)s"),
    "unbounded": N_("Neither a cap nor a budget bounds what is granted"),
    "no_source": N_("Neither a document number nor an address proves the rule"),
    "review_order": N_("The budget is reserved before the review ends"),
}
_ERRORS = {"contradiction", "opposite", "unknown_fact", "spend_excluded", "tier_unreachable",
           "level_unreachable", "steps_order", "window", "window_outside"}  # fmt: skip
_FACTS = {
    "subject.org_type", "subject.region_code", "subject.regions", "subject.size",
    "subject.credit_clean_years", "subject.group", "subject.tags", "counterparty.id",
    "counterparty.related", "counterparty.listed_supplier", "counterparty.listed_product",
    "counterparty.via_data_exchange", "counterparty.via_platform", "counterparty.local_supplier",
    "claimant", "contract_id", "contract_signed_on", "batch", "flags", "as_of", "as_of_date",
    "programme", "other_grants_fen", "other_grant_levels", "spend.categories",
    "spend.counted_lines", "spend.events", "history.claims", "history.years",
    "history.same_contract", "history.same_contract_elsewhere",
    "history.same_contract_other_claimant",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One remark on a rule: its code, the place it concerns, and what the sentence names."""

    code: str
    place: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """An error contradicts the rule itself; a warning is lawful and may still be meant."""
        return "error" if self.code in _ERRORS else "warning"

    def sentence(self, translate: Callable[[str], str] = lambda msgid: msgid) -> str:
        """The remark in words, through whichever gettext the caller passes."""
        return translate(MESSAGES[self.code]) % self.params

    def as_row(self) -> dict[str, Any]:
        """The remark as JSON data."""
        return {
            "severity": self.severity,
            "code": self.code,
            "place": self.place,
            "text": self.sentence(),
        }


def lint(programme: Programme) -> list[Finding]:
    """Every remark on a rule, errors first, each kind in the order of the rule."""
    checks = (_conditions, _spend, _tiers, _caps, _windows, _splitting, _missing, _workflow)
    findings = [finding for check in checks for finding in check(programme)]
    return sorted(findings, key=lambda one: one.severity)


def _conditions(programme: Programme) -> Iterator[Finding]:
    """Conditions that contradict themselves or each other, or read a fact nobody states."""
    stated = list(requirements_of(programme))
    for place, requirement in stated:
        for leaf in leaves(requirement.test):
            if leaf.path not in _FACTS:
                yield Finding("unknown_fact", place, {"what": leaf.path})
    necessary = [(place, leaf) for place, one in stated for leaf in _necessary(one.test)]
    for index, (place, leaf) in enumerate(necessary):
        if isinstance(leaf, Membership) and not leaf.values and place != "spend.categories":
            yield Finding("contradiction", place, {"what": leaf.path})
        for other, earlier in necessary[:index]:
            if _exclude(earlier, leaf):
                code = "contradiction" if other == place else "opposite"
                yield Finding(code, place, {"what": leaf.path, "other": other})


def _necessary(test: Predicate) -> Iterator[Comparison | Membership]:
    """The conditions on single facts without which the whole cannot hold."""
    match test:
        case All(all=parts):
            for part in parts:
                yield from _necessary(part)
        case Compare(compare=comparison):
            yield comparison
        case In(membership=membership):
            yield membership
        case Not(negated=Compare(compare=Comparison(op="ne") as inner)):
            yield inner.model_copy(update={"op": "eq"})


def _exclude(one: Comparison | Membership, two: Comparison | Membership) -> bool:
    """Whether no single value satisfies both; lists of facts may always satisfy two memberships."""
    if one.path != two.path:
        return False
    if isinstance(one, Membership) and isinstance(two, Membership):
        single = one.path in ("subject.org_type", "subject.size", "claimant")
        return single and not set(one.values) & set(two.values)
    if isinstance(one, Comparison) and isinstance(two, Comparison):
        return type(one.value) is type(two.value) and not _meet(one, two)
    return False


def _meet(one: Comparison, two: Comparison) -> bool:
    """Whether the two half-lines share a point (numbers and texts are dense enough for that)."""
    for low, high in ((one, two), (two, one)):
        if low.op in ("gt", "ge", "eq") and high.op in ("lt", "le", "eq"):
            both_closed = low.op != "gt" and high.op != "lt"
            fits = low.value <= high.value if both_closed else low.value < high.value  # type: ignore[operator]  # of one type: the caller checked
            if not fits:
                return False
    return not (one.value == two.value and {one.op, two.op} == {"eq", "ne"})


def _spend(programme: Programme) -> Iterator[Finding]:
    wanted = programme.spend.categories
    if wanted is not None and not set(wanted) - set(programme.spend.excluded):
        yield Finding("spend_excluded", "spend")


def _tiers(programme: Programme) -> Iterator[Finding]:
    tiers = programme.tiers or ()
    limits = [
        level.limit for cap in programme.caps if cap.unit == "fen" for level in cap.levels
        if level.limit is not None
    ]  # fmt: skip
    for index, tier in enumerate(tiers):
        place = f"tiers[{index}]"
        for before, earlier in enumerate(tiers[:index]):
            if _shadows(earlier, tier):
                yield Finding("tier_unreachable", place, {"number": index + 1, "other": before + 1})
                break
        steps = tier.steps or ()
        if any(a.from_fen >= b.from_fen or a.fen >= b.fen for a, b in zip(steps, steps[1:])):  # noqa: B905, RUF007 - neighbours
            yield Finding("steps_order", place)
        if limits and (tier.flat_fen or 0) > min(limits):
            yield Finding("amount_above_cap", place)


def _shadows(earlier: Tier, later: Tier) -> bool:
    """Whether every claim that meets the later tier has already met the earlier one."""
    if earlier.event != later.event:
        return False
    if earlier.when is not None and earlier.when != later.when:
        return False
    if earlier.threshold is None:
        return earlier.steps is None
    return (
        later.threshold is not None
        and later.threshold.on == earlier.threshold.on
        and later.threshold.min_fen >= earlier.threshold.min_fen
    )


def _caps(programme: Programme) -> Iterator[Finding]:
    budgets = [pool.fen for pool in programme.funding.pools]
    for cap in programme.caps:
        levels: tuple[CapLevel, ...] = cap.levels
        for index, level in enumerate(levels):
            if any(one.when in (None, level.when) for one in levels[:index]):
                yield Finding("level_unreachable", f"caps.{cap.name}", {"number": index + 1})
            if cap.unit == "fen" and budgets and (level.limit or 0) > min(budgets):
                yield Finding("cap_above_pool", f"caps.{cap.name}")


def _windows(programme: Programme) -> Iterator[Finding]:
    validity = programme.validity
    spans = {
        "validity": (validity.opens, validity.closes),
        "effective": (programme.effective_from, programme.effective_to),
    }
    for place, (start, end) in spans.items():
        if start and end and start[:10] > end[:10]:
            yield Finding("window", place)
    late = validity.opens and programme.effective_to and validity.opens > programme.effective_to
    early = validity.closes and programme.effective_from
    if late or (early and str(validity.closes) < str(programme.effective_from)):
        yield Finding("window_outside", "validity")


def _splitting(programme: Programme) -> Iterator[Finding]:
    """V7: a rule under which two contracts are granted more than the one they were cut from."""
    for gain in splitting_gains(programme):
        yield Finding("splitting", gain.place, {"what": gain.what})


def _missing(programme: Programme) -> Iterator[Finding]:
    for term in programme.missing_terms():
        yield Finding("missing", term, {"what": term})
    if programme.document is None and programme.url is None:
        yield Finding("no_source", "document")
    capped = any(cap.unit == "fen" for cap in programme.caps)
    if not capped and not programme.funding.pools:
        yield Finding("unbounded", "caps")


def _workflow(programme: Programme) -> Iterator[Finding]:
    names = [step.step for step in programme.workflow]
    decided = [
        n for n in ("district_review", "city_review", "expert_review", "approve") if n in names
    ]
    if "reserve" in names and any(names.index("reserve") < names.index(n) for n in decided):
        yield Finding("review_order", "workflow")
