"""Every status has a colour, a drawn icon and a Chinese word."""

from typing import get_args

import pytest

from market.kit import i18n, web
from market.kit.statuses import STATUS_TONES, Tone

ICONS = web.environment.get_template("_macros/icons.html").module.__dict__["ICONS"]


@pytest.mark.parametrize("key", STATUS_TONES, ids=".".join)
def test_status_is_complete(key: tuple[str, str]) -> None:
    tone = STATUS_TONES[key]
    assert tone.tone in get_args(Tone)
    assert tone.icon in ICONS
    assert i18n.translations("zh_CN").gettext(tone.label) != tone.label


def test_noun_picks_the_word_where_nouns_share_a_value() -> None:
    labels = [STATUS_TONES[noun, "pending"].label for noun in ("award", "contract", "")]
    assert labels == ["Award in standstill", "Awaiting signatures", "Pending"]


def test_value_unknown_to_its_noun_has_the_general_word() -> None:
    assert STATUS_TONES["statement", "draft"] == STATUS_TONES["", "draft"]


def test_unknown_value_is_refused() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        STATUS_TONES["job", "nonsense"]
