"""Calls, entries and published cases as files."""

from typing import Any

from market.directory.words import place, word
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.selection.states import CallKind

KINDS = {
    CallKind.BENCHMARK: N_("Benchmark firms"), CallKind.CASE: N_("Application cases"),
}  # fmt: skip


def figures_text(row: Any) -> str:
    """The effects in one text: 诊断用时 30 → 8 分钟."""
    return "；".join(
        f"{line['name']} {line['before']} → {line['after']} {line['unit']}" for line in row.figures
    )


CALLS = Export(N_("Calls"), (
    (N_("Number"), "text", "number"), (N_("Title"), "text", "title"),
    (N_("What is selected"), "text", lambda row: _(KINDS[row.kind])),
    (N_("Organiser"), "text", "organiser.name"),
    (N_("Region"), "text", lambda row: place(row.region_code)),
    (N_("Closes"), "datetime", "closes_at"), (N_("Places"), "integer", "places"),
))  # fmt: skip
ENTRIES = Export(N_("Entries handed in"), (
    (N_("Number"), "text", "number"), (N_("Call"), "text", "call.title"),
    (N_("What is selected"), "text", lambda row: _(KINDS[row.call.kind])),
    (N_("Applicant"), "text", "applicant.name"), (N_("Title"), "text", "title"),
    (N_("Industry"), "text", lambda row: word(row.industry)),
    (N_("Figures of the effect"), "text", figures_text),
    (N_("Status"), "text", status("entry")), (N_("Handed in"), "datetime", "submitted_at"),
    (N_("Publicised until"), "datetime", "public_until"),
    (N_("Selected"), "datetime", "selected_at"), (N_("Valid until"), "date", "valid_until"),
))  # fmt: skip
