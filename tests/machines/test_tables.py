"""Every table with a status walks at random: only declared moves happen, each with its audit entry."""

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market import machines
from market.kit import audit, clock
from market.kit.actor import Actor
from market.kit.states import InvalidTransition, Stateful, UndeclaredMove
from market.orders import sampling
from market.orders.sampling import Plan, Severity
from market.orders.switching import SEVERITY_TRANSITIONS, Switching, after_lot, resume
from tests.machines.bare_rows import bare_row
from tests.machines.scale import scaled

MACHINES = machines.machines()
BY = Actor.system("walk")
WALKS = 12
STEPS = 12
# Each step: whether to follow the table or to ask for anything, and which of the statuses then.
WISHES = st.lists(st.tuples(st.booleans(), st.integers(0, 99)), min_size=STEPS, max_size=STEPS)


def named(model: type[Stateful]) -> str:
    """A readable test id."""
    return model.__name__


def statuses(model: type[Stateful]) -> list[StrEnum]:
    """Every value of the status, whether the table names it or not."""
    return list(type(model.initial()))


def wished(model: type[Stateful], old: StrEnum, is_declared: bool, pick: int) -> StrEnum:
    """The status to ask for next."""
    declared = [status for status in statuses(model) if status in model.TRANSITIONS[old]]
    among = declared if is_declared and declared else statuses(model)
    return among[pick % len(among)]


@pytest.mark.once
def test_the_page_is_what_the_tables_say() -> None:
    assert machines.PAGE.read_text() == machines.document(), "run `market docs machines`"


@pytest.mark.parametrize("model", MACHINES, ids=named)
def test_the_table_names_every_status_and_leads_to_each(model: type[Stateful]) -> None:
    assert set(model.TRANSITIONS) == set(statuses(model))
    reached, todo = {model.initial()}, [model.initial()]
    while todo:
        fresh = model.TRANSITIONS[todo.pop()] - reached
        reached |= fresh
        todo += fresh
    assert reached == set(statuses(model))


@pytest.mark.parametrize("model", MACHINES, ids=named)
@given(wishes=WISHES)
@settings(max_examples=scaled(WALKS), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_only_declared_moves_happen_each_with_its_entry(
    rollback: None, model: type[Stateful], wishes: list[tuple[bool, int]]
) -> None:
    row = await bare_row(model)
    expected: list[tuple[str, Any, Any]] = []
    for is_declared, pick in wishes:
        old, new = row.status, wished(model, row.status, is_declared, pick)
        if new in model.TRANSITIONS[old]:
            await row.move_to(new, by=BY, reason="walk")
            expected.append((f"status:{new}", {"status": old}, {"status": new}))
        else:
            with pytest.raises(InvalidTransition):
                await row.move_to(new, by=BY)
            assert row.status == old
        assert (await model.get(id=row.id)).status == row.status
    entries = await audit.history(row)
    assert [(entry.action, entry.before, entry.after) for entry in entries] == expected


@pytest.mark.parametrize("model", MACHINES, ids=named)
async def test_no_other_way_writes_a_status(rollback: None, model: type[Stateful]) -> None:
    row = await bare_row(model)
    for status in statuses(model):
        with pytest.raises(UndeclaredMove):
            row.status = status
        with pytest.raises(UndeclaredMove):
            await model.filter(id=row.id).update(status=status)
    await row.save()
    await row.refresh_from_db()
    assert (row.status, await audit.history(row)) == (model.initial(), [])


async def test_the_chain_over_all_walks_is_intact_and_a_changed_entry_breaks_it(
    rollback: None,
) -> None:
    for model in MACHINES:
        row = await bare_row(model)
        for new in sorted(model.TRANSITIONS[row.status])[:1]:
            await row.move_to(new, by=BY)
    with clock.shifted_by(2 * audit.SETTLE):
        epoch = await audit.seal_epoch()
    assert epoch is not None
    assert epoch.entries >= len(MACHINES)
    assert await audit.verify() == []
    entry = await audit.LogEntry.filter(epoch=epoch.number).first()
    assert entry is not None
    await audit.LogEntry.filter(id=entry.id).update(after={"status": "invented"})
    assert await audit.verify() == [f"epoch {epoch.number}: entries were changed, added or removed"]


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=60, max_size=60))
@settings(max_examples=scaled(60))
def test_severity_switches_only_as_declared(lots: list[tuple[int, bool]]) -> None:
    state = Switching()
    for found, is_steady in lots:
        old = state.severity
        if old is Severity.STOPPED:
            state = resume(state)
        else:
            plan: Plan = sampling.plan(3201, "II", sampling.AQLS[15], old)
            state = after_lot(state, plan, min(found, plan.n), reduction_allowed=is_steady)
        assert state.severity is old or state.severity in SEVERITY_TRANSITIONS[old]
