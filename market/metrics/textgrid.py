"""Reader of Praat TextGrid, long and short form (Praat manual, "TextGrid file formats")."""

import re
from collections.abc import Iterator

from market.kit.i18n import gettext as _
from market.metrics.files import LabelFile, wrong

# Numbers in brackets, as in "item [1]:", are comment like every other free word.
_TOKEN = re.compile(
    r'"((?:[^"]|"")*)"|<(\w+)>|(?<![\w.+\[-])([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?![\w.\]])'
)
MAX_COUNT = 1_000_000


class _Tokens:
    """The free-standing texts, flags and numbers of a TextGrid; everything else in it is comment."""

    def __init__(self, file: LabelFile) -> None:
        self.file, self.line = file, 1
        self._text = file.text()
        self._found = _TOKEN.finditer(self._text)
        self._read = 0

    def next(self, group: int, what: str) -> str:
        """The next token, which must be of the kind `group`."""
        match = next(self._found, None)
        start = match.start() if match else len(self._text.rstrip())
        self.line += self._text.count("\n", self._read, start)
        self._read = start
        if match is None:
            why = _("the file ends where %(what)s is due", what=what)
            raise wrong(self.file.name, why, line=self.line)
        value = match.group(group)
        if value is None:
            raise wrong(self.file.name, _("%(what)s is due here", what=what), line=self.line)
        return str(value).replace('""', '"') if group == 1 else str(value)

    def text(self, what: str) -> str:
        """The next token, a text in quotation marks."""
        return self.next(1, what)

    def number(self, what: str) -> float:
        """The next token, a number."""
        return float(self.next(3, what))

    def count(self, what: str) -> int:
        """The next token, a whole number of parts."""
        value = self.number(what)
        if value != int(value) or not 0 <= value <= MAX_COUNT:
            raise wrong(self.file.name, _("%(what)s is due here", what=what), line=self.line)
        return int(value)


def transcripts(file: LabelFile) -> Iterator[tuple[int, str, str]]:
    """(line, item, text) of each tier: its labels that are not empty, in order of time, blanks between."""
    tokens = _Tokens(file)
    for due in ("ooTextFile", "TextGrid"):
        if tokens.text(_("the head “%(name)s”", name=due)) != due:
            raise wrong(file.name, _("this is not a Praat TextGrid"), line=tokens.line)
    tokens.number(_("the start time"))
    tokens.number(_("the end time"))
    tokens.next(2, "<exists>")
    count = tokens.count(_("the number of tiers"))
    for _tier in range(count):
        line, name, text = _read_tier(tokens)
        yield line, f"{file.stem}/{name}" if count > 1 else file.stem, text


def _read_tier(tokens: _Tokens) -> tuple[int, str, str]:
    kind = tokens.text(_("the class of a tier"))
    if kind not in ("IntervalTier", "TextTier"):
        raise wrong(
            tokens.file.name, _("a tier is an IntervalTier or a TextTier"), line=tokens.line
        )
    line, name = tokens.line, tokens.text(_("the name of a tier"))
    tokens.number(_("the start time"))
    tokens.number(_("the end time"))
    labels, before = [], float("-inf")
    for _part in range(tokens.count(_("the number of intervals"))):
        start = tokens.number(_("a time"))
        end = tokens.number(_("a time")) if kind == "IntervalTier" else start
        if start < before or end < start:
            raise wrong(tokens.file.name, _("the times do not follow each other"), line=tokens.line)
        before = end
        labels.append(tokens.text(_("a label")).strip())
    return line, name, " ".join(label for label in labels if label)
