"""The optional second factor: one-time codes of an authenticator app (TOTP, RFC 6238)."""

import hmac

import pyotp
import segno

from market.accounts import passwords, recovery_codes
from market.accounts.models import Person, RecoveryCode
from market.kit import audit, clock, vault
from market.kit.actor import Actor
from market.kit.db import atomic, lock, lock_id, transaction
from market.kit.errors import Conflict, InvalidInput
from market.kit.i18n import gettext as _

STEP_SECONDS = 30
DRIFT_STEPS = 1
PURPOSE = "accounts:totp"
ISSUER = "数据标注公共服务平台"


class SecondFactorOn(Conflict):
    """The second factor is already confirmed."""

    title = "Two-step verification is already on"


def secret_of(person: Person) -> str:
    """The secret of a person who has one, in the clear."""
    return vault.unseal(bytes(person.totp_secret or b""), purpose=PURPOSE, row_id=person.id)


def provisioning_uri(person: Person) -> str:
    """The otpauth address an authenticator app reads."""
    totp = pyotp.TOTP(secret_of(person))
    return str(totp.provisioning_uri(name=person.email, issuer_name=ISSUER))


def qr_code(person: Person) -> str:
    """The provisioning address as a QR code in a data: image."""
    return str(segno.make(provisioning_uri(person), error="m").svg_data_uri(scale=4, border=2))


@atomic()
async def begin_enrolment(*, by: Actor) -> Person:
    """Give the actor a new secret, not yet in force; raises SecondFactorOn."""
    person = await _own(by)
    if person.totp_confirmed_at is not None:
        raise SecondFactorOn(_("Two-step verification is already on"))
    person.totp_secret = vault.seal(pyotp.random_base32(), purpose=PURPOSE, row_id=person.id)
    person.totp_last_step = 0
    await person.save(update_fields=["totp_secret", "totp_last_step"])
    return person


@atomic()
async def confirm_enrolment(code: str, *, by: Actor) -> list[str]:
    """Put the secret in force once the app shows the right code; returns the recovery codes, whose
    only clear text this is. Raises SecondFactorOn, InvalidInput."""
    person = await _own(by)
    if person.totp_confirmed_at is not None:
        raise SecondFactorOn(_("Two-step verification is already on"))
    await use_code(person, code)
    person.totp_confirmed_at = clock.now()
    await person.save(update_fields=["totp_confirmed_at"])
    await audit.record(person, "second_factor_on", by=by)
    return await recovery_codes.issue(person)


async def remove(password: str, *, by: Actor) -> None:
    """Switch the second factor off; asks for the password again. Raises InvalidInput."""
    person = await Person.get(id=by.person_id)
    if not await passwords.is_right(password, password_hash=person.password_hash):
        raise InvalidInput(fields={"password": _("The present password is not right")})
    async with transaction():
        person = await lock(person)
        person.totp_secret, person.totp_confirmed_at = None, None
        await RecoveryCode.filter(person=person).delete()
        await person.save(update_fields=["totp_secret", "totp_confirmed_at"])
        await audit.record(person, "second_factor_off", by=by)


async def use_code(person: Person, code: str) -> None:
    """Accept a code of the present half minute or one beside it, each once, or a recovery code that
    is not spent; raises InvalidInput.

    `person` is locked by the verb that calls.
    """
    step = _matching_step(person, code)
    if step is None and await recovery_codes.use(person, code):
        return
    if step is None:
        raise InvalidInput(fields={"code": _("The code is not right or was used already")})
    person.totp_last_step = step
    await person.save(update_fields=["totp_last_step"])


def _matching_step(person: Person, code: str) -> int | None:
    if not person.totp_secret:
        return None
    totp = pyotp.TOTP(secret_of(person))
    now = int(clock.now().timestamp()) // STEP_SECONDS
    for step in range(now - DRIFT_STEPS, now + DRIFT_STEPS + 1):
        fits = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode())
        if fits and step > person.totp_last_step:
            return step
    return None


async def _own(by: Actor) -> Person:
    assert by.person_id is not None
    return await lock_id(Person, by.person_id)
