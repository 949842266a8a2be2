"""What is remembered, and what is forgotten first."""

from app.process.recently_used import RecentlyUsed


def test_the_one_stored_longest_ago_is_forgotten_first() -> None:
    seen = RecentlyUsed[str, int](most=2)
    seen["a"], seen["b"] = 1, 2
    seen["a"] = 3
    seen["c"] = 4
    assert list(seen.items()) == [("a", 3), ("c", 4)]
