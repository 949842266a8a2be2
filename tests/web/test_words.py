"""What the pages say: each code that the API has is said in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

from app.api.progress_schemas import PACED, PROVIDER_PAUSED, SAMPLE_FIRST
from app.channels.provider_responses import SLOWER
from app.delivery.pump import UNREADABLE
from app.delivery.record import SILENT
from app.delivery.runner import FAULT
from app.domain.errors import MassReplyError
from app.domain.mass_reply import ACCOUNT_DELETED, ACCOUNT_DISABLED
from app.domain.words import ReasonCode

WORDS = Path(__file__).resolve().parents[2] / "web" / "src" / "words"


def said(language: str, kind: str) -> set[str]:
    catalogue = (WORDS / f"{language}.ts").read_text(encoding="utf-8")
    [part] = re.findall(rf"^export const {kind}\b.*?^}}", catalogue, re.DOTALL | re.MULTILINE)
    return set(re.findall(r"^  (\w+):", part, re.MULTILINE))


def problems(of: type[MassReplyError] = MassReplyError) -> Iterator[str]:
    for each in of.__subclasses__():
        yield each.code
        yield from problems(each)


def test_every_reason_is_said_in_both_languages() -> None:
    for language in ("en", "de"):
        assert set(ReasonCode) - said(language, "reasons") == set()


def test_why_an_account_waits_is_said_in_german_and_of_no_lane_in_either() -> None:
    """A provider's own words are left as they are."""
    sentences = (
        ACCOUNT_DELETED,
        ACCOUNT_DISABLED,
        PROVIDER_PAUSED,
        PACED,
        SAMPLE_FIRST,
        SLOWER,
        SILENT,
        FAULT,
        UNREADABLE,
    )
    english, german = ((WORDS / f"{language}.ts").read_text(encoding="utf-8") for language in ("en", "de"))
    assert [each for each in sentences if each not in german] == []
    assert [each for each in sentences if "lane" in each and each not in english] == []


def test_every_problem_is_said_in_german() -> None:
    """In English the service's own words are shown."""
    faults = {"missing", "string_too_long", "credentials_required", "not_uncertain", "unsupported_channel"}
    assert {*problems(), *faults} - said("de", "problems") == set()
