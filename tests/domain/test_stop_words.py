"""Opting out as people write it."""

import pytest

from app.domain.stop_words import opted_out
from tests.table import table

RULE = ["stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"]
"""47 CFR 64.1200(a)(10)."""


@table
@pytest.mark.parametrize("word", RULE)
@pytest.mark.parametrize(
    "form",
    [
        *("{}", "{}.", " {}!! ", "“{}”", "({})", "{} 🙏", "please {}", "{}, thanks", "\u200b{}\n"),
        *("{}. Thank you.", "{}!!{}!!", "{}\n{}"),
    ],
)
def test_the_seven_words_count_in_any_case_and_punctuation(word: str, form: str) -> None:
    for written in (word, word.upper(), word.title(), word.replace(" ", "-"), word.replace(" ", "")):
        assert opted_out(form.replace("{}", written)) is True


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("ARRET", None),
        ("Arrêt.", "CA"),
        ("STOPALL", None),
        ("S.T.O.P.", None),
        ("ＳＴＯＰ", None),
        ("Alto", "MX"),
        ("¡BAJA!", "ES"),
        ("Sair", "BR"),
        ("Désabonner", "FR"),
        ("Abmelden!", "DE"),
        ("Стоп", "RU"),
        ("停止。", "JP"),
        ("退订", "CN"),
        ("İptal", "TR"),
        ("afmelden", "BE"),
        ("STOP STOP STOP", None),
        ("Stop texting!", None),
        ("unsubscribe me please", None),
        ("Berhenti.", "ID"),
        ("Hủy", "VN"),
        ("ยกเลิก", "TH"),
        ("Odjava", "HR"),
        ("odhlásiť", "SK"),
        ("T", "CN"),
        ("Çık", "TR"),
        ("ayrıl", "TR"),
        ("Stopp", "LU"),
        ("Arrêter", "FR"),
        ("Don’t text me", None),
        ("Stop sending me messages.", None),
        ("UNSUBSCRIBE ALL", None),
    ],
)
def test_other_languages_count_in_their_countries(text: str, region: str | None) -> None:
    assert opted_out(text, region) is True


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Alto", None),
        ("Sair", "DE"),
        ("stop the music", None),
        ("Please cancel my order", None),
        ("You cancel?", None),
        ("You end", None),
        ("please don't stop", None),
        ("Stop by our office", None),
        ("Thank you", None),
        ("", None),
        ("!", None),
    ],
)
def test_a_word_means_it_alone_and_where_it_is_one(text: str, region: str | None) -> None:
    assert opted_out(text, region) is None


@pytest.mark.parametrize(
    ("text", "region"), [("Start", None), ("UNSTOP.", None), ("opt-in", None), ("Alta", "ES"), ("Bắt đầu", "VN")]
)
def test_it_is_taken_back_the_same_way(text: str, region: str | None) -> None:
    assert opted_out(text, region) is False
