"""What PostgreSQL cannot store is left out, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.storable import UNSTORABLE, storable

PIECES = st.sampled_from(["\x00", "\ud83d", "\ude00", "\udfff", "\U0001f600", "é", "a", "\\u0000", "\ufffd", "\x01"])


@given(st.lists(PIECES | st.text(max_size=3)).map("".join))
def test_only_nul_and_halves_of_pairs_are_left_out(text: str) -> None:
    assert storable(text) == UNSTORABLE.sub("", text)
