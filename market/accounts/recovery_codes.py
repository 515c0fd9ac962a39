"""One-time recovery codes: they stand in for the authenticator app when the phone is gone."""

import base64
import hashlib
import secrets

from market.accounts import passwords
from market.accounts.models import Person, RecoveryCode
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.db import lock, transaction
from market.kit.errors import InvalidInput
from market.kit.i18n import gettext as _

COUNT = 10
RANDOM_BYTES = 10  # 80 bits: a hash without salt or stretching is not worth guessing
GROUP = 4


async def issue(person: Person) -> list[str]:
    """Ten new codes of a locked person in place of the old ones; their only clear text."""
    await RecoveryCode.filter(person=person).delete()
    codes = [base64.b32encode(secrets.token_bytes(RANDOM_BYTES)).decode() for _n in range(COUNT)]
    for code in codes:
        await RecoveryCode.create(person=person, digest=_digest(code))
    return ["-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)) for code in codes]


async def renew(password: str, *, by: Actor) -> list[str]:
    """New codes of the actor; the old ones are void. Asks for the password; raises InvalidInput
    when it is wrong or two-step verification is off."""
    person = await Person.get(id=by.person_id)
    if not await passwords.is_right(password, password_hash=person.password_hash):
        raise InvalidInput(fields={"password": _("The present password is not right")})
    async with transaction():
        person = await lock(person)
        if person.totp_confirmed_at is None:
            raise InvalidInput(_("Two-step verification is off"))
        codes = await issue(person)
        await audit.record(person, "recovery_codes_renewed", by=by)
    return codes


async def use(person: Person, code: str) -> bool:
    """Spend a code of a locked person; False when it is none of theirs, or spent."""
    found = RecoveryCode.filter(person=person, digest=_digest(code), used_at=None)
    if not await found.update(used_at=clock.now()):
        return False
    await audit.record(person, "recovery_code_used", by=Actor(person_id=person.id))
    return True


async def left(person: Person) -> int:
    """How many codes are not spent."""
    return await RecoveryCode.filter(person=person, used_at=None).count()


def _digest(code: str) -> str:
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()
