"""What the pages of fairs show, in the reader's language."""

from collections.abc import Iterable
from typing import Any

from market.directory import words
from market.fairs.models import Fair, FairMeeting, FairRegistration, FairTimetable
from market.fairs.scoring import FULL
from market.fairs.states import Attendance, Outcome, Side
from market.kit import clock
from market.kit.i18n import N_
from market.kit.i18n import gettext as _

SIDES = {Side.BUYER: N_("Buyer"), Side.SUPPLIER: N_("Supplier")}
ATTENDANCES = {
    Attendance.BOTH: N_("Both came"), Attendance.BUYER_ABSENT: N_("The buyer did not come"),
    Attendance.SUPPLIER_ABSENT: N_("The supplier did not come"), Attendance.NEITHER: N_("Nobody came"),
}  # fmt: skip
OUTCOMES = {
    Outcome.OPEN: N_("Still talking"), Outcome.INTENT: N_("Intent to contract"),
    Outcome.DEAL: N_("Deal"), Outcome.NONE: N_("Nothing came of it"),
}  # fmt: skip
MODELS = {
    "flow": N_("b-matching, slots by edge colouring"),
    "flow+slots": N_("b-matching, slots by an integer programme"),
    "slots": N_("integer programme over pairs and slots"),
}


def choices(labels: dict[Any, str]) -> list[tuple[str, str]]:
    """Coded words as a select takes them."""
    return [(code.value, _(text)) for code, text in labels.items()]


def side(row: FairRegistration) -> str:
    """On which side of a table a party sits."""
    return _(SIDES[row.side])


def outcome(meeting: FairMeeting) -> str:
    """What came of a meeting."""
    return _(OUTCOMES[meeting.outcome])


def attendance(meeting: FairMeeting) -> str:
    """Who came; empty while nobody has said."""
    return _(ATTENDANCES[meeting.attendance]) if meeting.attendance else ""


def slot(fair: Fair, position: int) -> str:
    """A slot by its times on the Chinese clock: 09:00-09:20."""
    begin, end = (clock.in_china(at) for at in (fair.slot_start(position), fair.slot_end(position)))
    return f"{begin:%H:%M}–{end:%H:%M}"


def slot_choices(fair: Fair) -> list[tuple[str, str]]:
    """Every slot, from 1, with its times."""
    return [(str(n + 1), f"{n + 1} · {slot(fair, n)}") for n in range(fair.slots)]


def reasons(meeting: FairMeeting) -> list[str]:
    """Why two parties meet."""
    return [_(one["msgid"], **one["params"]) for one in meeting.reasons]


def points(ten_thousandths: int) -> str:
    """A score as points of a hundred."""
    return f"{ten_thousandths / FULL * 100:.1f}"


def facts_of(fair: Fair) -> list[tuple[str, str]]:
    """The terms of a fair."""
    begin = clock.in_china(fair.starts_at)
    ends = clock.in_china(fair.ends_at)
    room = _("%(slots)s slots of %(minutes)s minutes, %(tables)s tables", slots=fair.slots,
             minutes=fair.slot_minutes, tables=fair.tables)  # fmt: skip
    who = [words.joined(fair.modalities) or _("all kinds of data")]
    if fair.is_regional:
        who.append(_("organisations of the region"))
    return [
        (_("When"), f"{begin:%Y-%m-%d %H:%M}–{ends:%H:%M}"),
        (_("How to join") if fair.is_online else _("Where"), fair.venue),
        (_("Region"), words.place(fair.region_code)),
        (_("Meetings"), room),
        (_("Who may come"), " · ".join(who)),
        (_("Registration period"), _("from %(start)s to %(end)s", start=_minute(fair.opens_at),
                              end=_minute(fair.closes_at))),
        (_("Meetings wished for each party"), str(fair.min_meetings)),
    ]  # fmt: skip


def _minute(at: Any) -> str:
    return f"{clock.in_china(at):%Y-%m-%d %H:%M}"


def proof_of(timetable: FairTimetable, meetings: Iterable[FairMeeting]) -> list[tuple[str, str]]:
    """The proof of a timetable: objective, bound, gap, model, and what it rests on."""
    return [
        (_("Who takes part"), _("%(buyers)s buyers, %(suppliers)s suppliers, %(pairs)s pairs that suit",
                         buyers=timetable.buyers, suppliers=timetable.suppliers,
                         pairs=timetable.pairs)),
        (_("Meetings"), str(len(list(meetings)))),
        (_("Total score"), points(timetable.objective)),
        (_("No timetable can exceed"), points(timetable.bound)),
        (_("Gap"), points(timetable.bound - timetable.objective)),
        (_("Model"), _(MODELS[timetable.model])),
        (_("Computed in"), _("%(seconds)s seconds", seconds=f"{timetable.took_ms / 1000:.2f}")),
    ]  # fmt: skip
