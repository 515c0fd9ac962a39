"""What the post-a-job wizard shows beside the form: how the text is read, who qualifies, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from market.directory.words import word
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.tendering.models import Job
from market.tendering.wizard import WizardStep
from market.vocabulary.annotation import MODALITIES, TASK_TYPES
from search import engines, estimates, lists
from search.constraints import parse_query
from search.match_views import MatchList, match_list
from search.rows import job_document

_MOST_TAGS = 6


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft as suppliers would meet it."""

    chips: Sequence[str]
    """Requirements recognised in the text."""
    proposed: Sequence[str]
    """Kinds of data and tasks the text speaks of that the form does not name yet."""
    matches: MatchList | None
    estimate: estimates.Estimate | None
    is_degraded: bool


def typed_over(job: Job, step: WizardStep, data: FormData) -> Job:
    """The draft with what is typed in one step laid over it, never saved; wrong fields are left out."""
    form: Form[Any] = Form(step.model)
    form.submit(data)
    values = {name: value for name, value in form.values.items() if value not in ("", [])}
    known = {name: value for name, value in values.items() if name in step.model.model_fields}
    checked = _accepted(step.model, known)
    return job.update_from_dict(checked.changes()) if checked else job


def _accepted(model: type[Any], values: Mapping[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as exc:
        wrong = {str(error["loc"][0]) for error in exc.errors() if error["loc"]}
        right = {name: value for name, value in values.items() if name not in wrong}
        return _accepted(model, right) if len(right) < len(values) else None


async def preview_of(job: Job) -> Preview:
    """The panel for a draft; its owner is fetched. Empty lists while nothing says what the work is."""
    document = job_document(job)
    text = f"{job.title} {job.summary}".strip()
    chips = [one.label(_) for one in parse_query(text, "suppliers").constraints if one.filters]
    proposed = _proposed(job, text)
    if not (document["modality"] or document["task_types"]):
        return Preview(chips, proposed, None, None, is_degraded=False)
    (matches, by_id), is_degraded = await engines.ask(
        lambda engine: lists.suppliers_for(engine, document)
    )
    estimate = await estimates.estimate_of(job, by_id.values())
    return Preview(chips, proposed, match_list(matches, by_id, shown=3), estimate, is_degraded)


def _proposed(job: Job, text: str) -> list[str]:
    """Vocabulary words of the text that the form does not name; the owner decides."""
    named = {job.modality, *job.task_types}
    spoken = [*MODALITIES.mentioned_in(text), *TASK_TYPES.mentioned_in(text)]
    words = dict.fromkeys(term.zh for term in spoken)
    return [word(one) for one in words if one not in named][:_MOST_TAGS]
