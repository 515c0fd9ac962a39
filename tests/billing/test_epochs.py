"""Epochs: the tree of RFC 6962, roots that are chained, and proofs a party checks by itself."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import epochs
from billing.ledger_models import LedgerEntry, LedgerEpoch
from billing.twin import Twin
from billing.verify_entries import findings, leaf_hash, root_of_path
from market.kit import clock
from market.orders.models import Order
from tests.factories.billing import pay_stage, unpaid_order

SCRIPT = Path(epochs.__file__).parent / "verify_entries.py"
# RFC 6962 trees over the leaves of certificate-transparency's own test vectors, in hexadecimal.
CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
             "606162636465666768696a6b6c6d6e6f")  # fmt: skip
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", CT_ROOTS)
def test_l2_the_tree_is_the_one_of_certificate_transparency(size: int) -> None:
    import hashlib

    leaves = [hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES[:size]]
    assert epochs.tree_root(leaves).hex() == CT_ROOTS[size]


@given(size=st.integers(1, 70), data=st.data())
def test_l2_every_leaf_leads_to_the_root_and_no_other_does(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash([number]) for number in range(size)]
    root = epochs.tree_root(leaves).hex()
    index = data.draw(st.integers(0, size - 1))
    path = epochs.audit_path(leaves, index)
    assert root_of_path(leaves[index], index, size, path) == root
    assert root_of_path(leaf_hash(["another"]), index, size, path) != root
    assert root_of_path(leaves[index], index, size, [*path, root]) is None
    if path:
        assert root_of_path(leaves[index], index, size, path[:-1]) is None
    assert root_of_path(leaves[index], size, size, path) is None


async def sealed(processor: Twin, *, parts: int = 2) -> Order:
    """An order with a payment, sealed in as many epochs."""
    deal = await unpaid_order()
    assert deal.order is not None
    for minute in range(1, parts + 1):
        if minute == parts:
            await pay_stage(deal, processor)
        with clock.shifted_by(dt.timedelta(minutes=minute)):
            assert await epochs.seal_ledger() is not None
    return deal.order


async def test_l2_a_proof_checks_offline_and_a_changed_entry_does_not(
    rollback: None, processor: Twin, tmp_path: Path
) -> None:
    order = await sealed(processor)
    proof, published = await epochs.proof_of(order), await epochs.published_epochs()
    assert (len(proof["entries"]), proof["waiting"]) == (6, 0)
    assert list(findings(proof, published)) == []
    assert await epochs.broken_epochs() == []
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    (tmp_path / "epochs.json").write_text(json.dumps(published))

    def run() -> Any:
        command = [sys.executable, "-I", str(SCRIPT), "proof.json", "epochs.json"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (run().returncode, run().stdout) == (0, "6 entries are in the published epochs.\n")
    entry = proof["entries"][0]
    entry["leaf"][-1] += 1
    (tmp_path / "proof.json").write_text(json.dumps(proof))
    assert run().returncode == 1
    assert f"entry {entry['leaf'][3]} of {entry['leaf'][0]}" in run().stdout
    assert "debits are not credits" in run().stdout


async def test_l2_rewriting_an_epoch_breaks_the_chain_of_those_behind(
    rollback: None, processor: Twin
) -> None:
    order = await sealed(processor)
    published = await epochs.published_epochs()
    await LedgerEntry.all().update(amount_fen=1)
    assert len(await epochs.broken_epochs()) == 2
    forged = await epochs._leaves(await epochs._inside(await LedgerEpoch.get(number=1), None))
    root = epochs.tree_root([leaf_hash(leaf) for leaf in forged]).hex()
    published["epochs"][0] |= {"root": root, "digest": epochs.chained(epochs.GENESIS, root)}
    proof = await epochs.proof_of(order)
    assert "epoch 2 is not chained to the one before it" in list(findings(proof, published))


async def test_what_is_not_sealed_yet_is_counted(rollback: None, processor: Twin) -> None:
    deal = await unpaid_order()
    assert deal.order is not None
    proof = await epochs.proof_of(deal.order)
    assert (proof["entries"], proof["waiting"]) == ([], 1)
    assert await epochs.seal_ledger() is None


async def test_two_workers_seal_one_epoch(
    rollback: None, processor: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    await unpaid_order()
    reading = epochs._leaves

    async def overtaken(transactions: Any) -> Any:
        monkeypatch.setattr(epochs, "_leaves", reading)
        assert await epochs.seal_ledger() is not None
        return await reading(transactions)

    monkeypatch.setattr(epochs, "_leaves", overtaken)
    with clock.shifted_by(dt.timedelta(minutes=1)):
        assert await epochs.seal_ledger() is None
    assert await LedgerEpoch.all().count() == 1


async def test_the_roots_are_public_and_a_proof_is_the_parties(
    client: httpx.AsyncClient, processor: Twin
) -> None:
    order = await sealed(processor)
    page = await client.get("/ledger")
    assert page.status_code == 200
    first = await LedgerEpoch.get(number=1)
    assert first.root[:12] in page.text
    assert (await client.get("/ledger/epochs.json")).json() == await epochs.published_epochs()
    assert (await client.get("/ledger/verify_entries.py")).text == SCRIPT.read_text("utf-8")
    refused = await client.get(f"/orders/{order.number}/ledger.json")
    assert refused.status_code == 303
