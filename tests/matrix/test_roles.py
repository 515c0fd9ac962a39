"""Every route as every role, on A's rows: who is let in, who is told 404, and that a refusal changes nothing."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.routing import Route
from tortoise import Tortoise

from market.accounts import sessions
from market.app import ROUTES, create_app
from market.kit import clock, db, outbox
from market.settings import settings
from tests.factories import PASSPHRASE
from tests.factories.datasets import DATASET, need_input, sheet_of
from tests.factories.programmes import PROJECT, SERVICE
from tests.factories.selection import ENTRY
from tests.matrix.access_table import RULES, Rule, rule_of
from tests.matrix.world import MOMENT, ROLES, World
from tests.undone import undone

pytestmark = [pytest.mark.committed, pytest.mark.once]
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
VIEWERS = frozenset({"viewer_a", "viewer_firm_a"})
KINDS = {
    "buyer_a": "demand", "viewer_a": "demand", "buyer_b": "demand", "unverified": "demand",
    "supplier_a": "supplier", "viewer_firm_a": "supplier", "supplier_b": "supplier",
    "bureau_a": "bureau", "bureau_b": "bureau", "operator": "operator", "homeless": "",
}  # fmt: skip
# What a member who may only read may still change: what is their own, or nobody's.
PERSONAL = frozenset(
    {"language:choose", "accounts:switch", "accounts:settings", "accounts:password",
     "accounts:begin_second_factor", "accounts:second_factor", "accounts:remove_second_factor",
     "accounts:renew_recovery_codes",
     "calendar:subscribe", "calendar:unsubscribe", "inbox:read_all",
     "reminders:choose", "api:calendar_open_feed", "api:calendar_revoke_feed",
     "alerts:save", "api:search_save_search",
     "api:notifications_read_notices", "api:notifications_choose_reminders",
     "accounts:mail", "accounts:sign_out", "accounts:sign_in", "accounts:register",
     "accounts:forgot_password", "accounts:end_other_sessions", "accounts:found",
     "accounts:tokens", "api:accounts_create_token", "accounts:sign_in_code"}
)  # fmt: skip
# The first print of a document notes its digest, whoever may read it.
PRINTED = frozenset(
    {"jobs:report", "bids:letter", "awards:notice", "complaints:print", "contracts:print",
     "contracts:version", "changes:print", "batches:print", "settlements:print", "invoices:print",
     "fairs:print", "jobs:opening_print", "reward_claims:print", "bulletins:print"}
)  # fmt: skip
WRITTEN = re.compile(
    r'\s*(?:INSERT(?: OR \w+)? INTO|UPDATE(?: OR \w+)?|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.I
)
TOUCHED = frozenset({"last_used_at", "last_seen_at"})
TEXT = "一段足够长的说明文字，理由充分。"
# One body that every form and operation finds its fields in.
BODY: dict[str, Any] = {
    "title": "标题", "summary": TEXT * 3, "name": "名称", "email": "someone@example.com",
    "passphrase": PASSPHRASE, "again": PASSPHRASE,
    "password": "another long password", "current": "x", "code": "not_responsive", "reason": TEXT,
    "explanation": TEXT, "text": TEXT, "answer": TEXT, "rationale": TEXT, "rating": 4,
    "method": "online", "unit_price": "80", "delivery_days": 60, "daily_capacity": "500",
    "note": TEXT, "conflict": "none", "question": TEXT, "decision": TEXT,
    "due_at": "2026-12-01T10:00:00+08:00",
    "technical": "4", "quality": "4", "schedule": "4", "digest": "0" * 64,
    "secret": "一个自己的秘密随机数 0123456789", "quantity": "1", "reference": "ICBC000001",
    "programme": "test-compute", "kind": "ordinary", "role": "viewer", "locale": "zh_CN",
    "official_number": "1" * 20, "issued_on": "2026-03-01", "price_fen": "1000",
    "payment": "PAY-2026-000001", "choice": "pay", "number": "X1", "region_code": "370100",
    "modalities": "图像", "task_types": "2D框", "evidence": TEXT, "fields": "name",
    "bank_reference": "ICBC9", "booked_on": "2026-03-01", "payer_name": "某公司",
    "amount_fen": "1.00", "task": "图像拉框", "unit": "张", "min_price": "1", "max_price": "2",
    "statement": TEXT * 2, "demand": TEXT, "ground": "restrictive", "ruling": "no_breach",
    "reasons": TEXT, "measure": "warning", "days": 90, "scopes": "jobs:read",
    "holder1_holder_name": "王小明", "holder1_share_bp": "51",
    "taxpayer_kind": "general", "size": "small", "year": "2026", "asked_fen": "1.00",
}  # fmt: skip
LISTS: dict[str, Any] = {
    "modalities": ["图像"], "task_types": ["2D框"], "fields": ["name"], "scopes": ["jobs:read"],
    "items": [{"name": "a.png", "sha256": "a" * 64}], "nonconforming": [],
    "prices": [{"task": "图像拉框", "unit": "张", "min_price": "1", "max_price": "2"}],
    "daily_capacity": 500,
}  # fmt: skip
JOB_DRAFT = {"title": "改过的标题"}
WHY = {"explanation": TEXT}
NOBODY = "00000000-0000-0000-0000-000000000000"
POOL = {
    "title": "图像标注预选库",
    "summary": TEXT,
    "modalities": ["图像"],
    "valid_until": "2027-03-01",
}
FAIR = {
    "title": "济南市数据标注供需对接会", "summary": TEXT, "venue": "会议厅", "region_code": "370100",
    "slots": 3, "slot_minutes": 20, "tables": 2, "closes_at": "2027-03-01", "starts_at": "2027-03-08",
}  # fmt: skip
NEED = need_input().model_dump(mode="json")
HOOK = {"url": "https://hooks.example.com/", "topics": ["job.published"]}
FILE = {"filename": "a.csv", "content": "aWQsbGFiZWwKYSwxCg=="}
BODIES = {
    "api:accounts_declare_shareholders": {"holders": [{"holder_name": "王小明", "share_bp": 5100}]},
    "api:tendering_shortlist": {"passed": []},
    "api:tendering_award_bid": {"rationale": TEXT},
    "api:billing_propose_decision": {"kind": "return", "reason": TEXT},
    "api:billing_add_evidence": {**FILE, "kind": "contract"},
    "api:billing_judge_decision": {"agree": True}, "api:billing_judge_late_return": {"agree": True},
    "api:billing_propose_forfeiture": {"code": "bid_revoked", "statement": TEXT},
    "api:billing_decide_forfeiture": {"is_agreed": True, "reason": TEXT},
    "api:billing_check_guarantee": {"is_agreed": True, "reason": TEXT},
    "api:billing_register_labour_payee": {
        "name": "王小明", "id_number": "11010519491231002X", "bank_name": "示例银行",
        "bank_account": "6222 0210 0101 2345",
    },
    "api:billing_submit_guarantee": {
        **FILE, "issuer": "示例银行", "letter_number": "GL-1", "amount_fen": 1, "expires_on": "2099-01-01",
    },
    "api:incidents_finish_step": {"step": "contained", "note": TEXT},
    "api:incidents_grade_incident": {"level": "major", "reason": TEXT},
    "api:exchange_push": {"schema_version": 1, "records": [{"data": {}}]},
    "api:incidents_report_incident": {
        "title": "标注平台被入侵", "kind": "network", "level": "serious", "description": TEXT,
        "discovered_at": "2026-03-01T10:00:00+08:00",
    },
    "api:webhooks_add_endpoint": HOOK, "api:webhooks_edit_endpoint": HOOK,
    "api:risks_decide_case": {"decision": "remind", "reasons": TEXT},
    "api:billing_confirm_repayment": {"dispute": "D-2026-000001", "reference": "BANK-1"},
    "api:billing_decide_application": {"outcome": "refused", "note": TEXT, "source": "第八条"},
    "api:registration_answer_filing": {"accept": True},
    "api:bureau_enter_report": {
        "period": "2025", "value": "3", "document": TEXT, "document_on": "2025-12-31",
    },
    "api:pilots_prepare_pilot": {"metric": "accuracy", "instructions": TEXT, "items": FILE, "gold": FILE},
    "api:pilots_submit_answers": FILE,
    "api:search_add_entry": {"kind": "left_out", "word": "麻烦"},
    "api:search_save_search": {"name": "名称", "kind": "jobs", "q": "医学影像"},
    "api:datasets_change_need": NEED, "api:datasets_post_need": NEED,
    "api:orders_submit_batch": {"quantity": "1", "items": LISTS["items"]},
    "api:orders_propose_change": {**WHY, "rationale": "volume_changed", "quantity": "9"},
    "api:orders_propose_termination": WHY, "api:orders_give_notice": {**WHY, "reason": "force_majeure"},
    "api:orders_publish_guideline": {"label": "v9", "changes": TEXT},
    "api:orders_assign_talent": {"group": "G1", "talent": NOBODY},
    "api:orders_end_assignment": {"assignment": NOBODY},
    "api:orders_allow_reduction": {"is_allowed": True},
    "api:training_write_module": {"title": "保密培训", "text": TEXT, "questions": "能否外传？\n能\n*不能"},
    "api:training_keep_credential": {
        "talent": NOBODY, "kind": "consent", "reference": TEXT, "valid_until": "2027-01-01",
    },
    "api:disputes_open_dispute": {"ground": "quality", "text": TEXT, "amount_fen": 1},
    "api:disputes_take_up": {"is_independent": "yes"},
    "api:disputes_accept_reading": {"is_independent": "yes"},
    "api:disputes_appoint_reader": {"organisation": "O-2026-000001"},
    "api:disputes_decide_dispute": {"amount_fen": 1, "code": "no_reader", "text": TEXT},
    "api:orders_decide_report": {"decision": "hide", "reason": TEXT},
    "api:tendering_appoint_judge": {"email": "judge@example.com"},
    "api:tendering_update_draft": JOB_DRAFT, "api:tendering_amend_job": JOB_DRAFT,
    "api:tendering_set_lots": {"lots": []}, "api:tendering_set_invitations": {"invited": []},
    "api:tendering_set_lock": {"field": "minimum_bids", "value": "3", "reason": TEXT},
    "api:tendering_decide_review": {"decision": "approve"},
    "api:fairs_draft_fair": FAIR, "api:fairs_change_fair": FAIR,
    "api:fairs_register": {"contact": "王工", "interests": ["图像"]},
    "api:fairs_block_pair": {"buyer": "O-2026-000001", "supplier": "O-2026-000002", "reason": TEXT},
    "api:fairs_record_meeting": {"outcome": "open"},
    "api:certification_open_round": {
        "title": "基地认定", "closes_at": "2099-12-15", "firms_min": 3, "staff_min": 100, "area_min": 1000,
    },
    "api:certification_submit_application": {"signer": "李建国", "is_true": True},
    "api:certification_decide": {"decision": "recommend", "opinion": TEXT},
    "api:certification_object_to": {"grounds": TEXT},
    "api:datasets_write_dataset": DATASET, "api:datasets_change_dataset": DATASET,
    "api:datasets_assign_reviewers": {"reviewers": "someone@example.com"},
    "api:datasets_hand_in_sheet": sheet_of().model_dump(mode="json"),
    "api:datasets_publish_rating": {"statement": TEXT},
    "api:reserve_submit_project": PROJECT,
    "api:reserve_answer_project": {"decision": "admit", "opinion": TEXT},
    "api:reserve_propose_move": {"target": "special", "reason": TEXT},
    "api:reserve_decide_move": {"decision": "refuse", "opinion": TEXT},
    "api:services_list_service": SERVICE, "api:services_ask_for_quote": {"text": TEXT},
    "api:services_answer_request": {"decision": "decline", "answer": TEXT},
    "api:services_reply_to_quote": {"decision": "withdraw"},
    "api:selection_open_call": {
        "kind": "case", "title": "案例征集", "text": TEXT, "closes_at": "2099-12-15",
    },
    "api:selection_enter": ENTRY, "api:selection_correct_entry": ENTRY,
    "api:selection_review_entry": {"points": 90, "opinion": TEXT},
    "api:selection_decide": {"decision": "decline", "opinion": TEXT},
    "api:selection_object_to": {"grounds": TEXT},
    "api:bulletins_draft_bulletin": {"kind": "monthly", "period": "2025-10"},
    "api:bulletins_correct_bulletin": {"reason": TEXT},
    "api:rewards_begin_claim": {"year": 2026, "asked_fen": "1.00"},
    "api:rewards_decide_claim": {"grant": False, "reasons": TEXT},
    "api:pools_draft_pool": POOL, "api:pools_change_pool": POOL,
    "api:pools_decide_application": {"decision": "admit", "reason": TEXT},
    "api:tendering_create_draft": JOB_DRAFT, "api:tendering_cancel_job": {"code": "policy_changed"},
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One request of the walk."""

    name: str
    method: str
    path: str
    rule: Rule

    @property
    def is_api(self) -> bool:
        """Whether a program asks."""
        return self.path.startswith("/api/v1")


