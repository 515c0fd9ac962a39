"""Pages of who one is: registering, confirming, signing in and out, forgotten passwords."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from market.accounts import access, labels, mail_tokens, people, registration, sessions, sign_in
from market.accounts.forms import (
    CodeInput,
    NewPasswordInput,
    RegistrationInput,
    ResetRequestInput,
    SignInInput,
)
from market.accounts.models import Person
from market.kit import web
from market.kit.forms import Form
from market.kit.i18n import gettext as _
from market.kit.limiting import client_address, limit
from market.kit.security import LOCALE_COOKIE
from market.settings import settings
from market.vocabulary import regions

SECRET_FIELDS = ("password", "current", "code")


def forget_secrets(form: Form[Any]) -> None:
    """Take secrets out of what a page shows again."""
    for name in SECRET_FIELDS:
        form.values.pop(name, None)


def has_mailbox() -> bool:
    """Whether mail of this installation is read on its mailbox page."""
    return not settings.smtp_url.get_secret_value() and not settings.is_production


def region_names() -> tuple[str, ...]:
    """Provinces and cities, offered while a region is typed."""
    return tuple(
        regions.full_name(found.code)
        for code, _name in regions.province_choices()
        for found in (regions.region(code), *regions.children(code))
        if found is not None and found.code[4:] == "00"
    )


def signed_in_response(person: Person, token: str, path: str) -> Response:
    """Go on after a log-in, with the session's cookie and the person's language."""
    response = web.redirect(path or web.path_for("workspace:show"))
    response.set_cookie(
        sessions.COOKIE, token, max_age=int(sessions.LIFETIME.total_seconds()), httponly=True,
        samesite="lax", secure=settings.base_url.startswith("https"),
    )  # fmt: skip
    response.set_cookie(LOCALE_COOKIE, person.locale, max_age=31536000, samesite="lax")
    return response


def browser(request: Request) -> dict[str, str]:
    """What a session remembers of the browser."""
    return {
        "address": client_address(request),
        "user_agent": request.headers.get("user-agent", ""),
    }


async def show_sign_in(request: Request) -> Response:
    """Log in with e-mail address and password."""
    if web.actor_of(request).is_authenticated and request.method == "GET":
        return web.redirect(request.query_params.get("next") or web.path_for("workspace:show"))
    form = await Form.read(request, SignInInput, {"next": request.query_params.get("next", "")})
    if form.is_valid:
        await limit("30/10 minute", "sign-in-address", client_address(request))
        await limit("10/15 minute", "sign-in-email", form.input.email)
        with form.guard():
            person = await sign_in.check_password(form.input.email, form.input.password)
            return await _after_password(request, person, str(form.values.get("next", "")))
    forget_secrets(form)
    return await web.render(
        request, "market/accounts/sign_in.html", form=form, has_mailbox=has_mailbox()
    )


async def _after_password(request: Request, person: Person, path: str) -> Response:
    if person.totp_confirmed_at is None:
        return signed_in_response(person, await sign_in.sign_in(person, **browser(request)), path)
    form = Form(CodeInput, {"ticket": mail_tokens.password_given(person), "next": path})
    return await web.render(request, "market/accounts/sign_in_code.html", form=form)


async def give_code(request: Request) -> Response:
    """The second step of a log-in."""
    form = await Form.read(request, CodeInput)
    if form.is_valid:
        waiting = await mail_tokens.person_with_password(form.input.ticket)
        await limit("10/15 minute", "sign-in-code", str(waiting.id))
        with form.guard():
            person, token = await sign_in.sign_in_with_code(
                form.input.ticket, form.input.code, **browser(request)
            )
            return signed_in_response(person, token, str(form.values.get("next", "")))
    forget_secrets(form)
    return await web.render(request, "market/accounts/sign_in_code.html", form=form)


async def sign_out(request: Request) -> Response:
    """Log out of this browser."""
    actor = web.actor_of(request)
    if actor.session_id is not None:
        await sessions.end_session(actor.session_id, by=actor)
    response = web.redirect("/", flash=_("You are logged out"))
    response.delete_cookie(sessions.COOKIE, secure=settings.base_url.startswith("https"))
    return response


async def register(request: Request) -> Response:
    """Register as a person, with or without an organisation."""
    form = await Form.read(request, RegistrationInput, {"kind": request.query_params.get("kind")})
    if form.is_valid:
        await limit("20/hour", "register", client_address(request))
        with form.guard():
            await registration.register_person(form.input, organisation=form.input.organisation)
            return web.see_other(
                request, "accounts:sign_in",
                flash=_("We have sent a link to %(email)s; open it to confirm the address",
                        email=form.input.email),
            )  # fmt: skip
    forget_secrets(form)
    return await web.render(
        request, "market/accounts/register.html", form=form, has_mailbox=has_mailbox(),
        kinds=labels.kind_choices(registering=True), region_names=region_names(),
    )  # fmt: skip


async def confirm_email(request: Request) -> Response:
    """Confirm an e-mail address; the link shows a button, so that a mail scanner confirms nothing."""
    token = request.path_params["token"]
    if request.method == "POST":
        await people.confirm_email(token)
        return web.see_other(
            request, "accounts:sign_in", flash=_("Your address is confirmed; please log in")
        )
    person = await mail_tokens.person_to_confirm(token)
    return await web.render(request, "market/accounts/confirm_email.html", person=person)


async def forgot_password(request: Request) -> Response:
    """Ask for a link that sets a new password; the answer never says whether the address is known."""
    form = await Form.read(request, ResetRequestInput)
    if form.is_valid:
        await limit("10/hour", "reset-address", client_address(request))
        await limit("5/hour", "reset-email", form.input.email)
        await people.request_password_reset(form.input.email)
        return web.see_other(
            request, "accounts:sign_in",
            flash=_("If this address is registered, a link to set a new password is on its way"),
        )  # fmt: skip
    return await web.render(
        request, "market/accounts/forgot_password.html", form=form, has_mailbox=has_mailbox()
    )


async def reset_password(request: Request) -> Response:
    """Set a new password by the mailed link."""
    token = request.path_params["token"]
    person = await mail_tokens.person_to_reset(token)
    form = await Form.read(request, NewPasswordInput)
    if form.is_valid:
        with form.guard():
            await people.reset_password(token, form.input.password)
            return web.see_other(
                request, "accounts:sign_in", flash=_("The new password is set; please log in")
            )
    forget_secrets(form)
    return await web.render(
        request, "market/accounts/reset_password.html", form=form, person=person
    )


async def switch(request: Request) -> Response:
    """Act for another of one's organisations."""
    actor = web.signed_in(request)
    data = await request.form()
    membership = access.as_uuid(str(data.get("membership_id", "")))
    if actor.session_id is None or not await sessions.switch_organisation(
        actor.session_id, membership, by=actor
    ):
        raise access.missing()
    return web.see_other(request, "workspace:show")


routes = [
    Route("/sign-in", show_sign_in, name="accounts:sign_in", methods=["GET", "POST"]),
    Route("/sign-in/code", give_code, name="accounts:sign_in_code", methods=["POST"]),
    Route("/sign-out", sign_out, name="accounts:sign_out", methods=["POST"]),
    Route("/register", register, name="accounts:register", methods=["GET", "POST"]),
    Route(
        "/confirm/{token}", confirm_email, name="accounts:confirm_email", methods=["GET", "POST"]
    ),
    Route("/password/forgotten", forgot_password, name="accounts:forgot_password",
          methods=["GET", "POST"]),
    Route("/password/reset/{token}", reset_password, name="accounts:reset_password",
          methods=["GET", "POST"]),
    Route("/switch", switch, name="accounts:switch", methods=["POST"]),
]  # fmt: skip
