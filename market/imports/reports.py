"""What an import did: how many records of each kind, and why some were refused."""

from dataclasses import dataclass, field
from typing import Any, Literal

from market.imports.columns import KINDS, kind_label
from market.kit.i18n import gettext as _

Outcome = Literal["created", "updated", "unchanged", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("created", "updated", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was refused: its kind and number in the file, its id, the field, the sentence."""

    kind: str
    row: int
    record_id: str
    field: str
    sentence: str

    def __str__(self) -> str:
        where = _("%(kind)s, row %(row)s", kind=kind_label(self.kind), row=self.row)
        if self.record_id:
            where = _("%(where)s (%(id)s)", where=where, id=self.record_id)
        return _("%(where)s, %(field)s: %(why)s", where=where, field=self.field or "—",
                 why=self.sentence)  # fmt: skip


@dataclass(slots=True)
class ImportReport:
    """Counts by kind, refusals in the order of the file, and notes on what was left out."""

    file: str
    counts: dict[str, dict[Outcome, int]] = field(default_factory=dict)
    rows: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problem: str = ""  # why the file as a whole could not be read
    seconds: float = 0.0

    @property
    def errors(self) -> list[str]:
        """A sentence for each refusal, naming row and field."""
        return ([self.problem] if self.problem else []) + [str(error) for error in self.rows]

    @property
    def total(self) -> int:
        """How many records the file had."""
        return sum(sum(counted.values()) for counted in self.counts.values())

    def count(self, kind: str, outcome: Outcome) -> None:
        """Count one record."""
        counted = self.counts.setdefault(kind, dict.fromkeys(OUTCOMES, 0))
        counted[outcome] += 1

    def as_dict(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "file": self.file,
            "counts": {kind: dict(self.counts[kind]) for kind in KINDS if kind in self.counts},
            "errors": self.errors,
            "notes": self.notes,
            "seconds": round(self.seconds, 2),
        }

    def lines(self) -> list[tuple[str, dict[Outcome, int]]]:
        """(kind in words, counts) in a fixed order."""
        return [(kind_label(kind), self.counts[kind]) for kind in KINDS if kind in self.counts]

    def summary(self) -> str:
        """The report for people: a line for each kind."""
        lines = [
            _(
                "%(kind)s: %(created)s created, %(updated)s updated, %(unchanged)s unchanged,"
                " %(refused)s refused", kind=label, **counted,
            )
            for label, counted in self.lines()
        ]  # fmt: skip
        lines += [_("Note: %(text)s", text=note) for note in self.notes]
        return "\n".join(lines or [_("The file has no records")])
