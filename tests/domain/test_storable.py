"""What PostgreSQL cannot store is left out, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.storable import LONGEST_KEY, UNSTORABLE, storable, storable_key

PIECES = st.sampled_from(["\x00", "\ud83d", "\ude00", "\udfff", "\U0001f600", "é", "a", "\\u0000", "\ufffd", "\x01"])


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_only_nul_and_halves_of_pairs_are_left_out(text: str) -> None:
    assert storable(text) == UNSTORABLE.sub("", text)


@given(st.integers(1, 4), st.integers(-2, 2), PIECES)
def test_only_an_id_that_no_index_holds_is_shortened_and_each_to_another(width: int, more: int, piece: str) -> None:
    text = "aé€😀"[width - 1] * (LONGEST_KEY // width + more)
    key, fits = storable_key(text), len(text.encode()) <= LONGEST_KEY
    assert (key == text) == fits
    assert len(key.encode()) <= LONGEST_KEY
    assert (storable_key(text + piece) == key) == (storable(piece) == "")
    assert storable_key(key) == key
