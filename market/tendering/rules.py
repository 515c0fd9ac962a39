"""The rules in force for a draft: the procedure's, the pool's, the job's own, and what bureaus lock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError

from market.kit.forms import field_errors
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.money import allocate, format_yuan
from market.tendering.models import Job
from market.tendering.posting_models import ProcedureLock
from market.tendering.procedures import CRITERIA, PILOT, PROCEDURES, ProcedureConfig
from market.tendering.states import JobStatus

Kind = Literal["number", "days", "points", "money", "flag", "choice"]
TIE_RULES: Mapping[str, str] = {
    "earlier": N_("the bid submitted earlier"),
    "faster": N_("the shorter delivery time, then the bid submitted earlier"),
    "draw": N_("a draw from the digest of the opening transcript"),
}


class Rule(NamedTuple):
    """A value of the procedure: how it is called, what it is counted in, what it decides."""

    label: str
    kind: Kind
    help: str = ""


RULES: Mapping[str, Rule] = {
    "minimum_bids": Rule(N_("Minimum number of bids"), "number", N_("With fewer, no bid is opened.")),
    "enquiry_days": Rule(N_("Time for questions"), "days", N_("from publication, at least")),
    "bidding_days": Rule(N_("Time for bids"), "days", N_("from publication, at least")),
    "answer_days": Rule(N_("Between questions and bids"), "days", N_("bids close this long after the questions")),
    "amendment_days": Rule(N_("Time after an amendment"), "days", N_("an amendment leaves at least this long")),
    "objection_days": Rule(N_("Time for objections"), "days", N_("before a direct award is decided")),
    "stand_still_days": Rule(N_("Standstill"), "days", N_("between the decision and the contract")),
    "judges_needed": Rule(N_("Judges"), "number", N_("whose sheets must be in before an award")),
    "judging_days": Rule(N_("Time for judging"), "days", N_("from the opening until every sheet is handed in")),
    "maximum_awards": Rule(N_("Winners at most"), "number", N_("of a job without lots")),
    "key_threshold": Rule(N_("Key shares for the opening"), "number", N_("of three: buyer, platform, bureau")),
    "two_envelopes": Rule(N_("Two envelopes"), "flag", N_("prices stay sealed until the rest is judged")),
    "needs_review": Rule(N_("Review before publishing"), "flag", N_("by the bureau that asks for it")),
    "maximum_budget_fen": Rule(N_("Highest budget of the procedure"), "money"),
    "low_price_percent": Rule(N_("Low prices to explain"), "number", N_("below this share of the mean, in per cent")),
    "bid_deposit_fen": Rule(N_("Bid deposit"), "money", N_("at most 2 % of the budget")),
    "performance_deposit_percent": Rule(N_("Performance deposit, per cent"), "number", N_("of the award, at most 10")),
    "tie_rule": Rule(N_("Between equal offers"), "choice", N_("decides who is ahead")),
    **{f"weights.{name}": Rule(label, "points") for name, label in {
        "price": N_("Weight of the price"), "pilot": N_("Weight of the pilot"),
        "technical": N_("Weight of the technical proposal"),
        "quality": N_("Weight of quality assurance"), "schedule": N_("Weight of the schedule"),
        "qualification": N_("Weight of qualification and record"),
    }.items()},
}  # fmt: skip
# What makes a procedure what it is, or belongs to a bureau: no job sets it for itself.
FIXED = frozenset({
    "invited_only", "pool_only", "needs_reason", "needs_review", "separate_enquiries",
    "objection_days", "maximum_budget_fen",
})  # fmt: skip
SHOWN_IF_SET = frozenset({"objection_days", "bid_deposit_fen", "performance_deposit_percent"})
Source = dict[str, str]


@dataclass(frozen=True)
class Effective:
    """What a draft would be let by: the config (none when it contradicts itself), where each value
    comes from, and what its owner must change first.
    """

    config: ProcedureConfig | None
    sources: dict[str, Source] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def effective(
    job: Job, locks: Iterable[ProcedureLock] = (), competition: Mapping[str, Any] | None = None
) -> Effective:
    """The rules of a draft. A lock of a higher region stands above one of a lower."""
    own = dict(job.procedure_config or {})
    procedure = PROCEDURES.get(job.procedure)
    values: dict[str, Any] = {
        **ProcedureConfig.model_construct().model_dump(mode="json"),
        **(procedure.config if procedure else {}), **(competition or {}), **own,
    }  # fmt: skip
    sources = {name: {"from": "job"} for name in own}
    sources |= {name: {"from": "pool"} for name in competition or {} if name not in own}
    problems: dict[str, str] = {}
    if job.status == JobStatus.DRAFT and (forbidden := sorted(FIXED & own.keys())):
        problems["procedure"] = _("%(name)s: the procedure decides it", name=forbidden[0])
    for lock in sorted(locks, key=lambda one: one.region_code.rstrip("0"), reverse=True):
        if not _is_bound(lock, job):
            continue
        if problem := _apply(lock, values, is_own=lock.field.split(".")[0] in own):
            problems[form_field(lock.field)] = problem
        sources[lock.field] = {
            "from": "lock", "lock": str(lock.id), "by": lock.bureau.name,
            "is_fixed": "yes" if lock.value is not None else "", "bureau": str(lock.bureau_id), "rule": sentence(lock),
        }  # fmt: skip
    if "weights" not in own:
        _rebalance(values, sources)
    try:
        return Effective(ProcedureConfig.model_validate(values), sources, problems)
    except ValidationError as exc:
        found = {form_field(name): text for name, text in field_errors(exc).items()}
        return Effective(None, sources, {**found, **problems})


def _is_bound(lock: ProcedureLock, job: Job) -> bool:
    return lock.procedure in ("*", job.procedure) and lock.industry in ("", job.industry)


def form_field(name: str) -> str:
    """The field of the wizard in which a rule is typed, or in which what breaks it stands."""
    head, _dot, rest = name.partition(".")
    if head == "weights":
        return rest or "price"
    if head == "pilot":
        return f"pilot_{rest}" if rest else "pilot_metric"
    return head or "procedure"


def value_of(values: Mapping[str, Any], name: str) -> Any:
    """A value by its dotted name."""
    head, _dot, rest = name.partition(".")
    found = values.get(head)
    return (found or {}).get(rest) if rest else found


def _set(values: dict[str, Any], name: str, value: Any) -> None:
    head, _dot, rest = name.partition(".")
    values[head] = {**values[head], rest: value} if rest else value


def _apply(lock: ProcedureLock, values: dict[str, Any], *, is_own: bool) -> str:
    """Bring a value under a lock; the problem when the owner typed one that breaks a limit."""
    if lock.value is not None:
        _set(values, lock.field, lock.value)
        return ""
    present = value_of(values, lock.field) or 0
    lowest, highest = lock.minimum, lock.maximum
    kept = max(present, lowest) if lowest is not None else present
    kept = min(kept, highest) if highest is not None else kept
    if kept == present:
        return ""
    if is_own:
        return _("%(label)s: %(rule)s", label=_(RULES[lock.field].label), rule=attributed(lock))
    _set(values, lock.field, kept)
    return ""


def _rebalance(values: dict[str, Any], sources: Mapping[str, Source]) -> None:
    """Let the criteria no bureau has set share what is left of the 100 points."""
    weights = dict(values["weights"])
    if values.get("pilot") is None:
        weights.pop(PILOT, None)
    free = [name for name in CRITERIA if weights.get(name) and f"weights.{name}" not in sources]
    left = 100 - sum(points for name, points in weights.items() if name not in free)
    if (
        not free
        or left <= 0
        or (weights == values["weights"] and left == sum(weights[n] for n in free))
    ):
        return
    shares = allocate(left, [weights[name] for name in free])
    values["weights"] = {**weights, **dict(zip(free, shares, strict=True))}


def sentence(lock: ProcedureLock) -> str:
    """What a lock demands, in words: “at least 5 working days”."""
    kind = RULES[lock.field].kind
    if lock.value is not None:
        return shown(kind, lock.value)
    parts = []
    if lock.minimum is not None:
        parts.append(_("at least %(value)s", value=shown(kind, lock.minimum)))
    if lock.maximum is not None:
        parts.append(_("at most %(value)s", value=shown(kind, lock.maximum)))
    return _(", ").join(parts)


def attributed(lock: ProcedureLock) -> str:
    """A lock as its owner reads it: who demands what, and why."""
    why = " ".join(part for part in (lock.document, lock.reason) if part)
    return _("set by %(by)s: %(rule)s (%(why)s)", by=lock.bureau.name, rule=sentence(lock), why=why)


def shown(kind: Kind, value: Any) -> str:
    """A value of a rule with its unit, in the reader's language."""
    if kind == "flag":
        return _("yes") if value else _("no")
    if kind == "choice":
        return _(TIE_RULES[value]) if value in TIE_RULES else str(value)
    if kind == "days":
        return _("%(days)s working days", days=value)
    if kind == "money":
        return f"¥{format_yuan(value)}" if value is not None else "—"
    return _("%(points)s points", points=value or 0) if kind == "points" else str(value)


