"""Kappa and alpha: vectors from the literature, and the reference libraries on random ratings."""

import random

import pytest

from market.metrics import agreement
from market.metrics.agreement import NotMeasurable
from market.metrics.files import LabelFile
from market.metrics.scoring import score

# Fleiss 1971, Psychological Bulletin 76:378-382, table 1: 30 patients, six psychiatrists.
FLEISS_1971 = """
444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333 144444
224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224 111155 224444
133333 555555
""".split()
# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", example C: four coders, 12 units.
CODERS = {"A": "123321412...", "B": "1233224125.3", "C": ".3332342251.", "D": "12332441251."}
# Cohen 1960, table 1: proportions of 200 agreements between two clinicians, and kappa.
COHEN_1960 = ((88, 10, 2), (14, 40, 6), (18, 10, 12))


def coded() -> list[dict[str, str]]:
    columns = zip(*CODERS.values(), strict=True)
    return [
        {who: value for who, value in zip(CODERS, column, strict=True) if value != "."}
        for column in columns
    ]


def pairs_of(table: tuple[tuple[int, ...], ...]) -> list[tuple[str, str | None]]:
    return [
        (str(row), str(column))
        for row, counts in enumerate(table)
        for column, count in enumerate(counts)
        for _again in range(count)
    ]


def test_cohens_own_table() -> None:
    assert agreement.cohen_kappa(pairs_of(COHEN_1960)) == pytest.approx(0.29 / 0.59, abs=1e-12)


def test_fleiss_own_table() -> None:
    assert round(agreement.fleiss_kappa(FLEISS_1971), 3) == 0.430
    assert agreement.fleiss_kappa(FLEISS_1971) == pytest.approx(0.43024452006014003, abs=1e-12)


@pytest.mark.parametrize(
    ("level", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_krippendorffs_own_example(level: agreement.Level, value: float) -> None:
    assert round(agreement.krippendorff_alpha(coded(), level=level), 3) == value


@pytest.mark.parametrize("weights", ["plain", "linear", "quadratic"])
def test_cohen_equals_scikit_learn(weights: agreement.Weights) -> None:
    reference = pytest.importorskip("sklearn.metrics").cohen_kappa_score
    for seed in range(20):
        rng = random.Random(seed)
        pairs = [(rng.choice("01234"), rng.choice("01234")) for _item in range(50)]
        one, other = zip(*pairs, strict=True)
        expected = reference(one, other, weights=None if weights == "plain" else weights)
        assert agreement.cohen_kappa(list(pairs), weights=weights) == pytest.approx(
            expected, abs=1e-9
        )


def test_fleiss_equals_statsmodels() -> None:
    reference = pytest.importorskip("statsmodels.stats.inter_rater")
    for seed in range(20):
        rng = random.Random(seed)
        units = [[rng.choice("123") for _rater in range(4)] for _item in range(15)]
        table, _categories = reference.aggregate_raters([[int(x) for x in unit] for unit in units])
        assert agreement.fleiss_kappa(units) == pytest.approx(
            reference.fleiss_kappa(table), abs=1e-9
        )


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_follows_its_definition(level: agreement.Level) -> None:
    """1 - observed / expected disagreement over the pairable values, written out."""
    for seed in range(10):
        rng = random.Random(seed)
        units = [
            {rater: rng.choice("1234") for rater in "abc" if rng.random() > 0.2}
            for _unit in range(20)
        ]
        assert agreement.krippendorff_alpha(units, level=level) == pytest.approx(
            _alpha_by_definition(units, level), abs=1e-9
        )


def _alpha_by_definition(units: list[dict[str, str]], level: str) -> float:
    paired = [[int(v) for v in unit.values()] for unit in units if len(unit) > 1]
    every = [value for unit in paired for value in unit]
    count = {value: every.count(value) for value in set(every)}

    def distance(one: int, other: int) -> float:
        if level == "nominal":
            return float(one != other)
        if level == "interval":
            return float((one - other) ** 2)
        low, high = sorted((one, other))
        between = sum(n for value, n in count.items() if low <= value <= high)
        return (between - (count[low] + count[high]) / 2) ** 2

    observed = sum(
        distance(a, b) / (len(unit) - 1) for unit in paired for a in unit for b in unit
    ) / len(every)
    expected = sum(distance(a, b) for a in every for b in every) / (len(every) * (len(every) - 1))
    return 1 - observed / expected


def test_an_unanswered_item_counts_as_the_furthest_class() -> None:
    answered = [("1", "1"), ("2", "2"), ("3", "3"), ("1", "3")]
    silent: list[tuple[str, str | None]] = [*answered[:3], ("1", None)]
    assert agreement.cohen_kappa(silent, weights="linear") == agreement.cohen_kappa(
        answered, weights="linear"
    )
    assert agreement.cohen_kappa(silent) < 1


def test_what_has_one_class_is_not_measurable() -> None:
    with pytest.raises(NotMeasurable, match="Kappa"):
        agreement.cohen_kappa([("a", "a")])
    with pytest.raises(NotMeasurable, match="Kappa"):
        agreement.fleiss_kappa(["aa", "aa"])
    with pytest.raises(NotMeasurable, match="Alpha"):
        agreement.krippendorff_alpha([{"x": "a", "y": "a"}], level="nominal")
    with pytest.raises(NotMeasurable, match="Fleiss"):
        agreement.fleiss_kappa(["ab", "abc"])
    with pytest.raises(NotMeasurable, match="定距"):
        agreement.krippendorff_alpha([{"x": "a", "y": "b"}], level="interval")


def test_raters_of_both_files_are_coders_together() -> None:
    gold = LabelFile("gold.csv", b"id,A,B\n" + _columns("A", "B"))
    given = LabelFile("given.csv", b"id,C,D\n" + _columns("C", "D"))
    found = score("krippendorff_alpha", [gold], [given])
    assert round(found.value, 3) == 0.743
    assert (found.n, found.missing) == (12, 0)


def _columns(*who: str) -> bytes:
    rows = zip(*(CODERS[name] for name in who), strict=True)
    lines = [
        f"{at},{','.join('' if v == '.' else v for v in row)}" for at, row in enumerate(rows, 1)
    ]
    return "\n".join(lines).encode()
