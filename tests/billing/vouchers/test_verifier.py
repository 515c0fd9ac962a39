"""The offline verifier: agrees with every decision, and with no tampered one."""

import ast
import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from billing.vouchers import verifier
from billing.vouchers.programmes import find_programme
from billing.vouchers.quotes import certificate
from billing.vouchers.verifier.__main__ import main
from tests.billing.vouchers.claim_builder import earlier, quoted
from tests.billing.vouchers.test_published_claims import CLAIMS
from tests.billing.vouchers.test_worked_claims import GRANTED, REFUSED, TENANT

WORKED = [(case[0], case[1], case[2]) for case in (*GRANTED, *REFUSED)]
WORKED += [
    (claim["programme"], claim["lines"], {key: claim[key] for key in ("subject", "as_of")})
    for claim in CLAIMS
]


def proof(programme, *spend, **fields):
    decided = quoted(programme, *spend, **fields)
    return json.loads(json.dumps(certificate(find_programme(programme), decided)))


@pytest.fixture
def crossing():
    """A claim that crosses the yearly threshold, with a stated and a replayed history."""
    history = [
        earlier(("model_api", 12_000_000), as_of="2026-02-01"),
        earlier(("dataset_purchase", 8_000_000), as_of="2026-03-01", grant_fen=0),
    ]
    return proof("baoding-digital", ("model_api", 15_000_000), **TENANT, history=history)


@pytest.mark.parametrize(("programme", "spend", "fields"), WORKED)
def test_the_verifier_agrees_with_every_worked_claim(programme, spend, fields):
    assert verifier.verify(**proof(programme, *spend, **fields)) == []


@pytest.mark.parametrize(
    ("path", "value", "part"),
    [
        (("decision", "grant_fen"), 10_500_001, "decision"),
        (("decision", "binding"), "pool", "decision"),
        (("decision", "split", "保定市（国家数据标注基地）"), 0, "decision"),
        (("decision", "eligible"), False, "decision"),
        (("calculation", "base_fen"), 1, "calculation"),
        (("calculation", "retroactive"), [0], "calculation"),
        (("past", 0, "granted_fen"), 1, "past"),
        (("limits", 0, "remaining_before"), 1, "limits"),
        (("limits", 1, "used"), 1, "limits"),
        (("predicates", 1, "holds"), False, "predicates"),
        (("predicates", 1, "values", "flags"), ["startup"], "predicates"),
        (("lines", 0, "counted_fen"), 1, "lines"),
        (("programme", "sha256"), "0" * 64, "programme"),
        (("inputs", "claim", "lines", 0, "amount_fen"), 14_000_000, "lines"),
        (("inputs", "claim", "flags"), [], "predicates"),
        (("inputs", "history", 0, "as_of"), "2025-02-01T00:00:00+08:00", "calculation"),
        (("inputs", "history", 1, "granted_fen"), 5, "past"),
        (("inputs", "remaining"), {"pool:year": 5}, "limits"),
    ],
)
def test_a_tampered_trace_is_found(crossing, path, value, part):
    assert verifier.verify(**crossing) == []
    tampered = copy.deepcopy(crossing)
    place = tampered["trace"]
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    assert part in [finding.split(":")[0] for finding in verifier.verify(**tampered)]


def test_another_version_of_the_rule_is_found(crossing):
    crossing["programme"]["caps"][0]["levels"][0]["limit"] += 1
    assert verifier.verify(**crossing)[0] == "programme: not the pinned version"


def test_a_missing_step_is_found(crossing):
    crossing["trace"]["limits"].pop()
    assert [finding.split(":")[0] for finding in verifier.verify(**crossing)] == ["limits"]


def test_the_command_prints_what_it_found(tmp_path, capsys, crossing):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(crossing), encoding="utf-8")
    assert main([str(path)]) == 0
    assert capsys.readouterr().out == "baoding-digital@1 agrees\n"
    wrong = copy.deepcopy(crossing)
    wrong["trace"]["decision"]["grant_fen"] = 1
    path.write_text(json.dumps([crossing, wrong]), encoding="utf-8")
    assert main([str(path)]) == 1
    assert "but the rule gives" in capsys.readouterr().out


def test_it_runs_alone_on_the_standard_library(tmp_path, crossing):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(crossing), encoding="utf-8")
    root = Path(verifier.__file__).parents[3]
    command = [sys.executable, "-S", "-m", "billing.vouchers.verifier", str(path)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "baoding-digital@1 agrees\n")


def test_it_imports_nothing_but_itself_and_the_standard_library():
    for path in Path(verifier.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                own = name.startswith("billing.vouchers.verifier")
                assert own or name.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", 2), (b"[]", 2), (b"[" * 100_000, 2), (b'{"trace": 1, "trace": 2}', 2), (b"\xff", 2),
        (b"{}", 1), (b"[1, null]", 1), (b'{"combination": 1}', 1), (b'{"trace": {"programme": 1}}', 1),
    ],
)  # fmt: skip
def test_what_is_no_certificate_never_passes(tmp_path: Path, content: bytes, code: int) -> None:
    path = tmp_path / "certificate.json"
    path.write_bytes(content)
    try:
        answer = main([str(path)])
    except SystemExit as stopped:
        answer = int(str(stopped.code))
    assert answer == code


def test_a_draft_with_earlier_claims_is_verified_too() -> None:
    before = [{"lines": [{"category": "compute_rental", "amount_fen": 5}], "granted_fen": 2}]
    for name in ("yangzhou-compute", "qingyang-compute", "shandong-packs"):
        decided = quoted(name, ("compute_rental", 7), history=before)
        assert decided.ineligible == "terms_incomplete"
        proof = json.loads(json.dumps(certificate(find_programme(name), decided)))
        assert verifier.verify(proof["programme"], proof["trace"]) == []
