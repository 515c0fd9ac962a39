"""Red flags of a file or of any releases: group -> identifier -> code -> value."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from market.redflags.indicators import chosen, is_counted
from market.redflags.settings import Settings, read_settings

Flags = dict[str, dict[str, dict[str, float]]]


class Assessment:
    """Reads releases one by one and says at the end what it found."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._indicators = chosen(settings)
        self._flags: Flags = {}

    def read(self, release: Any) -> None:
        """Take one process into account; anything that is none is left out."""
        if is_counted(release, self._settings):
            for indicator in self._indicators:
                _add(self._flags, indicator.read(release, release["ocid"]))

    def finish(self) -> Flags:
        """Every finding; the parties and processes without one do not appear."""
        for indicator in self._indicators:
            _add(self._flags, indicator.finish())
        return self._flags


def red_flags(releases: Iterable[Any], settings: Settings) -> Flags:
    """The findings of a set of releases."""
    assessment = Assessment(settings)
    for release in releases:
        assessment.read(release)
    return assessment.finish()


def red_flags_of_file(path: Path, settings_path: Path | None) -> Flags:
    """The flags of a file with a release on each line (`-`: standard input); every indicator without
    settings. Raises OSError, and ValueError for settings that break a rule.
    """
    settings = read_settings(settings_path) if settings_path else Settings.everything()
    if str(path) == "-":
        return red_flags(read_lines(sys.stdin), settings)
    with path.open(encoding="utf-8", errors="replace") as lines:
        return red_flags(read_lines(lines), settings)


def _add(flags: Flags, findings: Iterator[tuple[str, str, str, float]]) -> None:
    for group, identifier, code, value in findings:
        flags.setdefault(group, {}).setdefault(identifier, {})[code] = value


def read_lines(lines: Iterable[str]) -> Iterator[Any]:
    """The JSON of each line; a line that is none is named on standard error and left out."""
    decode = json.JSONDecoder(parse_constant=_refuse).decode  # made once, not for each line
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield decode(line)
        except (ValueError, RecursionError) as exc:
            print(f"line {number} is not JSON and is left out: {exc}", file=sys.stderr)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
