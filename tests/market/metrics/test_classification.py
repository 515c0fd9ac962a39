"""Classes, spans and texts against scikit-learn, seqeval and jiwer."""

import random

import pytest

from market.metrics.classification import accuracy, precision_recall_f1
from market.metrics.conll import spans_of
from market.metrics.files import LabelFile
from market.metrics.scoring import score

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


@pytest.mark.parametrize("average", ["micro", "macro"])
@pytest.mark.parametrize("part", ["precision", "recall", "f1"])
def test_classes_equal_scikit_learn(part, average) -> None:  # type: ignore[no-untyped-def]
    reference = getattr(pytest.importorskip("sklearn.metrics"), f"{part}_score")
    for seed in range(20):
        rng = random.Random(seed)
        pairs = [(rng.choice("abcde"), rng.choice("abcd")) for _item in range(40)]
        one, other = zip(*pairs, strict=True)
        expected = reference(one, other, average=average, zero_division=0)
        found = precision_recall_f1(list(pairs), part=part, average=average)
        assert found == pytest.approx(expected, abs=1e-9)


def test_scikit_learns_own_example() -> None:
    pairs = list(zip("012012", "021001", strict=True))
    assert precision_recall_f1(pairs, part="f1", average="macro") == pytest.approx(
        0.26666666666, abs=1e-9
    )
    assert precision_recall_f1(pairs, part="f1", average="micro") == pytest.approx(1 / 3, abs=1e-12)
    assert accuracy(list(zip("0123", "0213", strict=True))) == 0.5


def test_an_unanswered_item_is_wrong_and_missed() -> None:
    pairs = [("a", "a"), ("b", None)]
    assert accuracy(pairs) == 0.5
    assert precision_recall_f1(pairs, part="precision", average="micro") == 1.0
    assert precision_recall_f1(pairs, part="recall", average="micro") == 0.5


def conll(sentences: list[list[str]]) -> LabelFile:
    lines = "\n\n".join("\n".join(f"词{at} {tag}" for at, tag in enumerate(s)) for s in sentences)
    return LabelFile("a.conll", lines.encode())


# seqeval's README example.
TRUE = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]
PREDICTED = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"]]


def test_seqevals_own_example() -> None:
    found = score("span_f1", [conll(TRUE)], [conll(PREDICTED)])
    assert found.value == 0.5
    assert [(item.item, item.value) for item in found.items] == [("#1", 0.0), ("#2", 1.0)]


@pytest.mark.parametrize("tags", [TAGS, (*TAGS, "E-PER", "S-LOC", "E-LOC", "S-PER")])
def test_spans_equal_seqeval(tags: tuple[str, ...]) -> None:
    reference = pytest.importorskip("seqeval.metrics.sequence_labeling").get_entities
    for seed in range(300):
        rng = random.Random(seed)
        sentence = [rng.choice(tags) for _token in range(12)]
        expected = {(start, end + 1, label) for label, start, end in reference(sentence)}
        assert spans_of(sentence) == expected, sentence


def test_span_f1_equals_seqeval_over_sentences() -> None:
    reference = pytest.importorskip("seqeval.metrics")
    for seed in range(20):
        rng = random.Random(seed)
        gold, given = (
            [[rng.choice(TAGS) for _token in range(9)] for _sentence in range(12)] for _side in "ab"
        )
        for part in ("f1", "precision", "recall"):
            expected = getattr(reference, f"{part}_score")(gold, given)
            found = score(f"span_{part}", [conll(gold)], [conll(given)])
            assert found.value == pytest.approx(expected, abs=1e-9)


def transcripts(texts: list[str]) -> LabelFile:
    return LabelFile("t.txt", "\n".join(f"u{at}\t{text}" for at, text in enumerate(texts)).encode())


@pytest.mark.parametrize("name", ["cer", "wer"])
def test_error_rates_equal_jiwer(name: str) -> None:
    reference = getattr(pytest.importorskip("jiwer"), name)
    for seed in range(20):
        rng = random.Random(seed)
        gold, given = (
            [
                "".join(rng.choice("厦门大 学") for _char in range(rng.randint(3, 12)))
                for _u in range(8)
            ]
            for _side in "ab"
        )
        gold = [f"真{text}" for text in gold]
        found = score(name, [transcripts(gold)], [transcripts(given)])
        assert found.value == pytest.approx(reference(gold, given), abs=1e-9)


def test_jiwers_own_example() -> None:
    found = score("wer", [transcripts(["hello world"])], [transcripts(["hello duck"])])
    assert found.value == 0.5
    found = score("cer", [transcripts(["i can spell"])], [transcripts(["i cant spell"])])
    assert found.value == pytest.approx(1 / 11, abs=1e-12)


def test_an_average_and_a_ceiling_are_different_things() -> None:
    gold, given = (
        transcripts(["一二三四五六七八", "一二"]),
        transcripts(["一二三四五六七八", "一三"]),
    )
    assert score("cer", [gold], [given]).value == 0.1
    assert score("cer_ceiling", [gold], [given]).value == 0.5


def test_a_missing_transcript_is_wholly_deleted() -> None:
    found = score("cer", [transcripts(["一二", "三四"])], [LabelFile("t.txt", "u0\t一二".encode())])
    assert (found.value, found.n, found.missing) == (0.5, 2, 1)
