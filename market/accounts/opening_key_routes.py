"""Page of an organisation's opening key: set the passphrase, download the recovery file, take another key."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import access, opening_keys
from market.accounts.forms import PassphraseInput
from market.accounts.models import OpeningKey
from market.accounts.permissions import require
from market.accounts.states import Role
from market.kit import web
from market.kit.forms import Form
from market.kit.limiting import limit


async def show(request: Request) -> Response:
    """The organisation's key; a new one is answered with its recovery file, shown once."""
    actor = web.signed_in(request)
    organisation = await access.own_organisation(actor)
    key = await opening_keys.current_key(organisation.id)
    form = await Form.read(request, PassphraseInput, {"next": request.query_params.get("next", "")})
    if form.is_valid:
        with form.guard():
            require(actor, *(() if key else (Role.BUYER,)), verified=False)
            await limit("10/hour", "opening-key", str(organisation.id))
            opening_keys.check_passphrase(form.input.passphrase, form.input.again)
            pair = await opening_keys.new_pair(form.input.passphrase)
            kept = await opening_keys.keep_key(pair, by=actor, replace=key is not None)
            return await _recovery(request, kept, pair.private, form.input.next)
    form.values = {"next": form.values.get("next", "")}
    return await web.render(
        request, "market/accounts/opening_key.html", form=form, organisation=organisation, key=key,
        fingerprint=opening_keys.fingerprint, minimum=opening_keys.MIN_LENGTH,
    )  # fmt: skip


async def _recovery(request: Request, key: OpeningKey, private: bytes, back: str) -> Response:
    name = web.actor_of(request).organisation_name
    text = opening_keys.recovery_file(private, name=name)
    return await web.render(
        request, "market/accounts/opening_key_made.html", name=name,
        fingerprint=opening_keys.fingerprint(bytes(key.public_key)),
        file=web.inline_file(text, "application/json"), back=web.local_path(back),
    )  # fmt: skip


routes = [
    Route("/organisation/opening-key", show, name="accounts:opening_key", methods=["GET", "POST"]),
]