def own_rules(job: Job) -> dict[str, Any]:
    """What the owner itself had set, of a job whose rules are frozen: for a draft that came back."""
    return {
        name: value
        for name, value in job.procedure_config.items()
        if job.procedure_sources.get(name, {}).get("from") == "job"
    }


def hints(job: Job, ruled: Effective) -> dict[str, dict[str, Any]]:
    """For each rule of the wizard: what would be in force if the field stays empty, and who says so."""
    plain = effective(job).config if ruled.config is None else ruled.config
    values = plain.model_dump(mode="json") if plain else {}
    found = {}
    for name, rule in RULES.items():
        source = ruled.sources.get(name, {})
        value = value_of(values, name)
        found[form_field(name)] = {
            "label": _(rule.label), "help": _(rule.help) if rule.help else "",
            "value": shown(rule.kind, value) if value is not None else "",
            "lock": _("set by %(by)s: %(rule)s", by=source["by"], rule=source["rule"])
            if source.get("from") == "lock" else "",
            "is_fixed": bool(source.get("is_fixed")),
        }  # fmt: skip
    return found


def explained(config: ProcedureConfig, sources: Mapping[str, Source]) -> Sequence[dict[str, str]]:
    """Every rule of a job with its value and who set it, for its page."""
    values = config.model_dump(mode="json")
    words = {"procedure": _("the procedure"), "pool": _("the pool"), "job": _("the owner")}
    rows = []
    for name, rule in RULES.items():
        value = value_of(values, name)
        if value is None or (not value and (rule.kind == "points" or name in SHOWN_IF_SET)):
            continue
        source = sources.get(name) or sources.get(name.split(".")[0]) or {"from": "procedure"}
        by = source.get("by") or words.get(source["from"], source["from"])
        rows.append({"label": _(rule.label), "value": shown(rule.kind, value), "by": by})
    return rows
