"""Language: English msgids in the code, one Chinese catalogue per package merged at start."""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALES = Path(__file__).resolve().parent.parent / "locales"
DEFAULT = "zh_CN"
SUPPORTED = {"zh_CN": "中文", "en": "English"}
_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT)


@dataclass(frozen=True, slots=True)
class Translations:
    """The texts of a language by their msgids."""

    texts: Mapping[str, str]

    def gettext(self, msgid: str) -> str:
        """The text of a msgid; one without a text is its own."""
        return self.texts.get(msgid, msgid)


@cache
def translations(locale: str) -> Translations:
    """The merged catalogue of a locale (English needs none: its msgids are the texts)."""
    texts: dict[str, str] = {}
    for path in sorted((LOCALES / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if message.id and message.string and not message.fuzzy:
                    texts[str(message.id)] = str(message.string)
    return Translations(texts)


def current_locale() -> str:
    """The locale of this request or task."""
    return _locale.get()


def use_locale(locale: str) -> None:
    """Set the locale for the rest of this request or task."""
    _locale.set(locale if locale in SUPPORTED else DEFAULT)


def gettext(msgid: str, **params: Any) -> str:
    """The text of `msgid` in the current language, with named %(x)s parameters filled in."""
    text = translations(_locale.get()).gettext(msgid) if msgid else ""
    return text % params if params else text


def N_(msgid: str) -> str:
    """Mark a msgid that is translated later, where it is shown."""
    return msgid


def choose_locale(cookie: str | None) -> str:
    """The language of a request: the person's own choice, else Chinese."""
    return cookie if cookie in SUPPORTED else DEFAULT
