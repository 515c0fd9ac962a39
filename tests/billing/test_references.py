"""Payment codes: a slip is noticed, a narrative may be written as people write."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.references import find_references, is_reference, new_reference

CODE = new_reference(UUID(int=123456789))


def test_code_is_stable_for_a_seed() -> None:
    assert CODE == "PT003NQK8N1"
    assert is_reference(CODE)


@given(st.uuids(), st.integers(2, 10), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_is_noticed(seed: UUID, place: int, wrong: str) -> None:
    code = new_reference(seed)
    slipped = code[:place] + wrong + code[place + 1 :]
    assert is_reference(slipped) == (slipped == code)


def test_found_however_it_was_typed() -> None:
    spaced = f"{CODE[:2]} {CODE[2:6]}-{CODE[6:]}".lower()
    assert find_references(f"标注款 {spaced}，谢谢") == [CODE]
    assert find_references(f"{CODE} {CODE}") == [CODE]
    assert find_references("PT12345678 9") == []
    assert find_references("标注款") == []