def named_routes() -> Iterator[Route]:
    """The routes of the application that have a name."""
    for route in ROUTES:
        if isinstance(route, Route) and route.name:
            yield route


def steps(world: World) -> list[Step]:
    """Every route with each of its methods, its path filled with A's rows."""
    found = []
    for route in named_routes():
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule := rule_of(route.name, method):  # the first test tells of a missing line
                found.append(Step(route.name, method, filled(route, rule, world), rule))
    return found


def filled(route: Route, rule: Rule, world: World) -> str:
    """The route's path with A's rows in it; `=value` stands for itself."""
    values = [r[1:] if r.startswith("=") else world.rows.get(r, "0" * 12) for r in rule.rows]
    path = route.path_format
    for name, value in zip(re.findall(r"{(\w+)}", path), values, strict=True):
        path = path.replace("{" + name + "}", value)
    return path


def test_every_route_has_its_line_and_every_line_its_route() -> None:
    assert {route.name for route in named_routes()} == {key.split()[-1] for key in RULES}


def test_no_route_hides_another() -> None:
    seen: list[tuple[str, str]] = []
    for route in named_routes():
        seen += [(method, route.path) for method in route.methods or ()]
    assert sorted(seen) == sorted(set(seen))
    names = [route.name for route in named_routes() if not route.name.startswith("twin:")]
    assert sorted(names) == sorted(set(names))


