"""Opt-outs and opt-ins as people write them: a word or a phrase that says nothing else, in any case and punctuation.

`compliance/sql/blocked_addresses.py` tells where an opt-out is kept.

The seven words that every sender of texts in the United States must accept are those of 47 CFR 64.1200(a)(10), which
asks for any other reasonable wording too. Words of other languages count if the account's country speaks them: `alto`
and `sair` mean other things elsewhere. STOP in other letters is STOP everywhere.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.domain.text.written import without_marks

_STOP: Final = (
    *("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"),
    *(f"{word} all" for word in ("stop", "quit", "end", "revoke", "cancel", "unsubscribe", "opt out")),
    *("unsub", "stopp", "стоп", "στοπ", "סטופ", "ستوب", "स्टॉप", "สต็อป", "ストップ", "스톱", "스탑"),
    # Carriers of Canada, which has the same numbers as the United States, ask for it too.
    "arret",
)
_START: Final = ("start", "unstop", "opt in", "resubscribe", "subscribe")

_ME: Final = "(?:me|us|this (?:phone|number)|my (?:phone|number|cell))"
_MESSAGES: Final = (
    "(?:(?:all|any|more|these|those|the|your|text|sms|marketing) ){0,3}(?:texts?|messages?|msgs?|sms|spam)"
)
_LIST: Final = (
    "(?:from|off)(?: of)? (?:this|your|the|all|any)(?: (?:mailing|text|sms|contact))?(?: (?:lists?|messages|texts))?"
)
_PHRASES: Final = (
    "(?:stop|quit)(?: (?:all|already)){0,2}",
    f"(?:stop|quit) (?:texting|messaging|contacting|spamming|bothering|harassing)(?: {_ME})?",
    f"(?:stop|quit)(?: sending)?(?: {_ME})?(?: {_MESSAGES})?(?: to {_ME})?",
    f"(?:do not|dont|never) (?:(?:text|message|contact)(?: {_ME})?|send(?: {_ME})? {_MESSAGES})",
    f"(?:i|we|id) (?:want|would like|like) to (?:stop|opt out|unsubscribe|be removed)(?: {_LIST})?",
    f"(?:unsubscribe|unsub|opt out|opt {_ME} out)(?: {_ME})?(?: {_LIST})?",
    f"remove {_ME}(?: {_LIST})?",
    f"take {_ME} {_LIST}",
    f"no more {_MESSAGES}",
    "(?:i )?(?:revoke|withdraw)(?: my)? consent",
    "leave me alone",
    "(?:text|reply|send) stop",
)
_ENGLISH: Final = re.compile(
    f"(?:just )?(?:{'|'.join(_PHRASES)})(?: (?:now|again|anymore|any more|ever|immediately)){{0,3}}"
)
"""The same in words of one's own."""

_LONGEST: Final = 1_600
"""Characters, as many as a text message has. A longer one says more than such a phrase."""
_MOST_WORDS: Final = 15

_POLITE: Final = frozenset(
    """
    please pls plz kindly thanks thankyou thx ty bitte danke merci svp stp gracias porfa grazie obrigado obrigada
    alsjeblieft alstublieft aub bedankt tack takk kiitos prosze dziekuje prosim dekuji molim hvala kerem koszonom
    multumesc lutfen tesekkurler пожалуиста спасибо дякую παρακαλω ευχαριστω
    hi hello hey hallo hola bonjour salut ciao ola привет
    """.split()  # noqa: SIM905 - a list of words
)
"""What people add to such a word, a greeting included. (Danish `tak` is Polish for yes.)"""
_POLITE_PHRASES: Final = re.compile(
    r"\b(?:(?:and )?thank you(?: (?:very|so) much)?|thanks a lot|sil (?:vous|te) plait|merci beaucoup|por favor"
    r"|per favore|dank (?:u|je)(?: wel)?|vielen dank|danke schon|muchas gracias|будь ласка)\b"
    "|请|請|谢谢|謝謝"
)
"""One expression each: `you` alone says who is to stop."""

