"""Manifests: what is read from CSV and JSON Lines, and which rows are named when it is wrong."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.kit.errors import InvalidInput
from market.orders import manifests
from market.orders.manifests import Item

A, B = "a" * 64, "b" * 64


def refusal(filename: str, content: bytes) -> str:
    with pytest.raises(InvalidInput) as caught:
        manifests.parse(filename, content)
    return caught.value.fields["manifest"]


@pytest.mark.parametrize(
    "content",
    [
        f"name,sha256\n1.nii,{A}\n2.nii,{B}\n",
        f"\ufeffsha256,备注,名称\r\n{A},x,1.nii\r\n{B.upper()},y, 2.nii \r\n\r\n",
    ],
)
def test_csv_with_a_header_in_any_order(content: str) -> None:
    assert manifests.parse("m.csv", content.encode()) == [Item("1.nii", A, 2), Item("2.nii", B, 3)]


def test_csv_of_two_columns_needs_no_header() -> None:
    assert manifests.parse("m.csv", f"1.nii,{A}".encode()) == [Item("1.nii", A, 1)]


def test_json_lines() -> None:
    row = {"name": "线.nii", "sha256": A, "note": "one\u2028line"}
    text = json.dumps(row, ensure_ascii=False) + "\n\n"
    assert manifests.parse("m.jsonl", text.encode()) == [Item("线.nii", A, 1)]


@pytest.mark.parametrize(
    ("filename", "content", "said"),
    [
        ("m.xlsx", b"PK", "交付清单须为CSV或JSON Lines文件"),
        ("m.csv", b"\xff\xfe", "m.csv 须为 UTF-8 编码的文本"),
        ("m.csv", b"", "交付清单中没有条目"),
        ("m.csv", b"name,sha256\n", "交付清单中没有条目"),
        ("m.csv", b"foo,bar\n1,2\n", "第1行必须写明列名：name、sha256"),
        ("m.csv", f"name,sha256\n,{A}\n".encode(), "第2行：缺少名称"),
        ("m.csv", b"name,sha256\n1.nii\n", "第2行：SHA-256须为64位十六进制数字"),
        ("m.csv", f"name,sha256\n1,{A}\n1,{B}\n".encode(), "第3行：名称与第2行相同"),
        ("m.csv", f"name,sha256\n1,{A}\n2,{A}\n".encode(), "第3行：文件与第2行相同"),
        ("m.csv", f"name,sha256\n{'x' * 201},{A}\n".encode(), "第2行：名称超过200个字符"),
        ("m.jsonl", b"[1]\n{", "第1行：不是JSON对象; 第2行：不是JSON对象"),
        (
            "m.jsonl",
            b'{"name": "a\\u0007", "sha256": "' + A.encode() + b'"}',
            "第1行：名称含有控制字符",
        ),
    ],
)
def test_every_refusal_names_its_row(filename: str, content: bytes, said: str) -> None:
    assert refusal(filename, content) == said


def test_many_wrong_rows_are_counted() -> None:
    rows = "\n".join(f"{index},x" for index in range(13))
    said = refusal("m.csv", f"name,sha256\n{rows}".encode())
    assert said.startswith("第2行：")
    assert said.endswith("第11行：SHA-256须为64位十六进制数字; 另有3行")


def test_the_limit_of_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "MAX_ITEMS", 1)
    assert refusal("m.csv", f"1,{A}\n2,{B}".encode()) == "一份交付清单最多1个条目"


def test_the_digest_is_that_of_the_sha256sum_list() -> None:
    listing = f"{A}  1.nii\n{B}  2.nii\n"
    items = [Item("1.nii", A, 7), Item("2.nii", B, 9)]
    assert manifests.digest_of(items) == hashlib.sha256(listing.encode()).hexdigest()
    assert manifests.digest_of(reversed(items)) != manifests.digest_of(items)


@given(st.text(max_size=400), st.sampled_from(["m.csv", "m.jsonl"]))
def test_nonsense_is_refused_or_read_but_never_crashes(text: str, filename: str) -> None:
    try:
        items = manifests.parse(filename, text.encode("utf-8", "surrogatepass"))
    except InvalidInput:
        return
    assert items