class Changes:
    """Which tables requests have written, from the statements that SQLite runs."""

    def __init__(self) -> None:
        self.tables: set[str] = set()
        self._before: dict[str, list[str]] = {}

    async def begin(self) -> None:
        """Remember every row there is, and listen from now on."""
        names = [model._meta.db_table for model in Tortoise.apps["models"].values()]
        self._before = {name: await rows_of(name) for name in names}
        await db.connection()._connection.set_trace_callback(self._hear)

    def _hear(self, statement: str) -> None:
        if found := WRITTEN.match(statement):
            self.tables.add(found[1])

    async def are_there(self) -> bool:
        """Whether a table written since the last question holds other rows than in the beginning."""
        written, self.tables = self.tables & self._before.keys(), set()
        return any([await rows_of(name) != self._before[name] for name in sorted(written)])


async def rows_of(table: str) -> list[str]:
    """Every row of a table as text."""
    rows = await db.connection().execute_query_dict(f'SELECT * FROM "{table}"')
    return sorted(
        json.dumps({key: str(value) for key, value in row.items() if key not in TOUCHED})
        for row in rows
    )


def files() -> list[tuple[str, int]]:
    """What lies in the data directory: uploads and the search index."""
    folder = settings.market_data_dir
    return sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in folder.rglob("*")
        if path.is_file() and "sqlite3" not in path.name
    )


