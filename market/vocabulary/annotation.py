"""What is annotated and how it is counted: modalities, task types, units, process steps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from market.vocabulary.terms import Term, load, normalise


@dataclass(frozen=True)
class Modality(Term):
    """`statistic` is the category of the provincial form (F附2): 图像 语音 文本 视频 其他."""

    statistic: str = "其他"


@dataclass(frozen=True)
class TaskType(Term):
    """`modality` is None for tasks on any modality; `unit` is the usual priced unit."""

    family: str = ""
    modality: str | None = None
    unit: str = "条"


@dataclass(frozen=True)
class Unit(Term):
    """A priced unit; its Chinese name is the stored value.

    `measure` is count, text, duration, labour, volume or lump; `scale` says how many `raw`
    things (characters, seconds, frames...) make one unit.
    """

    measure: str = "count"
    raw: str = ""
    scale: int = 1

    def quantity(self, raw: int) -> Decimal:
        """Priced quantity of a raw count, exact to 4 places: 5400 seconds are 1.5 小时."""
        return (Decimal(raw) / self.scale).quantize(Decimal("0.0001"))


MODALITIES = load("annotation", "modalities", Modality)
TASK_FAMILIES = load("annotation", "families", Term)
TASK_TYPES = load("annotation", "task_types", TaskType)
UNITS = load("annotation", "units", Unit)
PROCESS_STEPS = load("annotation", "process_steps", Term)
ANNOTATION_METHODS = load("annotation", "annotation_methods", Term)

_UNIT_WORDS = sorted(
    ((normalise(word), unit) for unit in UNITS.values() for word in (unit.zh, *unit.synonyms)),
    key=lambda pair: -len(pair[0]),
)


def parse_unit(text: str) -> tuple[Unit, str] | None:
    """A unit as written, and what it counts: 例CT -> (例, CT), 张高清图像 -> (张, 高清图像).

    None when no unit begins the text. 张WSI is a unit of its own.
    """
    wanted = normalise(text.strip())
    for word, unit in _UNIT_WORDS:
        if wanted.startswith(word):
            return unit, "".join(text.split())[len(word) :]
    return None


def tasks_of(modality: str) -> tuple[TaskType, ...]:
    """The task types usual on a modality, those of any modality last."""
    own = [task for task in TASK_TYPES.values() if task.modality == modality]
    return (*own, *(task for task in TASK_TYPES.values() if task.modality is None))
