"""JSON operations of training."""

from market.kit import paging
from market.kit.api import Call, Nothing, operation
from market.kit.paging import CursorPage, CursorQuery
from market.training import access, modules
from market.training.forms import AttemptInput, CredentialInput, ModuleInput
from market.training.schemas import CredentialOut, ModuleOut, RecordOut
from market.training.statistics_routes import talent_statistics

READ, WRITE = "orders:read", "orders:write"


@operation("GET", "/training", summary="Training modules", tag="training", query=CursorQuery,
           returns=CursorPage[ModuleOut], scope=READ)  # fmt: skip
async def list_modules(call: Call[Nothing, CursorQuery]) -> CursorPage[ModuleOut]:
    """One's own, the platform's, and those of clients one has a contract with."""
    query = access.modules_of(call.actor).select_related("owner")
    rows, after = await paging.cursor_page(query, call.query)
    return CursorPage(items=[ModuleOut.of(row) for row in rows], next=after)


@operation("POST", "/training", summary="Publish a training module", tag="training",
           body=ModuleInput, returns=ModuleOut, status=201, scope=WRITE)  # fmt: skip
async def write_module(call: Call[ModuleInput, Nothing]) -> ModuleOut:
    """Questions as text: a block each, an option a line, the right one marked with *."""
    module = await modules.write_module(call.body, by=call.actor)
    return ModuleOut.of(await access.own_module(call.actor, module.number))


@operation("GET", "/training/{number}", summary="A training module", tag="training",
           returns=ModuleOut, scope=READ)  # fmt: skip
async def show_module(call: Call[Nothing, Nothing]) -> ModuleOut:
    """With its questions, without the right answers."""
    return ModuleOut.of(await access.module_to_read(call.actor, call.path("number")))


@operation("POST", "/training/{number}/quiz", summary="Take a quiz", tag="training",
           body=AttemptInput, returns=RecordOut, status=201, scope=WRITE)  # fmt: skip
async def take_quiz(call: Call[AttemptInput, Nothing]) -> RecordOut:
    """For oneself, or for one's own talent; a pass holds for the module's days."""
    module = await access.module_to_read(call.actor, call.path("number"))
    return RecordOut.of(await modules.take_quiz(module, call.body, by=call.actor), module)


@operation("POST", "/training/{number}/retire", summary="Retire a training module",
           tag="training", returns=ModuleOut, scope=WRITE)  # fmt: skip
async def retire_module(call: Call[Nothing, Nothing]) -> ModuleOut:
    """Nobody takes it any more; passes stay valid to their day."""
    module = await access.own_module(call.actor, call.path("number"))
    await modules.retire_module(module, by=call.actor)
    return ModuleOut.of(await access.own_module(call.actor, module.number))


@operation("POST", "/training/credentials", summary="Record an annotator's credential",
           tag="training", body=CredentialInput, returns=CredentialOut, status=201, scope=WRITE)  # fmt: skip
async def keep_credential(call: Call[CredentialInput, Nothing]) -> CredentialOut:
    """A clearance, a certificate or a consent, until a day; it replaces the one before."""
    return CredentialOut.of(await modules.keep_credential(call.body, by=call.actor))


operations = [
    list_modules, write_module, keep_credential, show_module, take_quiz, retire_module,
    talent_statistics,
]  # fmt: skip
