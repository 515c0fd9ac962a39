"""One status as a page shows it."""

from typing import Literal, NamedTuple

Tone = Literal["neutral", "info", "waiting", "success", "danger", "muted"]


class StatusTone(NamedTuple):
    """Colour, icon (a key of `ICONS` in `templates/_macros/icons.html`) and English msgid."""

    tone: Tone
    icon: str
    label: str
