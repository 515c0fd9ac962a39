"""The flags and decisions in words."""

from collections.abc import Mapping
from typing import NamedTuple

from market.kit.i18n import N_
from market.risks.states import Decision


class Flag(NamedTuple):
    """What a flag is called, and why it is a reason to look."""

    title: str
    why: str
    unit: str = ""  # of its value: "%" for a share, "" where the value says nothing


FLAGS: Mapping[str, Flag] = {
    "R003": Flag(
        N_("Short submission period"),
        N_("Little time favours whoever knew of the job before it was published."),
    ),
    "R018": Flag(
        N_("A single bid"), N_("In a competitive procedure one bid may mean suppressed competition.")
    ),
    "R024": Flag(
        N_("Price close to the winning bid"),
        N_("An unusually small margin is what a cover bid leaves."), "%",
    ),
    "R025": Flag(
        N_("Bids often, hardly ever wins"),
        N_("A firm that mostly loses may bid to make competition look real."), "%",
    ),
    "R028": Flag(
        N_("Identical prices"), N_("Different firms rarely arrive at the same price by themselves.")
    ),
    "R030": Flag(N_("A late bid won"), N_("A bid received after the deadline was accepted and won.")),
    "R035": Flag(
        N_("All but the winner disqualified"),
        N_("Refusing everybody else leaves no competition; look at the reasons given."), "n",
    ),
    "R036": Flag(
        N_("The lowest bid disqualified"),
        N_("The cheapest offer was refused while a dearer one was awarded."),
    ),
    "R038": Flag(
        N_("Unusually many disqualified bids"),
        N_("The share is far above that of others; look whether the refusals hold."), "%",
    ),
    "R048": Flag(
        N_("Sells unusually different things"),
        N_("A firm that sells everything may not be fit for any of it."), "n",
    ),
    "R058": Flag(
        N_("Heavily discounted bid"),
        N_("A price far below all others may not be meant to be kept."), "%",
    ),
    "M001": Flag(
        N_("Bids share text or files"),
        N_("Passages that the job does not contain stand word for word in the bids of different firms."),
        "%",
    ),
    "M002": Flag(
        N_("Bids sent from the same device"),
        N_("The people who sent the bids of different firms were signed in from the same device."),
    ),
    "M003": Flag(
        N_("Related parties"),
        N_("Bidders are tied to each other or the buyer by people, telephone, address, account or shareholding."), "n",
    ),
    "M004": Flag(
        N_("Contracts split below a threshold"),
        N_("Several contracts of one buyer with one supplier lie just below the limit of a simpler procedure."),
        "n",
    ),
    "M005": Flag(
        N_("Orders in a circle"),
        N_("The parties buy from each other in turn; such turnover may exist on paper only."), "n",
    ),
}  # fmt: skip
DECISIONS: Mapping[Decision, str] = {
    Decision.INVESTIGATE: N_("Open an investigation"),
    Decision.SUMMON: N_("Invite the parties to a talk"),
    Decision.REMIND: N_("Send a reminder"),
    Decision.LEGITIMATE: N_("Looked into, nothing wrong"),
    Decision.WRONG_DATA: N_("The data are wrong"),
}
GROUPS: Mapping[str, str] = {
    "OCID": N_("Process"),
    "Buyer": N_("Buyer"),
    "ProcuringEntity": N_("Procuring entity"),
    "Tenderer": N_("Bidder"),
    "Parties": N_("Several parties"),
}
TIES: Mapping[str, str] = {
    "person": N_("the same person"), "phone": N_("the same telephone"),
    "address": N_("the same address"), "account": N_("the same bank account"),
    "shareholder": N_("the same shareholder"),
}  # fmt: skip
BID_STATUSES: Mapping[str, str] = {
    "pending": N_("Opened"),
    "valid": N_("Valid"),
    "disqualified": N_("Disqualified"),
}
