"""Two versions over past claims: terms changed, gains, losses, totals."""

from billing.vouchers.versions import changed_terms, diff_versions
from tests.billing.vouchers.claim_builder import claim, rule

CAP = {"name": "subject_year", "of": "subject", "period": "year", "levels": ({"limit": 400},)}


def past(number: int, fen: int, **subject: object):
    made = claim("test-rule", ("compute_rental", fen), subject=subject)
    return f"firm {number}", made.model_copy(update={"id": f"c{number}"})


def test_who_gains_who_loses_and_how_much_in_all():
    old = rule()
    new = rule(version=2, tiers=({"rate_bp": 4000},), caps=(CAP,))
    diff = diff_versions(old, new, [past(1, 1000), past(2, 2000), past(3, 10), past(4, 900)])
    # 300 -> 400, 600 -> min(800, 400), 3 -> 4, 270 -> 360
    gains = [(one.who, one.before_fen, one.after_fen) for one in diff.gainers]
    assert gains == [("firm 1", 300, 400), ("firm 4", 270, 360), ("firm 3", 3, 4)]
    assert [(one.who, one.change_fen, one.after_binding) for one in diff.losers] == [
        ("firm 2", -200, "cap:subject_year")
    ]
    assert (diff.before_fen, diff.after_fen) == (1173, 1164)
    data = diff.as_data()
    assert (data["claims"], data["change_fen"]) == (4, -9)
    assert data["lose"][0]["claim"] == "c2"


def test_the_terms_that_differ_are_named_by_their_place():
    new = rule(version=2, status="draft", tiers=({"rate_bp": 4000},), caps=(CAP,), document="新文")
    terms = {place: (old, now) for place, old, now in changed_terms(rule(), new)}
    assert terms["tiers[0].rate_bp"] == (3000, 4000)
    assert terms["document"] == (None, "新文")
    assert terms["caps[0].levels[0].limit"] == (None, 400)
    assert not {"version", "status"} & terms.keys()
    assert changed_terms(rule(), rule(version=9)) == []


def test_a_complete_draft_is_decided_and_an_incomplete_one_grants_nothing():
    complete = rule(version=2, status="draft")
    assert diff_versions(rule(), complete, [past(1, 1000)]).after_fen == 300
    lacking = rule(version=2, status="draft", tiers=None)
    diff = diff_versions(rule(), lacking, [past(1, 1000)])
    assert [(one.change_fen, one.after_binding) for one in diff.losers] == [
        (-300, "terms_incomplete")
    ]
