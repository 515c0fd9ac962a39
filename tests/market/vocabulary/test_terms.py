"""Vocabularies: stable codes, labels, and what people's words lead to."""

import pytest

from market.vocabulary import annotation, credentials, datasets, industries, people, security, trade
from market.vocabulary.terms import Term, Vocabulary

COLOURS = Vocabulary(
    [Term("red", "红", "red", ("朱红", "Crimson")), Term("deep_red", "红色系", "deep red")]
)

ALL = {
    f"{module.__name__}.{name}": value
    for module in (annotation, credentials, datasets, industries, people, security, trade)
    for name, value in vars(module).items()
    if isinstance(value, Vocabulary)
}


@pytest.mark.parametrize("name", ALL)
def test_every_vocabulary_has_distinct_labels_in_both_languages(name: str) -> None:
    terms = list(ALL[name].values())
    assert terms
    for language in ("zh", "en"):
        labels = [term.label(language) for term in terms]
        assert all(labels)
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", ALL)
def test_every_label_leads_back_to_its_term(name: str) -> None:
    for term in ALL[name].values():
        assert ALL[name].exact(term.zh) == term
        assert ALL[name].exact(term.code) == term


def test_words_are_compared_without_width_case_or_spaces() -> None:
    assert COLOURS.exact(" ＣＲＩＭＳＯＮ ") == COLOURS["red"]
    assert COLOURS.exact("crimson red") is None


def test_find_prefers_the_longest_word_that_begins_the_text() -> None:
    assert COLOURS.find("红色系（暖）") == COLOURS["deep_red"]
    assert COLOURS.find("朱红漆") == COLOURS["red"]
    assert COLOURS.find("一点朱红") is None


def test_mentions_are_found_inside_a_text_and_latin_words_stand_alone() -> None:
    assert COLOURS.mentioned_in("一点朱红与红色系") == (COLOURS["deep_red"], COLOURS["red"])
    assert COLOURS.mentioned_in("tired") == ()


def test_rank_and_choices() -> None:
    assert (COLOURS.rank("red"), COLOURS.rank("deep_red"), COLOURS.rank("blue")) == (1, 2, 0)
    assert COLOURS.choices("en") == (("red", "red"), ("deep_red", "deep red"))
    assert COLOURS.choices("zh-Hans")[0] == ("red", "红")
    assert (COLOURS.label("red"), COLOURS.label("blue")) == ("红", "blue")
