"""The list of cases as a file."""

from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export, status
from market.risks import words

CASES = Export(
    N_("Red flags"),
    (
        (N_("Number"), "text", "number"),
        (N_("Flag"), "text", "code"),
        (N_("Title"), "text", lambda case: _(words.FLAGS[case.code].title)),
        (N_("Concerns"), "text", lambda case: _(words.GROUPS[case.group])),
        (N_("Name"), "text", "subject_name"),
        (N_("Value"), "number", "value"),
        (N_("Status"), "text", status("flag")),
        (N_("Found on"), "datetime", "found_at"),
        (
            N_("Decision"),
            "text",
            lambda case: _(words.DECISIONS[case.decision]) if case.decision else "",
        ),
        (N_("Reasons"), "text", "reasons"),
        (N_("Decided"), "datetime", "decided_at"),
    ),
)
