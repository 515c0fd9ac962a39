"""JSON and JSON lines with the place of what is wrong in them."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from market.kit.i18n import gettext as _
from market.metrics.files import LabelFile, LabelFileInvalid, wrong

Path = Sequence[str | int]
MAX_LINE = 10 * 1024 * 1024
_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def parse(file: LabelFile) -> Any:
    """The document. Raises LabelFileInvalid with line and column."""
    try:
        return json.loads(file.text(), parse_constant=_no_constant)
    except json.JSONDecodeError as exc:
        raise wrong(file.name, _explained(exc), line=exc.lineno, column=exc.colno) from None
    except RecursionError:
        raise wrong(file.name, _("the document is nested too deeply"), line=1) from None
    except ValueError:
        raise wrong(
            file.name, _("NaN, infinite and overlong numbers are not allowed"), line=1
        ) from None


def rows(file: LabelFile) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line of a JSONL file; blank lines are passed over."""
    for line, text in enumerate(file.text().split("\n"), 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError as exc:
            raise wrong(file.name, _explained(exc), line=line, column=exc.colno) from None
        except (RecursionError, ValueError):
            raise wrong(file.name, _("the line is not valid JSON"), line=line) from None
        if not isinstance(row, dict):
            raise wrong(file.name, _("each line must be a JSON object"), line=line)
        yield line, row


def _explained(exc: json.JSONDecodeError) -> str:
    return _("not valid JSON (%(why)s)", why=exc.msg)


def wrong_at(file: LabelFile, path: Path, why: str) -> LabelFileInvalid:
    """The refusal of the value at `path` of a document that is valid JSON."""
    text = file.text()
    try:
        offset = _offset(text, path)
    except (ValueError, IndexError):  # the path ends at a value that is missing
        offset = 0
    line = text.count("\n", 0, offset) + 1
    return wrong(file.name, why, line=line, column=offset - (text.rfind("\n", 0, offset) + 1) + 1)


def _offset(text: str, path: Path) -> int:
    """Where the value at `path` begins; where its owner begins when it is not there."""
    at = _skip(text, 0)
    for step in path:
        inner = _member(text, at, step) if isinstance(step, str) else _element(text, at, step)
        if inner is None:
            return at
        at = inner
    return at


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _member(text: str, at: int, name: str) -> int | None:
    found, at = None, _skip(text, at + 1)
    while text[at] != "}":
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == name:  # of a repeated key the last counts
            found = at
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
    return found


def _element(text: str, at: int, place: int) -> int | None:
    at = _skip(text, at + 1)
    for _before in range(place):
        at = _skip(text, _DECODER.raw_decode(text, at)[1])
        if text[at] != ",":
            return None
        at = _skip(text, at + 1)
    return at
