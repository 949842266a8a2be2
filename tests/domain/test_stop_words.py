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
        ("Bitte stop", "DE"),
        ("Stopp, danke!", "AT"),
        ("abmelden bitte", "DE"),
        ("Arrête", "FR"),
        ("Arrêtez, s'il vous plaît", "FR"),
        ("STOP merci", None),
        ("Stop por favor", "MX"),
        ("Stop alsjeblieft", "NL"),
        ("Stop, dank u", "NL"),
        ("Stop, dank je wel", "BE"),
        ("Stop, merci beaucoup", "FR"),
        ("Stop tak", "DK"),
        ("Стоп, пожалуйста", "RU"),
        ("СТОП", None),
        ("ستوب", None),
        ("停止してください", "JP"),
        ("请停止", "CN"),
        ("Dừng", "VN"),
        ("रोको!", "IN"),
        ("बंद करो", "IN"),
        ("ايقاف", "AE"),
        ("إيقاف", "AE"),
    ],
)
def test_other_languages_count_in_their_countries(text: str, region: str | None) -> None:
    assert opted_out(text, region) is True


@table
@pytest.mark.parametrize(
    "text",
    [
        *("Stop already", "Stop all now.", "Stop please and thank you", "just stop", "Stop all messages", "STOP SMS"),
        *("Stop sending texts to my phone", "Stop spamming me!", "quit texting me", "text STOP", "Leave me alone"),
        *("Do not text me anymore", "don't message me again", "no more text messages please", "I revoke my consent"),
        *("I want to opt out.", "I’d like to unsubscribe from this list", "Remove me from your list", "remove me now"),
        *("take my number off your list", "Unsubscribe me from all messages", "Stop texting this number"),
        *(
            "Stop. Stop texting me. Unsubscribe!",
            "END\nQUIT",
            "Hi, please stop texting me",
            "Hello! STOP",
            "STOP" + "!" * 100,
            "stop " * 40,
            "STOP" + "\n" * 100,
        ),
    ],
)
def test_any_reasonable_wording_counts(text: str) -> None:
    assert opted_out(text) is True


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("Đúng", "VN"),
        ("dùng", "VN"),
        ("बाद", "IN"),
        ("रुको", "IN"),
        ("शेर", "IN"),
        ("หยด", "TH"),
        ("Nomás", "MX"),
        ("Peru", "FI"),
        ("Hi!", None),
        ("Hello, start?", None),
        ("Tak, anuluj", "PL"),
        ("أبدا", "AE"),
        ("Stop. I mean the noise of the fan.", None),
        ("Stop sending me the wrong invoices", None),
        ("Do not send it", None),
        ("Please stop it", None),
        ("Stop this", None),
        ("I want to stop by tomorrow", None),
        ("Bitte", "DE"),
        ("谢谢", "CN"),
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
    ("text", "region"),
    [
        ("Start", None),
        ("UNSTOP.", None),
        ("opt-in", None),
        ("Alta", "ES"),
        ("Bắt đầu", "VN"),
        ("शुरू", "IN"),
        ("ابدأ", "AE"),
    ],
)
def test_it_is_taken_back_the_same_way(text: str, region: str | None) -> None:
    assert opted_out(text, region) is False


@pytest.mark.parametrize("text", ["Start?", "subscribe ?", "START？", "Start, please don't", "Start. Stop?"])
def test_whoever_only_asks_is_not_opted_in(text: str) -> None:
    assert opted_out(text) is None