_WITHOUT_MARKS: Final = str.maketrans("ıđłø", "idlo")
"""Letters whose mark Unicode does not count as an accent."""
_APOSTROPHES: Final = frozenset("'’ʼ")
_SENTENCE: Final = re.compile(r"[.!?,;:\n。！？、，；؟،]+")
_ASKS: Final = re.compile("[?？؟]")

_LANGUAGES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    # `أبدا` (never) is another word than `ابدأ`.
    "ar": (("ايقاف", "اوقف", "توقف", "قف", "الغاء", "الغاء الاشتراك"), ("ابدأ", "اشتراك")),
    "bg": (("спри", "отказ", "отписване"), ("старт",)),
    "cs": (("odhlasit", "zrusit", "konec"), ("prihlasit",)),
    "da": (("afmeld", "frameld", "stop tak"), ("tilmeld",)),
    "de": (
        ("abmelden", "abbestellen", "austragen", "beenden", "aufhoren", "keine nachrichten mehr", "keine sms mehr"),
        ("anmelden",),
    ),
    "el": (("διαγραφη", "σταματα"), ("εναρξη", "εγγραφη")),
    "es": (
        (
            *("alto", "baja", "dar de baja", "darme de baja", "parar", "pare", "basta", "fin", "salir", "detener"),
            *("cancelar", "cancelar suscripcion", "no mas", "no mas mensajes"),
        ),
        ("alta", "iniciar"),
    ),
    "fa": (("توقف", "لغو"), ("شروع",)),
    "fi": (("lopeta", "lopettakaa", "seis", "peruuta"), ("aloita",)),
    "fr": (
        (
            *("arrete", "arreter", "arretez", "annuler", "fin", "stop sms", "desabonner", "desabonnement"),
            *("desinscrire", "desinscription", "me desabonner", "desabonnez moi"),
        ),
        ("commencer", "reprendre"),
    ),
    "he": (("הסר", "הסרה", "עצור", "די"), ("התחל",)),
    "hi": (("बंद", "बंद करो", "बंद करें", "रोकें", "रोको"), ("शुरू",)),
    "hr": (("prekini", "odjava", "odjavi", "stani"), ("prijava",)),
    "hu": (("leiratkozas", "leiratkozom", "leall"), ("feliratkozas",)),
    "id": (("berhenti", "batal", "henti"), ("mulai", "mula")),
    "it": (("basta", "ferma", "annulla", "cancella", "cancellami", "disiscrivi"), ("avvia", "iscrivi")),
    "ja": (
        ("停止", "停止してください", "配信停止", "配信停止してください", "解除", "やめて", "やめてください"),
        ("再開",),
    ),
    "ko": (("수신거부", "수신 거부", "거부", "중지", "중단", "정지", "그만"), ("수신동의",)),
    "nb": (("avslutt", "avmeld"), ("start",)),
    "nl": (("afmelden", "uitschrijven", "stoppen"), ("aanmelden",)),
    "pl": (("wypisz", "rezygnuje", "anuluj", "koniec"), ("wznow",)),
    "pt": (
        ("pare", "parar", "sair", "cancelar", "cancela", "descadastrar", "remover"),
        ("iniciar", "comecar", "voltar"),
    ),
    "ro": (("dezabonare", "opreste", "anuleaza"), ("abonare",)),
    "ru": (("отписаться", "отписка", "отмена"), ("старт", "подписаться")),
    "sk": (("odhlasit", "zrusit", "koniec"), ("prihlasit",)),
    "sl": (("odjava", "odjavi", "prekini"), ("prijava",)),
    "sv": (("avsluta", "avregistrera"), ("starta",)),
    "th": (("หยุด", "ยกเลิก"), ("เริ่ม",)),
    "tr": (("dur", "durdur", "iptal", "iptal et", "ret", "ayril", "cik"), ("basla",)),
    "uk": (("скасувати", "відписатися", "відписатись"), ("старт",)),
    # `đúng` (right) and `dùng` (use) are other words than `dừng`.
    "vi": (("dừng", "ngừng", "ngưng", "huy", "tu choi", "tc"), ("bat dau",)),
    "zh": (("退订", "退訂", "退出", "拒收", "停止", "取消", "取消订阅", "取消訂閱", "td", "t"), ("订阅", "訂閱")),
}
"""By language: words that opt out, words that opt in again. One that is listed with marks is another word without
them."""

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
    """Return True if a text opts out, False if it opts in again, None for anything else.

    Several sentences opt out if each of them does. A question opts nobody in.
    """
    if len(text) > _LONGEST:
        return None
    text = without_marks(text)
    said = _choice(text, region or "")
    if said is None:
        parts = [part for part in _SENTENCE.split(text) if _said(part, marks=False)]
        return True if parts and all(_choice(part, region or "") for part in parts) else None
    return said or (None if _ASKS.search(text) else False)


