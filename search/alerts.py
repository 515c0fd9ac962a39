"""Alerts: when a saved search has something new it is sent by mail, once, and nothing is sent when there is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from itsdangerous import BadSignature, URLSafeSerializer
from tortoise.expressions import Q

from market.accounts.mail_tokens import LinkExpired
from market.accounts.models import Membership, Person
from market.kit import clock, outbox, web
from market.kit.db import atomic, lock
from market.kit.i18n import gettext as _
from market.notifications import inbox, mailing
from market.settings import settings
from search import alert_news, indexing
from search.alert_models import AlertedVersion, AlertFrequency, AlertKind, SavedSearch
from search.alert_news import Records
from search.cards import facts_of, heading_of, prices_of, url_of
from search.documents import Kind
from search.saved_searches import next_due
from search.saved_views import address_of
from search.subjects import subjects_of
from search.versions import version_of

TOPIC = "alert.due"
PAUSE = dt.timedelta(minutes=15)
"""At least this long between two mails of one search: an import of thousands makes one mail."""
LISTED = 20
"""Records named in one mail; the others stand behind its link."""
AT_ONCE = 200
OVERLAP = dt.timedelta(minutes=10)
"""Changes this much older than the last look are looked at again: another worker may have been writing them."""


async def note_change(message: outbox.Message) -> None:
    """Let immediate alerts look soon that a changed record may concern: its kind's, its firm's, its job's."""
    changed = await subjects_of([message.payload])
    kinds = [kind for kind, ids in changed.items() if ids]
    concerned = (
        Q(target__in=kinds)
        | Q(kind=AlertKind.MATCHED_JOBS, organisation_id__in=sorted(changed["suppliers"]))
        | Q(job_id__in=sorted(changed["jobs"]))
    )
    now = clock.now()
    waiting = SavedSearch.filter(frequency=AlertFrequency.IMMEDIATELY, next_due_at__gt=now)
    await waiting.filter(concerned).update(next_due_at=now)


async def ask_for_alerts() -> int:
    """Ask for the alerts whose time has come; for the clock. How many."""
    now = clock.now()
    rested = Q(last_sent_at=None) | Q(last_sent_at__lte=now - PAUSE)
    due = await SavedSearch.filter(rested, next_due_at__lte=now).order_by("next_due_at", "id")\
        .limit(AT_ONCE)  # fmt: skip
    return sum([await _ask(row) for row in due])


@atomic()
async def _ask(row: SavedSearch) -> bool:
    row, now = await lock(row), clock.now()
    if row.next_due_at is None or row.next_due_at > now:
        return False
    row.next_due_at = next_due(row.frequency, now)
    await row.save(update_fields=["next_due_at"])
    await outbox.record(TOPIC, saved_search=row.id)
    return True


async def send_alert(message: outbox.Message) -> None:
    """alert.due: mail what is new since the last one; nothing when there is nothing.

    What a message is about is written down before it is sent and never changed: a second run of a
    killed worker sends the same under the same key, and no other message sends it again.
    """
    row = await SavedSearch.get_or_none(id=message.payload["saved_search"])
    if row is None or row.frequency == AlertFrequency.NEVER or not await _may_see(row):
        return
    claimed, looked_at = await _claimed_by(row.id, message.id), clock.now()
    if not claimed:
        claimed = await _claim(row, message.id, await _news(row), looked_at)
    records = await alert_news.fresh(cast(Kind, row.target), claimed)
    if records:
        await _mail(message, row, list(records.values()))


async def _may_see(row: SavedSearch) -> bool:
    """Matches belong to an organisation: they are sent to who is still its member."""
    if row.organisation_id is None:
        return True
    return await Membership.filter(
        person_id=row.person_id, organisation_id=row.organisation_id, revoked_at=None
    ).exists()


async def _news(row: SavedSearch) -> dict[str, str]:
    """The version of each record found that the search has not shown, as the database has it now."""
    since = row.looked_at - OVERLAP if row.looked_at else row.created_at
    found = await alert_news.changed_matches(row, since)
    shown = await _shown(row.id)
    changed = [key for key, one in found.items() if (key, version_of(one)) not in shown]
    records: Records = await alert_news.fresh(cast(Kind, row.target), changed)
    versions = {key: version_of(one) for key, one in records.items()}
    return {key: version for key, version in versions.items() if (key, version) not in shown}


async def _shown(saved_search_id: UUID) -> set[tuple[str, str]]:
    rows = AlertedVersion.filter(saved_search_id=saved_search_id)
    return {(key, version) for key, version in await rows.values_list("record_id", "version")}


async def _claimed_by(saved_search_id: UUID, message_id: str) -> list[str]:
    rows = AlertedVersion.filter(saved_search_id=saved_search_id, message_id=message_id)
    return [str(key) for key in await rows.order_by("id").values_list("record_id", flat=True)]


@atomic()
async def _claim(
    row: SavedSearch, message_id: str, news: Mapping[str, str], looked_at: dt.datetime
) -> list[str]:
    """Write down what this message sends: of the news what no other message has taken meanwhile."""
    row = await lock(row)
    shown = await _shown(row.id)
    own = [(key, version) for key, version in news.items() if (key, version) not in shown]
    if own:
        await AlertedVersion.bulk_create(
            [AlertedVersion(saved_search_id=row.id, record_id=key, version=version,
                            message_id=message_id) for key, version in own],
            batch_size=100,
        )  # fmt: skip
        row.last_sent_at = clock.now()
    row.looked_at = looked_at
    await row.save(update_fields=["last_sent_at", "looked_at"])
    return [key for key, _version in own]


@dataclass(frozen=True, slots=True)
class AlertNotice:
    """What a mail and its line behind the bell say of a saved search; `url` is a path of this site."""

    name: str
    url: str
    count: int


async def _mail(
    message: outbox.Message, row: SavedSearch, records: Sequence[Mapping[str, Any]]
) -> None:
    person = await Person.get(id=row.person_id)
    notice = AlertNotice(row.name, await address_of(row), len(records))
    context: dict[str, Any] = {
        "alert": notice,
        "name": person.name,
        "frequency": row.frequency.value,
    }
    with mailing.speaking(person.locale):
        await inbox.note(message, person, template=TOPIC, context=context)
        lines = [_line(one) for one in records[:LISTED]]
    await mailing.send(
        message, person.email, locale=person.locale, template=TOPIC, lines=lines,
        unsubscribe_token="", stop_url=stop_url(row), **context,
    )  # fmt: skip


def _line(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": document[heading_of(document)], "url": url_of(document),
        "facts": facts_of(document), "prices": prices_of(document),
    }  # fmt: skip


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings.secret_key.get_secret_value(), salt="alert:stop")


def stop_url(row: SavedSearch) -> str:
    """The address that ends this alert by one POST, without logging in (RFC 8058)."""
    return web.absolute_url("alerts:stop", token=_signer().dumps(str(row.id)))


async def alert_to_stop(token: str) -> SavedSearch | None:
    """Whose mail the link ends; None when the search was deleted since. Raises LinkExpired."""
    try:
        return await SavedSearch.get_or_none(id=UUID(_signer().loads(token)))
    except BadSignature:
        raise LinkExpired(_("The link is not one of ours")) from None


HANDLERS: Mapping[str, tuple[outbox.Handler, ...]] = {
    TOPIC: (send_alert,), **dict.fromkeys(indexing.TOPICS, (note_change,)),
}  # fmt: skip