def body_of(step: Step) -> dict[str, Any]:
    """What is sent with a request."""
    if step.method not in WRITING:
        return {}
    if step.name == "api:tendering_attach_document":
        return {"content": b"text", "params": {"filename": "a.txt"}}
    if step.is_api:
        return {"json": BODIES.get(step.name, {**BODY, **LISTS})}
    return {"data": BODY}


def verdict(step: Step, role: str, answer: httpx.Response, *, changed: bool) -> str:
    """What is wrong with an answer; empty when nothing is."""
    status = answer.status_code
    if status >= 500:
        return f"{status}"
    if role in step.rule.allowed:
        if role in VIEWERS and changed and step.name not in PERSONAL | PRINTED:
            return f"{status}: a viewer changed something"
        if step.method == "GET" and status in (401, 403) and role not in VIEWERS:
            return f"{status}: should be let in"
        return ""
    if changed:
        return f"{status}: refused, but something changed"
    if role == "anonymous" and not (step.rule.is_private and status == 404):
        if step.is_api:
            return "" if status in (401, 404) else f"{status}: should be 401"
        to = answer.headers.get("location", "")
        return "" if status == 303 and to.startswith("/sign-in") else f"{status} {to}"
    own_kind = KINDS.get(role, "") in {KINDS.get(owner) for owner in step.rule.allowed}
    allowed = {404} if step.rule.is_private and own_kind else {403, 404}
    return "" if status in allowed else f"{status}: should be {sorted(allowed)}"