def _choice(text: str, region: str) -> bool | None:
    written, plain = _said(text, marks=True), _said(text, marks=False)
    if len(plain) > _MOST_WORDS:
        return None
    spellings = {" ".join(written), " ".join(plain)}
    stop, start = _words(region)
    if not stop.isdisjoint(spellings) or "".join(plain) in _STOP_JOINED or _ENGLISH.fullmatch(" ".join(plain)):
        return True
    return False if not start.isdisjoint(spellings) or "".join(plain) in _START_JOINED else None


@lru_cache(maxsize=256)
def _words(region: str) -> tuple[frozenset[str], frozenset[str]]:
    languages = [_LANGUAGES[name] for name in _SPOKEN.get(region, "").split()]
    stop = (*_STOP, *(word for spoken, _ in languages for word in spoken))
    start = (*_START, *(word for _, spoken in languages for word in spoken))
    return frozenset(map(_spelled, stop)), frozenset(map(_spelled, start))


def _spelled(listed: str) -> str:
    return " ".join(_letters(listed, marks=True).split())


def _said(text: str, *, marks: bool) -> list[str]:
    """Return a text's words without case, punctuation, politeness and repetition, and without accents unless they count
    as `marks`: of `Please, stop! STOP!` it is `stop`.
    """
    words = _POLITE_PHRASES.sub(" ", " ".join(_letters(text, marks=marks).split())).split()
    said = [word for word in words if word not in _POLITE]
    sizes = range(1, min(len(said), _MOST_WORDS))
    return next((said[:size] for size in sizes if said == said[:size] * (len(said) // size)), said)


def _letters(text: str, *, marks: bool) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold()
    if not marks:
        apart = apart.translate(_WITHOUT_MARKS)
    return "".join(_letter_or_space(character, marks=marks) for character in apart)


def _letter_or_space(character: str, *, marks: bool) -> str:
    """Punctuation may stand between words, but an accent, a vowel sign or an apostrophe stands inside one."""
    if character.isalnum():
        return character
    if character in _APOSTROPHES:
        return ""
    if unicodedata.category(character)[0] == "M":
        return character if marks or not _is_accent(character) else ""
    return "" if unicodedata.category(character)[0] == "C" and not character.isspace() else " "


def _is_accent(mark: str) -> bool:
    """Whether a letter keeps its sound without it, as far as people leave it out: accents, and the points of Hebrew and
    Arabic. The vowel signs of India and Thailand are letters.
    """
    place = unicodedata.combining(mark)
    return _FIRST_POINT <= place <= _LAST_POINT or place >= _FIRST_ACCENT


_FIRST_POINT: Final = 10
_LAST_POINT: Final = 35
_FIRST_ACCENT: Final = 200
"""Canonical combining classes (https://www.unicode.org/reports/tr44/#Canonical_Combining_Class_Values)."""

_STOP_JOINED: Final = frozenset(_spelled(word).replace(" ", "") for word in _STOP)
_START_JOINED: Final = frozenset(_spelled(word).replace(" ", "") for word in _START)
"""As in `stopall` and `S.T.O.P.`. Of English alone: Spanish `no más` and `nomás` differ."""
