"""Label files of every format: what is read, and the sentence with file, line and rule when it cannot be."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies
from typer.testing import CliRunner

from market.__main__ import app
from market.kit import i18n
from market.kit.errors import InvalidInput
from market.metrics import files
from market.metrics.catalogue import FAMILIES, METRICS, of_family
from market.metrics.files import LabelFile, LabelFileInvalid, item_key
from market.metrics.readers import READERS, read_labels
from market.metrics.scoring import score
from market.metrics.shapes import Box, Kind, Spans


def labels(kind: Kind, name: str, content: str | bytes):  # type: ignore[no-untyped-def]
    data = content.encode() if isinstance(content, str) else content
    return read_labels(kind, [LabelFile(name, data)])


def refusal(kind: Kind, name: str, content: str | bytes) -> str:
    with pytest.raises(LabelFileInvalid) as caught:
        labels(kind, name, content)
    return caught.value.message


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "id,label\nx.png,猫\ny.png,狗\n"),
        ("a.csv", "\ufefffile_name,class\nx.png,猫\ny,狗\n"),
        ("a.tsv", "id\tlabel\nx\t猫\ny\t狗"),
        ("a.jsonl", '{"id": "x", "label": "猫"}\n\n{"id": "y", "label": "狗"}\n'),
        ("a.json", '{"x": "猫", "y": "狗"}'),
        ("a.json", '[{"id": "x", "label": "猫"}, {"id": "y", "label": "狗"}]'),
    ],
)
def test_classes_of_every_table(name: str, content: str) -> None:
    assert labels(Kind.CLASSES, name, content) == {"x": {"": "猫"}, "y": {"": "狗"}}


def test_raters_stand_in_rows_or_in_columns() -> None:
    expected = {"1": {"A": "轻", "B": "重"}, "2": {"A": "重"}}
    assert labels(Kind.CLASSES, "a.csv", "id,rater,label\n1,A,轻\n1,B,重\n2,A,重\n") == expected
    assert labels(Kind.CLASSES, "a.csv", "id,A,B\n1,轻,重\n2,重,\n") == expected


def test_spans_of_conll_and_jsonl() -> None:
    text = "-DOCSTART- O\n\n# id = 甲.txt\n厦 B-LOC\n门 I-LOC\n# O\n\n医 S-ORG\n院 O\n"
    assert labels(Kind.SPANS, "a.conll", text) == {
        "甲": Spans(frozenset({(0, 2, "LOC")}), 3), "#2": Spans(frozenset({(0, 1, "ORG")}), 2),
    }  # fmt: skip
    line = {"id": "甲", "text": "厦门", "spans": [{"start": 0, "end": 2, "label": "LOC"}]}
    found = labels(Kind.SPANS, "a.jsonl", json.dumps(line))
    assert found == {"甲": Spans(frozenset({(0, 2, "LOC")}))}


LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 1
item []:
    item [1]:
        class = "IntervalTier"
        name = "转写"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "你好"
        intervals [2]:
            xmin = 1
            xmax = 1.5
            text = ""
        intervals [3]:
            xmin = 1.5
            xmax = 2.5
            text = "他说""走"""
