"""The state machines as diagrams, drawn from the transition tables themselves (`market docs machines`)."""

import inspect
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import import_module

from market.kit import i18n
from market.kit.states import Stateful, Transitions
from market.kit.statuses import STATUS_TONES
from market.orders.sampling import Severity
from market.orders.switching import SEVERITY_TRANSITIONS
from market.settings import MODEL_MODULES, ROOT

PAGE = ROOT / "docs" / "machines.md"
HEAD = """# State machines

Drawn from the transition tables by `market docs machines`; a test fails when this page is stale. A status
is written by `Stateful.move_to` alone: it asks the table, saves, and writes the audit entry; any other way
raises `UndeclaredMove`. How the walks prove it: [tests of the machines](machine-tests.md).
"""


def machines() -> list[type[Stateful]]:
    """Every table with a status that moves, in the order of their modules."""
    found: list[type[Stateful]] = []
    for name in MODEL_MODULES:
        for _name, model in inspect.getmembers(import_module(name), inspect.isclass):
            if issubclass(model, Stateful) and model.__module__ == name:
                found.append(model)
    return found


def document() -> str:
    """The whole page in Markdown with Mermaid diagrams."""
    return "\n".join([HEAD, *_sections()])


def _sections() -> Iterator[str]:
    for model in machines():
        noun = _noun_of(model)
        sentence = inspect.cleandoc(model.__doc__ or "").splitlines()[0]
        starts = [model.initial(), *sorted(model.OTHER_STARTS)]
        yield _section(model.__name__, sentence, diagram(model.TRANSITIONS, starts, noun))
    drawn = diagram(SEVERITY_TRANSITIONS, [Severity.NORMAL], "severity")
    yield _section("Severity", "Of inspection, by the switching rules of GB/T 2828.1.", drawn)


def _section(title: str, text: str, drawn: str) -> str:
    return f"## {title}\n\n{text}\n\n```mermaid\n{drawn}\n```\n"


def diagram(table: Transitions, starts: Iterable[StrEnum], noun: str) -> str:
    """A Mermaid state diagram of one transition table."""
    chinese = i18n.translations(i18n.DEFAULT)
    lines = ["stateDiagram-v2", *(f"    [*] --> {start}" for start in starts)]
    for old, targets in table.items():
        label = STATUS_TONES[noun, old].label
        lines.append(f"    {old}: {chinese.gettext(label)} {old}")
        lines += [f"    {old} --> {new}" for new in _in_order(table, targets)]
        if not targets:
            lines.append(f"    {old} --> [*]")
    return "\n".join(lines)


def _in_order(table: Transitions, targets: Iterable[StrEnum]) -> list[StrEnum]:
    return sorted(targets, key=list(table).index)


def _noun_of(model: type[Stateful]) -> str:
    """The noun under which the model's statuses have their words."""
    words = re.findall(r"[A-Z][a-z]+", model.__name__)
    names = ["_".join(words).lower(), *(word.lower() for word in words)]
    nouns = {noun for noun, _status in STATUS_TONES}
    return next((name for name in names if name in nouns), "")