async def test_a_change_is_noticed_and_what_is_undone_is_not(world: World) -> None:
    changes = Changes()
    await changes.begin()
    async with undone():
        await outbox.record("talent.changed", talent="1")
        assert await changes.are_there()
    assert not await changes.are_there()


@pytest.mark.parametrize("role", ROLES)
async def test_role_walks_every_route(world: World, role: str) -> None:
    app = create_app()
    problems, before = [], files()
    with clock.frozen_at(MOMENT):
        changes = Changes()
        await changes.begin()
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://testserver",
        ) as http:
            for step in steps(world):
                found = await walk(http, world, role, step, changes)
                problems += [f"{step.method} {step.name}: {found}"] if found else []
    if role not in ("buyer_a", "supplier_a"):  # their own uploads stay when the row is undone
        problems += [f"file: {name}" for name in sorted(set(files()) ^ set(before))]
    assert not problems, "\n".join(problems)


async def walk(
    http: httpx.AsyncClient, world: World, role: str, step: Step, changes: Changes
) -> str:
    """One request in a transaction that is undone; what is wrong with it."""
    http.cookies.clear()
    headers = world.tokens.get(role, {}) if step.is_api else {}
    if role in world.cookies and not headers:
        http.cookies.set(sessions.COOKIE, world.cookies[role])
    async with undone():
        answer = await http.request(step.method, step.path, headers=headers, **body_of(step))
        return verdict(step, role, answer, changed=await changes.are_there())
    raise AssertionError("unreachable")


async def test_a_token_is_nobody_on_pages(world: World) -> None:
    """Pages know no scopes, so that a token of few scopes may not use them."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app()), base_url="http://testserver"
    ) as http:
        answer = await http.get(f"/orders/{world.rows['order']}", headers=world.tokens["buyer_a"])
    assert (answer.status_code, answer.headers["location"][:8]) == (303, "/sign-in")