'''
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
1
"IntervalTier"
"转写"
0
2.5
3
0
1
"你好"
1
1.5
""
1.5
2.5
"他说""走""\"
"""


@pytest.mark.parametrize("text", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_textgrid_in_both_forms(text: str, encoding: str) -> None:
    found = labels(Kind.TEXTS, "u1.TextGrid", text.encode(encoding))
    assert found == {"u1": '你好 他说"走"'}


def test_textgrid_with_tiers_and_points() -> None:
    two = (
        SHORT.replace("<exists>\n1\n", "<exists>\n2\n") + '"TextTier"\n"点"\n0\n2.5\n1\n0.5\n"咳"\n'
    )
    found = labels(Kind.TEXTS, "u1.textgrid", two)
    assert found == {"u1/转写": '你好 他说"走"', "u1/点": "咳"}


def test_textgrid_equals_the_textgrid_package(tmp_path: Path) -> None:
    reference = pytest.importorskip("textgrid")
    path = tmp_path / "u1.TextGrid"
    path.write_text(LONG)
    (tier,) = reference.TextGrid.fromFile(str(path))
    expected = " ".join(interval.mark for interval in tier if interval.mark)
    assert labels(Kind.TEXTS, "u1.TextGrid", LONG)["u1"] == expected


def test_yolo_boxes_have_names_from_the_class_list() -> None:
    given = [LabelFile("classes.txt", b"car\ndog\n"), LabelFile("labels/a.txt", b"1 0.5 0.5 0.2 0.4 0.9\n"),
             LabelFile("labels/b.txt", b"")]  # fmt: skip
    found = read_labels(Kind.BOXES, given)
    assert found["a"].boxes == (Box("dog", 0.4, 0.3, 0.2, 0.4, 0.9),)
    assert found["b"].boxes == ()


REFUSALS = [
    (Kind.CLASSES, "a.csv", "id,label\nx,1\nx,2\n", "a.csv，第3行：“x”重复出现"),
    (Kind.CLASSES, "a.csv", "id,label\nx,1,2\n", "a.csv，第2行：有3列，表头为2列"),
    (Kind.CLASSES, "a.csv", "id,label\nx,\n", "a.csv，第2行：“label”为空"),
    (Kind.CLASSES, "a.csv", "名称不明,label\nx,1\n", "a.csv，第2行：缺少“id”列"),
    (Kind.CLASSES, "a.csv", b"id,label\nx,\xff\n", "a.csv，第2行：文本不是UTF-8编码"),
    (Kind.CLASSES, "a.csv", "id,label\n", "a.csv，第1行：其中没有已标注的条目"),
    (Kind.CLASSES, "a.json", '{"x": 1,}', "a.json，第1行，第9列：不是有效的JSON（"),
    (Kind.CLASSES, "a.json", "[1,\n 2]", "a.json，第1行，第2列：应为对象"),
    (Kind.CLASSES, "a.jsonl", '{"id": "x", "label": "1"}\n[]\n', "a.jsonl，第2行：每行应为一个JSON对象"),
    (Kind.TEXTS, "a.txt", "u1\t你好\nu2 你好\n", "a.txt，第2行：应为编号、制表符、文本"),
    (Kind.SPANS, "a.bio", "厦 B-LOC\n门 LOC\n", "a.bio，第2行：“LOC”不是标签，应如 O、B-PER、I-PER、E-PER、S-PER"),
    (Kind.SPANS, "a.jsonl", '{"id": 1, "spans": [[3, 1, "x"]]}', "a.jsonl，第1行：片段须为整数且 0 ≤ 起点 < 终点"),
    (Kind.TEXTS, "a.textgrid", LONG[:400], "a.textgrid，第21行：文件在应有“标签”处结束"),
    (Kind.TEXTS, "a.textgrid", SHORT.replace("1.5\n2.5", "1.5\n1.2"), "a.textgrid，第20行：时间先后不连贯"),
    (Kind.BOXES, "a.txt", "0 0.5 0.5 0.1 0.1\n0 0.5 0.5 1.2 0.1\n", "a.txt，第2行：坐标为图像的比例，应在0到1之间"),
    (Kind.BOXES, "a.txt", "0 0.5 0.5\n", "a.txt，第1行：YOLO每行为：类别、x、y、宽、高，可附置信度"),
    (Kind.BOXES, "a.xml", "<annotation>\n<object>\n</annotation>", "a.xml，第3行，第3列：不是有效的XML（"),
    (Kind.BOXES, "a.xml", "<annotation>\n<object><name>x</name></object></annotation>", "a.xml，第2行：目标缺少“xmin”"),
    (Kind.BOXES, "a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><annotation/>', "a.xml，第1行：不允许使用实体"),
    (Kind.BOXES, "a.json", '{"images": [],\n "categories": [],\n "annotations": [{"image_id": 1, "category_id": 1}]}',
     "a.json，第3行，第31列：没有此编号的图像"),
    (Kind.BOXES, "a.json", '[{"image_id": "x", "category_id": 1,\n "bbox": [0, 0, -1, 1]}]',
     "a.json，第2行，第10列：框为 [x, y, 宽, 高]，均不得为负"),
    (Kind.MASKS, "a.json", json.dumps({"images": [{"id": 1, "file_name": "x", "width": 4, "height": 4}],
     "categories": [{"id": 1, "name": "c"}], "annotations": [{"image_id": 1, "category_id": 1,
     "segmentation": {"size": [4, 4], "counts": [1, 2]}}]}), "a.json，第1行，第201列：游程之和应等于图像的像素数"),
    (Kind.MASKS, "a.png", b"x", "a.png：应为以下之一：.json, .nii, .nii.gz, .dcm, .zip"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "content", "sentence"), REFUSALS, ids=[r[3][:24] for r in REFUSALS]
)
def test_a_malformed_file_gets_a_sentence(
    kind: Kind, name: str, content: str, sentence: str
) -> None:
    assert refusal(kind, name, content).startswith(sentence)


def test_the_sentence_is_english_for_english_readers() -> None:
    i18n.use_locale("en")
    try:
        found = refusal(Kind.CLASSES, "a.csv", "id,label\nx,1\nx,2\n")
    finally:
        i18n.use_locale("zh_CN")
    assert found == "a.csv, line 3: “x” stands twice"


@pytest.mark.parametrize(
    "counts", ["~~~~", "00000000", "o", "PPPPPPPP", "\x00", "`" * 30, "4;5O4"], ids=repr
)
def test_compressed_run_lengths_are_checked_before_any_c_code_sees_them(counts: str) -> None:
    document = {"images": [{"id": 1, "file_name": "x", "width": 4, "height": 4}],
                "categories": [{"id": 1, "name": "c"}],
                "annotations": [{"image_id": 1, "category_id": 1,
                                 "segmentation": {"size": [4, 4], "counts": counts}}]}  # fmt: skip
    assert "a.json，第1行" in refusal(Kind.MASKS, "a.json", json.dumps(document))


def archive(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in members.items():
            box.writestr(name, content)
    return stream.getvalue()


def test_an_archive_is_read_like_its_files() -> None:
    box = archive(
        {"labels/a.txt": b"0 0.5 0.5 0.2 0.4\n", "__MACOSX/._a.txt": b"x", "labels/": b""}
    )
    assert set(read_labels(Kind.BOXES, [LabelFile("all.zip", box)])) == {"a"}


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"../a.csv": b"id,label\n"}, "../a.csv超出压缩包范围"),
        ({"/a.csv": b"id,label\n"}, "/a.csv超出压缩包范围"),
        ({"a.csv": b"0" * (3 * files.MIB)}, "压缩包解压后超过允许的大小"),
        ({"b.zip": b"x"}, "不读取压缩包内的压缩包"),
        ({f"{n}.csv": b"" for n in range(files.MAX_FILES + 1)}, "压缩包内文件超过5000个"),
    ],
    ids=["up", "root", "bomb", "nested", "many"],
)
def test_an_archive_beyond_the_limits_is_refused(members: dict[str, bytes], why: str) -> None:
    assert refusal(Kind.CLASSES, "a.zip", archive(members)) == f"a.zip：{why}"


def test_a_damaged_archive_and_mixed_formats_are_refused() -> None:
    good = archive({"a.csv": b"id,label\nx,1\n" * 50})
    assert refusal(Kind.CLASSES, "a.zip", good[:-30]) == "a.zip：压缩包已损坏或已加密"
    assert refusal(Kind.CLASSES, "a.zip", good[:50] + b"\xff" * 8 + good[58:]).startswith("a.zip：")
    mixed = archive({"a.txt": b"", "b.xml": b"<annotation/>"})
    assert refusal(Kind.BOXES, "a.zip", mixed) == "文件格式不一致：a.txt, b.xml"
    assert refusal(Kind.BOXES, "a.zip", archive({})) == "没有标注文件"


SCALE = int(os.environ.get("MARKET_TEST_SCALE", "1"))
SEEDS = (
    LONG.encode(), SHORT.encode(), b"id,label\nx,1\n", b'{"id": "x", "label": "y", "text": "z"}\n',
    "厦 B-LOC\n门 I-LOC\n".encode(), b"0 0.5 0.5 0.2 0.4\n", b"u1\tabc\n",
    b"<annotation><object><name>c</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax>"
    b"</bndbox></object></annotation>",
    b'{"images": [{"id": 1, "file_name": "a", "width": 4, "height": 4}], "categories": [{"id": 1, '
    b'"name": "c"}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 2, 2], '
    b'"segmentation": {"size": [4, 4], "counts": [0, 16]}}]}',
    archive({"a.txt": b"0 0.5 0.5 0.2 0.4\n"}),
)  # fmt: skip
NAMES = sorted(
    {f"a{suffix}" for kind in Kind for known, _r in READERS[kind] for suffix in known} | {"a.zip"}
)


def outcome(kind: Kind, file: LabelFile) -> object:
    """What was read, or the sentence why not."""
    try:
        return read_labels(kind, [file])
    except InvalidInput as exc:
        return exc.message


@settings(max_examples=300 * SCALE)
@given(strategies.data())
def test_no_file_makes_a_traceback(data: strategies.DataObject) -> None:
    """Well-formed files with bytes changed, cut and put in, under every suffix."""
    content = bytearray(data.draw(strategies.sampled_from(SEEDS)))
    for _change in range(data.draw(strategies.integers(0, 4))):
        at = data.draw(strategies.integers(0, len(content)))
        content[at : at + data.draw(strategies.integers(0, 3))] = data.draw(
            strategies.binary(max_size=4)
        )
    kind = data.draw(strategies.sampled_from(list(Kind)))
    file = LabelFile(data.draw(strategies.sampled_from(NAMES)), bytes(content))
    assert outcome(kind, file)


@settings(max_examples=100 * SCALE)
@given(strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.floats() | strategies.integers()
    | strategies.text(max_size=5),
    lambda inner: strategies.lists(inner, max_size=3) | strategies.dictionaries(
        strategies.sampled_from(("images", "annotations", "categories", "id", "file_name", "width",
                                 "height", "image_id", "category_id", "bbox", "segmentation", "counts",
                                 "label", "spans")), inner, max_size=4),
    max_leaves=15,
))  # fmt: skip
def test_no_json_makes_a_traceback(document: object) -> None:
    content = json.dumps(document).encode()
    for kind in Kind:
        for name in ("a.json", "a.jsonl"):
            assert outcome(kind, LabelFile(name, content))


@pytest.mark.parametrize(
    ("name", "key"),
    [("a/b/img1.JPG", "img1"), ("img1", "img1"), ("1.2.840.10008", "1.2.840.10008"),
     ("ct.nii.gz", "ct"), (".png", ".png"), ("a\\b.txt", "b")],
)  # fmt: skip
def test_an_item_is_named_without_folder_and_suffix(name: str, key: str) -> None:
    assert item_key(name) == key


def test_every_metric_says_what_it_is_in_chinese() -> None:
    for metric in METRICS.values():
        assert metric.label != metric.label_id or metric.label_id.isascii() is False
        assert metric.definition != metric.definition_id
        assert metric.source
        assert metric.points(1.0 if metric.is_higher_better else 0.0) == 100
        assert metric.reaches(0.5, 0.5)
        assert metric.reaches(0.9, 0.5) is metric.is_higher_better
    assert [metric.name for metric in of_family("f1")] == ["f1_macro", "f1_micro", "span_f1"]
    assert set(FAMILIES) >= {
        "accuracy",
        "kappa",
        "fleiss_kappa",
        "krippendorff_alpha",
        "f1",
        "dice",
        "iou",
        "cer",
    }


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(InvalidInput, match="bleu"):
        score("bleu", [], [])


def test_the_command_measures_renames_and_refuses(tmp_path: Path) -> None:
    gold, given, names = tmp_path / "gold.csv", tmp_path / "given.csv", tmp_path / "names.csv"
    gold.write_text("id,label\nx,1\ny,2\n")
    given.write_text("id,label\nk1,1\nk2,3\n")
    names.write_text("item,name\nx,k1\ny,k2\n")
    run = CliRunner().invoke
    done = run(app, ["metric", "accuracy", str(gold), str(given), "--names", str(names), "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["value"] == 0.5
    assert (
        "accuracy 0.000000  n 2  missing 2"
        in run(app, ["metric", "accuracy", str(gold), str(given)]).stdout
    )
    given.write_text("id,label\nk1\n")
    refused = run(app, ["metric", "accuracy", str(gold), str(given)])
    assert (refused.exit_code, refused.stderr.strip()) == (1, "given.csv，第2行：有1列，表头为2列")
    assert {row["name"] for row in json.loads(run(app, ["metric", "--json"]).stdout)} == set(
        METRICS
    )
