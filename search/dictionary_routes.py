"""The operator's pages of the dictionary: entries, versions, and what the analysis makes of a text."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.paging import whole
from market.kit.tables import Export
from search import dictionary, dictionary_access
from search.analysis import CONCEPT, query_groups
from search.constraints import parse_query
from search.corrections import offer
from search.dictionary_forms import MAX_PREVIEW, EntryInput
from search.dictionary_models import DictionaryEntry, EntryKind
from search.spelling import repaired

KINDS: Mapping[EntryKind, str] = {
    EntryKind.SYNONYMS: N_("Synonyms"),
    EntryKind.MISSPELLINGS: N_("Slips of the pen"),
    EntryKind.LEFT_OUT: N_("Left out of searches"),
}


def kind_name(kind: EntryKind | str) -> str:
    """A kind of entry in words."""
    return _(KINDS[EntryKind(kind)])


EXPORT = Export(
    N_("Dictionary"),
    (
        (N_("Kind"), "text", lambda row: kind_name(row.kind)),
        (N_("Word"), "text", "word"),
        (N_("Other words"), "text", lambda row: "、".join(row.others)),
        (N_("Added in version"), "integer", "added_in"),
        (N_("Retired in version"), "integer", "retired_in"),
    ),
)


async def show(request: Request) -> Response:
    """The entries with their versions, a form for another, and a text under the analysis."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    is_retired = request.query_params.get("show") == "retired"
    rows = await dictionary_access.entries(actor, is_retired=is_retired)
    if file := await EXPORT.file(request, rows):
        return file
    form = await Form.read(request, EntryInput, {"kind": EntryKind.SYNONYMS.value})
    if form.is_valid:
        with form.guard():
            entry = form.input
            await dictionary.add_entry(entry.kind, entry.word, entry.others, by=actor)
            return web.see_other(request, "dictionary:list", flash=_("Added; searches use it soon"))
    return await _page(request, form, rows, is_retired=is_retired)


async def _page(
    request: Request, form: Form[EntryInput], rows: list[DictionaryEntry], *, is_retired: bool
) -> Response:
    text = request.query_params.get("text", "")[:MAX_PREVIEW]
    return await web.render(
        request, "search/dictionary_list.html", form=form, page=whole(request, rows),
        is_retired=is_retired, kinds=[(kind.value, _(name)) for kind, name in KINDS.items()],
        kind_name=kind_name, latest=await dictionary.latest_version(),
        in_use=await dictionary.version_in_use(),
        changes=await dictionary_access.latest_changes(), text=text,
        preview=previewed(text) if text else None,
    )  # fmt: skip


def previewed(text: str) -> dict[str, Any]:
    """What the analysis in use makes of a text: how it is read, its requirements and its words."""
    parsed = parse_query(text, "suppliers")
    words = [
        (group.surface, "、".join(term.lstrip(CONCEPT) for term, _weight in group.terms))
        for group in query_groups(parsed.text)
    ]
    return {
        "read": repaired(text), "offer": offer(text), "words": words,
        "constraints": [one.label(_) for one in parsed.constraints],
    }  # fmt: skip


async def retire(request: Request) -> Response:
    """Take an entry out of force."""
    actor = web.signed_in(request, OrganisationKind.OPERATOR)
    entry = await dictionary_access.entry(actor, request.path_params["key"])
    await dictionary.retire_entry(entry, by=actor)
    return web.see_other(request, "dictionary:list", flash=_("Retired; searches forget it soon"))


routes = [
    Route("/operator/dictionary", show, name="dictionary:list", methods=["GET", "POST"]),
    Route("/operator/dictionary/{key}/retire", retire, name="dictionary:retire", methods=["POST"]),
]
