"""Pages of a person's own settings: details, password, second factor, mail, sessions, tokens."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from market.accounts import (
    access,
    exports,
    labels,
    mail_tokens,
    people,
    recovery_codes,
    second_factor,
    sessions,
    tokens,
)
from market.accounts.forms import (
    CodeInput,
    MailChoiceInput,
    PasswordChangeInput,
    PasswordInput,
    ProfileInput,
    TokenInput,
)
from market.accounts.identity_routes import forget_secrets
from market.accounts.mail_groups import GROUPS
from market.accounts.scopes import SCOPES
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import SUPPORTED
from market.kit.i18n import gettext as _
from market.kit.limiting import limit
from market.kit.paging import whole
from market.kit.security import LOCALE_COOKIE


async def edit_profile(request: Request) -> Response:
    """One's own name, telephone and language."""
    actor = web.signed_in(request)
    person = await access.own_person(actor)
    form = await Form.read(
        request, ProfileInput,
        {"name": person.name, "phone": person.phone, "locale": person.locale},
    )  # fmt: skip
    if form.is_valid:
        await people.edit_person(form.input, by=actor)
        response = web.see_other(request, "accounts:settings", flash=_("Saved"))
        response.set_cookie(LOCALE_COOKIE, form.input.locale, max_age=31536000, samesite="lax")
        return response
    return await web.render(
        request, "market/accounts/settings.html", form=form, person=person,
        languages=tuple(SUPPORTED.items()),
    )  # fmt: skip


async def change_password(request: Request) -> Response:
    """Replace one's password."""
    actor = web.signed_in(request)
    form = await Form.read(request, PasswordChangeInput)
    if form.is_valid:
        await limit("10/15 minute", "change-password", str(actor.person_id))
        with form.guard():
            await people.change_password(form.input.current, form.input.password, by=actor)
            return web.see_other(
                request, "accounts:password",
                flash=_("The password is changed; every other browser is logged out"),
            )  # fmt: skip
    forget_secrets(form)
    return await web.render(request, "market/accounts/password.html", form=form)


async def show_second_factor(request: Request) -> Response:
    """Two-step verification: begin, confirm with a code, or see that it is on."""
    actor = web.signed_in(request)
    form = await Form.read(request, CodeInput)
    if form.is_valid:
        await limit("10/15 minute", "confirm-code", str(actor.person_id))
        with form.guard():
            codes = await second_factor.confirm_enrolment(form.input.code, by=actor)
            return await _show_codes(request, codes)
    forget_secrets(form)
    return await _second_factor_page(request, form)


async def _show_codes(request: Request, codes: list[str]) -> Response:
    text = quote("".join(f"{code}\r\n" for code in codes))
    answer = await web.render(
        request, "market/accounts/recovery_codes.html", codes=codes,
        file=f"data:text/plain;charset=utf-8,{text}",
    )  # fmt: skip
    answer.headers["cache-control"] = "no-store"
    return answer


async def _second_factor_page(request: Request, form: Form[Any]) -> Response:
    person = await access.own_person(web.actor_of(request))
    is_enrolling = bool(person.totp_secret) and person.totp_confirmed_at is None
    return await web.render(
        request, "market/accounts/second_factor.html", form=form, person=person,
        qr_code=second_factor.qr_code(person) if is_enrolling else "",
        secret=second_factor.secret_of(person) if is_enrolling else "",
        codes_left=await recovery_codes.left(person),
    )  # fmt: skip


async def begin_second_factor(request: Request) -> Response:
    """Get a new secret to put into the authenticator app."""
    await second_factor.begin_enrolment(by=web.signed_in(request))
    return web.see_other(request, "accounts:second_factor")


async def renew_recovery_codes(request: Request) -> Response:
    """Ten new recovery codes, with the password; shown once."""
    actor = web.signed_in(request)
    form = await Form.read(request, PasswordInput)
    if form.is_valid:
        await limit("10/15 minute", "change-password", str(actor.person_id))
        with form.guard():
            return await _show_codes(
                request, await recovery_codes.renew(form.input.password, by=actor)
            )
    forget_secrets(form)
    return await _second_factor_page(request, form)


async def remove_second_factor(request: Request) -> Response:
    """Switch two-step verification off, with the password."""
    actor = web.signed_in(request)
    form = await Form.read(request, PasswordInput)
    if form.is_valid:
        await limit("10/15 minute", "change-password", str(actor.person_id))
        with form.guard():
            await second_factor.remove(form.input.password, by=actor)
            return web.see_other(
                request, "accounts:second_factor", flash=_("Two-step verification is off")
            )
    forget_secrets(form)
    return await _second_factor_page(request, form)


