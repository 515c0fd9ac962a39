"""Pages of training: modules, their quiz, and what a firm's annotators hold."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts.states import OrganisationKind, Role
from market.kit import files, i18n, paging, tables, web
from market.kit.actor import Actor
from market.kit.errors import NotFound
from market.kit.forms import Form
from market.kit.i18n import N_
from market.kit.i18n import gettext as _
from market.kit.tables import Export
from market.training import access, modules, statistics_routes
from market.training.forms import AttemptInput, CredentialInput, ModuleInput
from market.training.models import TrainingModule
from market.training.states import CREDENTIALS
from market.vocabulary import security

MATERIAL = {suffix: files.KINDS[suffix] for suffix in (".pdf", ".docx", ".md", ".txt")}
RECENT = 100


MODULES = Export(N_("Training modules"), (
    (N_("Number"), "text", "number"), (N_("Title"), "text", "title"), (N_("Owner"), "text", "owner.name"),
    (N_("Pass mark (per cent)"), "integer", "pass_percent"), (N_("Valid for (days)"), "integer", "valid_days"),
))  # fmt: skip


async def list_modules(request: Request) -> Response:
    """The modules one may see, one's own people's attempts, and what one's annotators hold."""
    actor = web.signed_in(request)
    query = access.modules_of(actor).select_related("owner").order_by("-id")
    return await MODULES.file(request, query) or await web.render(
        request, "market/training/modules_list.html", page=await paging.paginate(request, query),
        records=await access.records_of(actor).limit(RECENT),
        credentials=await access.credentials_of(actor).limit(RECENT), kinds=CREDENTIALS,
        may_write=_may(actor, *modules.AUTHORS) and actor.kind in modules.WRITING_KINDS,
        is_firm=actor.kind == OrganisationKind.SUPPLIER, may_keep=_may(actor, *modules.KEEPERS),
    )  # fmt: skip


def _may(actor: Actor, *roles: Role) -> bool:
    return actor.verified and (actor.role == Role.OWNER or actor.role in roles)


async def write(request: Request) -> Response:
    """Write a module with its quiz."""
    actor = web.signed_in(request, *modules.WRITING_KINDS)
    form = await Form.read(
        request, ModuleInput, {"pass_percent": 80, "valid_days": 365}, draft="kept"
    )
    if form.is_valid:
        with form.guard():
            upload = form.upload("file")
            kept = await files.store_upload(upload, by=actor, kinds=MATERIAL) if upload else None
            module = await modules.write_module(form.input, file=kept, by=actor)
            return web.see_other(
                request, "training:show", number=module.number, flash=_("Module published")
            )
    return await web.render(
        request, "market/training/modules_write.html", form=form, kinds=",".join(MATERIAL)
    )


async def show(request: Request) -> Response:
    """A module with its text and, for a firm, its quiz."""
    module = await access.module_to_read(web.signed_in(request), request.path_params["number"])
    return await _module_page(request, module)


async def _module_page(
    request: Request, module: TrainingModule, form: Form[AttemptInput] | None = None
) -> Response:
    actor = web.actor_of(request)
    talents = await access.talents_of(actor) if _may(actor, *modules.KEEPERS) else []
    is_own = module.owner_id == actor.organisation_id
    return await web.render(
        request, "market/training/modules_show.html", module=module,
        form=form or Form(AttemptInput), talents=[(str(row.id), row.name) for row in talents],
        may_take=actor.role != Role.VIEWER and actor.verified and module.retired_at is None,
        may_retire=is_own and _may(actor, *modules.AUTHORS) and module.retired_at is None,
    )  # fmt: skip


async def take(request: Request) -> Response:
    """Take the quiz, for oneself or with an annotator."""
    actor = web.signed_in(request)
    module = await access.module_to_read(actor, request.path_params["number"])
    form = await Form.read(request, AttemptInput)
    if form.is_valid:
        with form.guard():
            attempt = form.input.model_copy(update={"answers": _answers(form.values)})
            record = await modules.take_quiz(module, attempt, by=actor)
            told = (
                _("Passed with %(percent)s %%", percent=record.percent)
                if record.is_passed
                else _("%(percent)s %% right: not passed", percent=record.percent)
            )
            return web.see_other(request, "training:list", flash=told)
    return await _module_page(request, module, form)


def _answers(values: dict[str, Any]) -> list[int]:
    """The chosen places, question by question, of the form's answer-0, answer-1 …"""
    chosen: list[int] = []
    while str(values.get(f"answer-{len(chosen)}", "")).isdigit():
        chosen.append(int(values[f"answer-{len(chosen)}"]))
    return chosen


async def retire(request: Request) -> Response:
    """Take a module back."""
    actor = web.signed_in(request)
    module = await access.own_module(actor, request.path_params["number"])
    await modules.retire_module(module, by=actor)
    return web.see_other(request, "training:show", number=module.number, flash=_("Module retired"))


async def material(request: Request) -> Response:
    """The document of a module."""
    module = await access.module_to_read(web.signed_in(request), request.path_params["number"])
    file = module.file
    if file is None:
        raise NotFound(_("This training module does not exist"))
    return tables.download(await files.read(file), file.content_type, file.filename)


async def credential(request: Request) -> Response:
    """Record what an annotator holds."""
    actor = web.signed_in(request, OrganisationKind.SUPPLIER)
    form = await Form.read(request, CredentialInput)
    if form.is_valid:
        with form.guard():
            await modules.keep_credential(form.input, by=actor)
            return web.see_other(request, "training:list", flash=_("Credential recorded"))
    talents, language = await access.talents_of(actor), i18n.current_locale()
    return await web.render(
        request, "market/training/credentials_keep.html", form=form,
        talents=[(str(row.id), row.name) for row in talents],
        kinds=[(kind.value, _(label)) for kind, label in CREDENTIALS.items()],
        grades=[(term.zh, term.label(language)) for term in security.DATA_GRADES.values()],
    )  # fmt: skip


BOTH = ["GET", "POST"]
routes = [
    *statistics_routes.routes,
    Route("/training", list_modules, name="training:list"),
    Route("/training/new", write, name="training:write", methods=BOTH),
    Route("/training/credentials", credential, name="training:credentials", methods=BOTH),
    Route("/training/{number}", show, name="training:show"),
    Route("/training/{number}/quiz", take, name="training:take", methods=["POST"]),
    Route("/training/{number}/retire", retire, name="training:retire", methods=["POST"]),
    Route("/training/{number}/file", material, name="training:file"),
]
