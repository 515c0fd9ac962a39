"""The log of exchanges as a file."""

from market.exchange import words
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export

SYNCS = Export(
    N_("One network"),
    (
        (N_("Time of exchange"), "datetime", "at"),
        (N_("Peer"), "text", "peer.name"),
        (N_("Direction"), "text", lambda row: _(words.DIRECTIONS[row.direction])),
        (N_("Record collection"), "text", lambda row: _(words.COLLECTIONS[row.collection])),
        (N_("Records exchanged"), "integer", "records"),
        (N_("Records changed"), "integer", "changed"),
        (N_("Conflicts"), "integer", lambda row: len(row.conflicts)),
    ),
)