async def choose_mail(request: Request) -> Response:
    """Which mail one wants beside what must be sent."""
    actor = web.signed_in(request)
    person = await access.own_person(actor)
    wanted = [group for group in GROUPS if group not in person.muted_mail]
    form = await Form.read(request, MailChoiceInput, {"wanted": wanted})
    if form.is_valid:
        await people.choose_mail(form.input.wanted, by=actor)
        return web.see_other(request, "accounts:mail", flash=_("Saved"))
    groups = tuple((group, _(text)) for group, text in GROUPS.items())
    return await web.render(
        request, "market/accounts/mail.html", form=form, person=person, groups=groups
    )


async def unsubscribe(request: Request) -> Response:
    """Switch one group of mail off by the link in such a mail, without logging in."""
    token = request.path_params["token"]
    if request.method == "POST":
        group = await people.unsubscribe(token)
        if "List-Unsubscribe" in await request.form():  # a mail program, RFC 8058
            return PlainTextResponse("unsubscribed")
        return web.redirect("/", flash=_("Switched off: %(group)s", group=_(GROUPS[group])))
    person, group = await mail_tokens.person_to_unsubscribe(token)
    return await web.render(
        request, "market/accounts/unsubscribe.html", person=person, group=_(GROUPS[group])
    )


async def list_sessions(request: Request) -> Response:
    """The browsers one is logged in with."""
    listed = await access.own_sessions(web.signed_in(request))
    if file := await exports.SESSIONS.file(request, listed):
        return file
    return await web.render(
        request, "market/accounts/sessions.html", page=whole(request, listed),
        browser_name=labels.browser_name,
    )  # fmt: skip


async def end_session(request: Request) -> Response:
    """Log one browser out."""
    actor = web.signed_in(request)
    session = await access.own_session(request.path_params["session_id"], actor)
    await sessions.end_session(session.id, by=actor)
    return web.see_other(request, "accounts:sessions", flash=_("Logged out"))


async def end_other_sessions(request: Request) -> Response:
    """Log every other browser out."""
    actor = web.signed_in(request)
    assert actor.person_id is not None
    await sessions.end_all_sessions(actor.person_id, but=actor.session_id)
    return web.see_other(request, "accounts:sessions", flash=_("Every other browser is logged out"))


async def list_tokens(request: Request) -> Response:
    """One's API tokens, and a form for another one; its clear text is shown once."""
    actor = web.signed_in(request)
    form = await Form.read(request, TokenInput, {"days": "90"})
    if form.is_valid:
        with form.guard():
            _token, clear = await tokens.create_token(form.input, by=actor)
            return web.see_other(
                request, "accounts:tokens",
                flash=_("Copy this token now, it is not shown again: %(token)s", token=clear),
            )  # fmt: skip
    listed = await access.own_tokens(actor)
    if request.method == "GET" and (file := await exports.TOKENS.file(request, listed)):
        return file
    return await web.render(
        request, "market/accounts/tokens.html", form=form, page=whole(request, listed),
        scopes=tuple((code, code, _(text)) for code, text in SCOPES.items()),
    )  # fmt: skip


async def revoke_token(request: Request) -> Response:
    """End an API token."""
    actor = web.signed_in(request)
    token = await access.own_token(request.path_params["token_id"], actor)
    await tokens.revoke_token(token, by=actor)
    return web.see_other(request, "accounts:tokens", flash=_("The token is revoked"))


routes = [
    Route("/account", edit_profile, name="accounts:settings", methods=["GET", "POST"]),
    Route("/account/password", change_password, name="accounts:password", methods=["GET", "POST"]),
    Route("/account/second-factor", show_second_factor, name="accounts:second_factor",
          methods=["GET", "POST"]),
    Route("/account/second-factor/begin", begin_second_factor,
          name="accounts:begin_second_factor", methods=["POST"]),
    Route("/account/second-factor/codes", renew_recovery_codes,
          name="accounts:renew_recovery_codes", methods=["POST"]),
    Route("/account/second-factor/remove", remove_second_factor,
          name="accounts:remove_second_factor", methods=["POST"]),
    Route("/account/mail", choose_mail, name="accounts:mail", methods=["GET", "POST"]),
    Route("/unsubscribe/{token}", unsubscribe, name="accounts:unsubscribe",
          methods=["GET", "POST"]),
    Route("/account/sessions", list_sessions, name="accounts:sessions"),
    Route("/account/sessions/others/end", end_other_sessions, name="accounts:end_other_sessions",
          methods=["POST"]),
    Route("/account/sessions/{session_id}/end", end_session, name="accounts:end_session",
          methods=["POST"]),
    Route("/account/tokens", list_tokens, name="accounts:tokens", methods=["GET", "POST"]),
    Route("/account/tokens/{token_id}/revoke", revoke_token, name="accounts:revoke_token",
          methods=["POST"]),
]  # fmt: skip
