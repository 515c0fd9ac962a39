"""JSON operations of accounts."""

from market.accounts import access, opening_keys, organisations, shareholders, tokens
from market.accounts.forms import OrganisationProfileInput, ShareholdersInput, TokenInput
from market.accounts.permissions import require
from market.accounts.schemas import (
    MemberOut,
    MembersOut,
    MeOut,
    NewTokenOut,
    OpeningKeyInput,
    OpeningKeyOut,
    OrganisationOut,
    ShareholdersOut,
    TokenOut,
    TokensOut,
    VerificationOut,
    VerificationQuery,
)
from market.accounts.states import Role
from market.kit.api import Call, Nothing, Operation, operation
from market.kit.paging import CursorPage, cursor_page

TAG = "accounts"


@operation("GET", "/me", summary="Who you are", tag=TAG, returns=MeOut, scope="profile:read")
async def show_me(call: Call[Nothing, Nothing]) -> MeOut:
    """The person, the organisation acted for, the role, and the token's scopes."""
    person = await access.own_person(call.actor)
    organisation = await access.own_organisation(call.actor) if call.actor.organisation_id else None
    return MeOut.of(person, organisation, call.actor)


@operation(
    "GET", "/organisations/{number}", summary="An organisation", tag=TAG,
    returns=OrganisationOut, scope="profile:read",
)  # fmt: skip
async def show_organisation(call: Call[Nothing, Nothing]) -> OrganisationOut:
    """A verified organisation, or your own."""
    return OrganisationOut.of(await access.organisation_to_see(call.path("number"), call.actor))


@operation(
    "PUT", "/organisation", summary="Describe your organisation", tag=TAG,
    body=OrganisationProfileInput, returns=OrganisationOut, scope="profile:write",
)  # fmt: skip
async def edit_organisation(
    call: Call[OrganisationProfileInput, Nothing],
) -> OrganisationOut:
    """Replaces what the organisation says of itself; owners only."""
    organisation = await access.own_organisation(call.actor)
    edited = await organisations.edit_organisation(organisation, call.body, by=call.actor)
    return OrganisationOut.of(edited)


@operation(
    "GET", "/organisations/{number}/shareholders", summary="Who owns an organisation", tag=TAG,
    returns=ShareholdersOut, scope="profile:read",
)  # fmt: skip
async def show_shareholders(call: Call[Nothing, Nothing]) -> ShareholdersOut:
    """As it declares; for its own members and the authorities that oversee it."""
    organisation = await access.organisation_with_owners(call.path("number"), call.actor)
    return ShareholdersOut.of(organisation, await shareholders.shareholders_of(organisation))


@operation(
    "PUT", "/organisation/shareholders", summary="Declare your shareholders", tag=TAG,
    body=ShareholdersInput, returns=ShareholdersOut, scope="profile:write",
)  # fmt: skip
async def declare_shareholders(call: Call[ShareholdersInput, Nothing]) -> ShareholdersOut:
    """Replaces the whole list; owners only. Shares are basis points, together 10,000 at most."""
    organisation = await access.own_organisation(call.actor)
    rows = await shareholders.declare_shareholders(organisation, call.body.holders, by=call.actor)
    return ShareholdersOut.of(organisation, rows)


@operation(
    "PUT", "/organisation/opening-key", summary="Set the opening passphrase", tag=TAG,
    body=OpeningKeyInput, returns=OpeningKeyOut, scope="profile:write",
)  # fmt: skip
async def set_opening_key(call: Call[OpeningKeyInput, Nothing]) -> OpeningKeyOut:
    """The recovery file is in this answer only. A key in use is replaced by an owner, when told to."""
    require(call.actor, Role.BUYER, verified=False)
    opening_keys.check_passphrase(call.body.passphrase, call.body.passphrase)
    pair = await opening_keys.new_pair(call.body.passphrase)
    await opening_keys.keep_key(pair, by=call.actor, replace=call.body.replace)
    return OpeningKeyOut(
        fingerprint=opening_keys.fingerprint(pair.public),
        recovery_file=opening_keys.recovery_file(pair.private, name=call.actor.organisation_name),
    )


@operation(
    "GET", "/organisation/verification", summary="Where your verification stands", tag=TAG,
    returns=VerificationOut, scope="profile:read",
)  # fmt: skip
async def show_verification(call: Call[Nothing, Nothing]) -> VerificationOut:
    """Of the organisation you act for, with the reason if it was sent back."""
    require(call.actor, *Role, verified=False)
    return VerificationOut.of(await access.own_organisation(call.actor))


@operation(
    "GET", "/verifications", summary="Organisations by standing", tag=TAG,
    query=VerificationQuery, returns=CursorPage[VerificationOut], scope="profile:read",
)  # fmt: skip
async def list_verifications(
    call: Call[Nothing, VerificationQuery],
) -> CursorPage[VerificationOut]:
    """The operator's queue: who waits for verification, unless another standing is asked for."""
    query = access.organisations_to_decide(call.actor, status=call.query.status.value, text="")
    rows, following = await cursor_page(query, call.query)
    return CursorPage(items=[VerificationOut.of(row) for row in rows], next=following)


@operation(
    "GET", "/organisation/members", summary="Members of your organisation", tag=TAG,
    returns=MembersOut, scope="profile:read",
)  # fmt: skip
async def list_members(call: Call[Nothing, Nothing]) -> MembersOut:
    """Owners first, then by name."""
    return MembersOut(items=[MemberOut.of(row) for row in await access.own_members(call.actor)])


@operation(
    "GET", "/tokens", summary="Your API tokens", tag=TAG, returns=TokensOut, scope="tokens:write"
)
async def list_tokens(call: Call[Nothing, Nothing]) -> TokensOut:
    """The tokens in force of this membership, newest first."""
    return TokensOut(items=[TokenOut.of(row) for row in await access.own_tokens(call.actor)])


@operation(
    "POST", "/tokens", summary="Create an API token", tag=TAG, body=TokenInput,
    returns=NewTokenOut, status=201, scope="tokens:write",
)  # fmt: skip
async def create_token(call: Call[TokenInput, Nothing]) -> NewTokenOut:
    """The clear text is in this answer and nowhere else; a token cannot give more than it has."""
    row, clear = await tokens.create_token(call.body, by=call.actor)
    return NewTokenOut(token=clear, details=TokenOut.of(row))


@operation("DELETE", "/tokens/{id}", summary="Revoke an API token", tag=TAG, scope="tokens:write")
async def revoke_token(call: Call[Nothing, Nothing]) -> None:
    """Ends the token at once."""
    await tokens.revoke_token(await access.own_token(call.path("id"), call.actor), by=call.actor)


operations: list[Operation] = [
    show_me, show_organisation, edit_organisation, show_shareholders, declare_shareholders,
    set_opening_key, show_verification,
    list_verifications, list_members,
    list_tokens, create_token, revoke_token,
]  # fmt: skip
