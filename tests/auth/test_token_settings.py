"""Settings of tokens belong together, and are asked for together, by name, before anything starts."""

import pytest

from app.settings import Settings, SettingsInvalid, load_settings
from tests.api.issuer import AUDIENCE, ISSUER, SECRET
from tests.conftest import SECRET_KEY

KEYS = "https://login.example.test/jwks.json"
BOTH = {"ISSUER": ISSUER, "AUDIENCE": AUDIENCE}


def load(monkeypatch: pytest.MonkeyPatch, **jwt: str) -> Settings:
    for name, value in jwt.items():
        monkeypatch.setenv(f"MASS_REPLY_JWT_{name}", value)
    return load_settings(database_url="postgresql://nobody@/nothing", secret_key=SECRET_KEY)


@pytest.mark.parametrize("source", [{"JWKS_URL": KEYS}, {"SECRET": SECRET}, {"SECRET": "ö" * 16}])
def test_tokens_need_their_keys_issuer_and_audience(monkeypatch: pytest.MonkeyPatch, source: dict[str, str]) -> None:
    settings = load(monkeypatch, **BOTH, **source)
    assert (settings.jwt_issuer, settings.jwt_audience) == (ISSUER, AUDIENCE)


def test_without_any_of_them_there_are_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = load(monkeypatch, JWKS_URL="", SECRET="", ISSUER="", AUDIENCE="")
    assert (empty.jwt_jwks_url, empty.jwt_secret, empty.jwt_issuer, empty.jwt_audience) == (None, None, None, None)


@pytest.mark.parametrize(
    ("given", "blamed"),
    [
        ({"JWKS_URL": KEYS, "AUDIENCE": AUDIENCE}, "ISSUER"),
        ({"SECRET": SECRET, "ISSUER": ISSUER}, "AUDIENCE"),
        ({"JWKS_URL": KEYS, "AUDIENCE": AUDIENCE, "ISSUER": ""}, "ISSUER"),
        (BOTH | {"JWKS_URL": KEYS, "SECRET": SECRET}, "SECRET"),
        (BOTH | {"SECRET": "x" * 31}, "SECRET"),
        (BOTH | {"JWKS_URL": "file:///etc/passwd"}, "JWKS_URL"),
        (BOTH | {"JWKS_URL": "login.example.test"}, "JWKS_URL"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, given: dict[str, str], blamed: str) -> None:
    with pytest.raises(SettingsInvalid, match=f"MASS_REPLY_JWT_{blamed}: ") as refused:
        load(monkeypatch, **given)
    assert given.get("SECRET", "none of them") not in str(refused.value)
