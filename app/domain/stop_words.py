"""Opt-outs and opt-ins as people write them: a word alone, in any case, with any punctuation.

`compliance/sql/blocked_addresses.py` tells where an opt-out is kept.

The seven words that every sender of texts in the United States must accept are those of 47 CFR 64.1200(a)(10). Words of
other languages count if the account's country speaks them: `alto` and `sair` mean other things elsewhere.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

_STOP: Final = (
    *("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"),
    *("stop all", "opt me out", "stop texting me", "stop messaging me", "stop texts", "stop messages", "remove me"),
    *("stop now", "stop texting", "stop messaging", "stop texting now", "stop messaging now", "stop contacting me"),
    *(f"stop sending {what}" for what in ("messages", "me messages", "texts", "me texts")),
    *(f"{word} all" for word in ("quit", "end", "revoke", "cancel", "unsubscribe", "opt out")),
    *("unsub", "unsubscribe me", "revoke consent", "i revoke my consent", "no more texts", "no more messages"),
    *("do not text me", "dont text me", "do not contact me", "dont contact me", "take me off your list"),
    # Carriers of Canada, which has the same numbers as the United States, ask for it too.
    "arret",
)
_START: Final = ("start", "unstop", "opt in", "resubscribe", "subscribe")

_LONGEST: Final = 60
"""A longer text says more than such a word."""

_POLITE: Final = frozenset({"please", "pls", "plz", "kindly", "thanks", "thankyou", "thx"})
"""What people add to such a word."""
_THANK_YOU: Final = re.compile(r"\bthank\s+you\b")
"""One word: `you` alone says who is to stop."""

_WITHOUT_MARKS: Final = str.maketrans("ıđłø", "idlo")
"""Letters whose mark Unicode does not count as an accent."""
_APOSTROPHES: Final = frozenset("'’ʼ")

_LANGUAGES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "ar": (("إيقاف", "أوقف", "توقف", "قف", "إلغاء", "الغاء الاشتراك"), ("ابدأ", "اشتراك")),
    "bg": (("стоп", "спри", "отказ", "отписване"), ("старт",)),
    "cs": (("odhlasit", "zrusit", "konec"), ("prihlasit",)),
    "da": (("stop", "afmeld", "frameld"), ("tilmeld",)),
    "de": (("stopp", "abmelden", "abbestellen", "austragen", "beenden", "keine nachrichten mehr"), ("anmelden",)),
    "el": (("στοπ", "διαγραφη", "σταματα"), ("εναρξη", "εγγραφη")),
    "es": (("alto", "baja", "parar", "pare", "cancelar", "detener", "no mas", "fin", "salir"), ("alta", "iniciar")),
    "fa": (("توقف", "لغو"), ("شروع",)),
    "fi": (("lopeta", "seis", "peru", "peruuta"), ("aloita",)),
    "fr": (
        ("arreter", "arretez", "desabonner", "desinscrire", "desinscription", "annuler", "fin", "stop sms"),
        ("commencer", "reprendre"),
    ),
    "he": (("הסר", "הסרה", "עצור", "די"), ("התחל",)),
    "hi": (("बंद", "रोकें", "रोको"), ("शुरू",)),
    "hr": (("prekini", "odjava", "odjavi", "stani"), ("prijava",)),
    "hu": (("leiratkozas", "leiratkozom", "leall"), ("feliratkozas",)),
    "id": (("berhenti", "batal", "henti"), ("mulai", "mula")),
    "it": (("basta", "ferma", "annulla", "cancella", "cancellami", "disiscrivi"), ("avvia", "iscrivi")),
    "ja": (("停止", "配信停止", "解除", "ストップ"), ("再開",)),
    "ko": (("수신거부", "중지", "정지", "그만"), ("수신동의",)),
    "nb": (("stopp", "avslutt", "avmeld"), ("start",)),
    "nl": (("afmelden", "uitschrijven", "stoppen"), ("aanmelden",)),
    "pl": (("wypisz", "rezygnuje", "anuluj", "koniec"), ("wznow",)),
    "pt": (("pare", "parar", "sair", "cancelar", "descadastrar", "remover"), ("iniciar", "comecar", "voltar")),
    "ro": (("dezabonare", "opreste", "anuleaza"), ("abonare",)),
    "ru": (("стоп", "отписаться", "отписка", "отмена"), ("старт", "подписаться")),
    "sk": (("odhlasit", "zrusit", "koniec"), ("prihlasit",)),
    "sl": (("odjava", "odjavi", "prekini"), ("prijava",)),
    "sv": (("stopp", "avsluta", "avregistrera"), ("starta",)),
    "th": (("หยุด", "ยกเลิก"), ("เริ่ม",)),
    "tr": (("dur", "iptal", "ret", "ayril", "cik"), ("basla",)),
    "uk": (("стоп", "скасувати", "відписатися", "відписатись"), ("старт",)),
    "vi": (("dung", "huy", "tu choi", "ngung"), ("bat dau",)),
    "zh": (("退订", "退訂", "退出", "拒收", "停止", "取消", "取消订阅", "取消訂閱", "td", "t"), ("订阅", "訂閱")),
}
"""By language: words that opt out, words that opt in again."""

_SPOKEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "TN", "YE"), "ar"),
    **dict.fromkeys(("AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE"), "es"),
    **dict.fromkeys(("PR", "PY", "SV", "US", "UY", "VE"), "es"),
    **dict.fromkeys(("AO", "BR", "CV", "MZ", "PT"), "pt"),
    **dict.fromkeys(("BJ", "CA", "CD", "CI", "CM", "FR", "GA", "MC", "ML", "SN", "TG"), "fr"),
    **dict.fromkeys(("AT", "DE", "LI"), "de"),
    **dict.fromkeys(("BY", "KZ", "KG", "RU"), "ru"),
    **dict.fromkeys(("CN", "HK", "MO", "SG", "TW"), "zh"),
    **dict.fromkeys(("CY", "GR"), "el"),
    **dict.fromkeys(("MD", "RO"), "ro"),
    **dict.fromkeys(("BA", "HR", "ME", "RS"), "hr"),
    **dict.fromkeys(("BN", "ID", "MY"), "id"),
    **dict.fromkeys(("AF", "IR"), "fa"),
    "BG": "bg",
    "IN": "hi",
    "SI": "sl",
    "SK": "sk",
    "TH": "th",
    "VN": "vi",
    "BE": "fr nl de",
    "CH": "de fr it",
    "CZ": "cs",
    "DK": "da",
    "FI": "fi sv",
    "HU": "hu",
    "IL": "he ar ru",
    "IT": "it",
    "JP": "ja",
    "KR": "ko",
    "LU": "fr de",
    "NL": "nl",
    "NO": "nb",
    "PL": "pl",
    "SE": "sv",
    "TR": "tr",
    "UA": "uk ru",
}
"""The languages of a country, beside English."""


def opted_out(text: str, region: str | None = None) -> bool | None:
    """Return True if a text opts out, False if it opts in again, None for anything else."""
    said = _plain(text)
    stop, start = _words(region or "")
    return True if said in stop else False if said in start else None


@lru_cache(maxsize=256)
def _words(region: str) -> tuple[frozenset[str], frozenset[str]]:
    languages = [_LANGUAGES[name] for name in _SPOKEN.get(region, "").split()]
    stop = (*_STOP, *(word for spoken, _ in languages for word in spoken))
    start = (*_START, *(word for _, spoken in languages for word in spoken))
    return frozenset(map(_plain, stop)), frozenset(map(_plain, start))


def _plain(text: str) -> str:
    """Return a text without case, accents, punctuation, spaces, politeness and repetition: `Please, S.T.O.P.!` is
    `stop`."""
    apart = unicodedata.normalize("NFKD", text[:200]).casefold().translate(_WITHOUT_MARKS)
    words = _THANK_YOU.sub("thankyou", "".join(map(_letter_or_space, apart))).split()
    said = [word for word in words if word not in _POLITE] if len(text) <= _LONGEST else []
    once = next((said[:size] for size in range(1, len(said)) if said == said[:size] * (len(said) // size)), said)
    return "".join(once)


def _letter_or_space(character: str) -> str:
    """Punctuation may stand between words, but an accent, a vowel sign or an apostrophe stands inside one."""
    if character.isalnum():
        return character
    if character.isspace():
        return " "
    return "" if character in _APOSTROPHES or unicodedata.category(character)[0] in "MC" else " "
