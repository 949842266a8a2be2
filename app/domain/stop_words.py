"""Opt-outs and opt-ins as people write them: a word alone, in any case, with any punctuation.

`compliance/sql/blocked_addresses.py` tells where an opt-out is kept.

The seven words that every sender of texts in the United States must accept are those of 47 CFR 64.1200(a)(10). Words of
other languages count if the account's country speaks them: `alto` and `sair` mean other things elsewhere.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

_STOP: Final = (
    *("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"),
    *("stop all", "opt me out", "stop texting me", "stop messaging me", "stop texts", "stop messages", "remove me"),
    *("stop now", "stop texting", "stop messaging", "stop sending messages", "unsub", "unsubscribe me", "end all"),
    # Carriers of Canada, which has the same numbers as the United States, ask for it too.
    "arret",
)
_START: Final = ("start", "unstop", "opt in", "resubscribe", "subscribe")

_LONGEST: Final = 60
"""A longer text says more than such a word."""

_POLITE: Final = frozenset({"please", "pls", "plz", "thanks", "thankyou"})
"""What people add to such a word."""

_LANGUAGES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "ar": (("إيقاف", "توقف", "قف", "إلغاء", "الغاء الاشتراك"), ("ابدأ", "اشتراك")),
    "bg": (("стоп", "спри", "отказ", "отписване"), ("старт",)),
    "cs": (("odhlasit", "zrusit", "konec"), ("prihlasit",)),
    "da": (("stop", "afmeld", "frameld"), ("tilmeld",)),
    "de": (("stopp", "abmelden", "abbestellen", "austragen", "beenden", "keine nachrichten mehr"), ("anmelden",)),
    "el": (("στοπ", "διαγραφη", "σταματα"), ("εναρξη", "εγγραφη")),
    "es": (("alto", "baja", "parar", "pare", "cancelar", "detener", "no mas", "fin", "salir"), ("alta", "iniciar")),
    "fa": (("توقف", "لغو"), ("شروع",)),
    "fi": (("lopeta", "seis", "peru", "peruuta"), ("aloita",)),
    "fr": (("desabonner", "desinscrire", "desinscription", "annuler", "fin", "stop sms"), ("commencer", "reprendre")),
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
    "uk": (("стоп", "відписатися", "відписатись"), ("старт",)),
    "vi": (("dung", "huy", "tu choi", "ngung"), ("bat dau",)),
    "zh": (("退订", "退訂", "停止", "取消", "取消订阅", "取消訂閱", "td", "t"), ("订阅", "訂閱")),
}
"""By language: words that opt out, words that opt in again."""

_SPOKEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY", "MA", "OM", "QA", "SA", "TN", "YE"), "ar"),
    **dict.fromkeys(("AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE"), "es"),
    **dict.fromkeys(("PR", "PY", "SV", "US", "UY", "VE"), "es"),
    **dict.fromkeys(("AO", "BR", "CV", "MZ", "PT"), "pt"),
    **dict.fromkeys(("BJ", "CA", "CD", "CI", "CM", "FR", "GA", "LU", "MC", "ML", "SN", "TG"), "fr"),
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
    languages = [_LANGUAGES[name] for name in _SPOKEN.get(region or "", "").split()]
    if said in _all(_STOP, (stop for stop, _ in languages)):
        return True
    return False if said in _all(_START, (start for _, start in languages)) else None


def _all(words: Iterable[str], of_languages: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(map(_plain, (*words, *(word for spoken in of_languages for word in spoken))))


def _plain(text: str) -> str:
    """Return a text without case, accents, punctuation, spaces, politeness and repetition: `Please, S.T.O.P.!` is
    `stop`."""
    apart = unicodedata.normalize("NFKD", text[:200]).casefold()
    words = "".join(each if each.isspace() or each.isalnum() else "" for each in apart.replace("-", " ")).split()
    said = [word for word in words if word not in _POLITE] if len(text) <= _LONGEST else []
    return said[0] if len(set(said)) == 1 else "".join(said)
