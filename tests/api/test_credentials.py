"""Credentials at rest, and the secret of a callback address."""

import itertools
from uuid import uuid4

import pytest

from app.domain.callback_urls import Callbacks
from app.store.credentials import CredentialsUnreadable, Vault
from tests.conftest import SECRET_KEY

TENANT, ACCOUNT = uuid4(), uuid4()
CREDENTIALS = {"auth_token": "wholly secret", "other": "é" * 1000}


@pytest.fixture
def vault() -> Vault:
    return Vault(SECRET_KEY)


def test_what_was_sealed_opens_again_in_another_process(vault: Vault) -> None:
    sealed = vault.seal(TENANT, ACCOUNT, CREDENTIALS)
    assert Vault(SECRET_KEY).open(TENANT, ACCOUNT, sealed) == CREDENTIALS
    assert not any(secret in str(sealed) for secret in CREDENTIALS.values())


def test_a_value_is_never_sealed_the_same_way_twice(vault: Vault) -> None:
    assert vault.seal(TENANT, ACCOUNT, CREDENTIALS) != vault.seal(TENANT, ACCOUNT, CREDENTIALS)


def test_a_sealed_value_opens_only_in_its_own_place(vault: Vault) -> None:
    sealed = vault.seal(TENANT, ACCOUNT, CREDENTIALS)
    for tenant, account in itertools.product((TENANT, uuid4()), (ACCOUNT, uuid4())):
        if (tenant, account) != (TENANT, ACCOUNT):
            with pytest.raises(CredentialsUnreadable):
                vault.open(tenant, account, sealed)
    with pytest.raises(CredentialsUnreadable):
        vault.open(TENANT, ACCOUNT, {"auth_token": sealed["other"]})


def test_a_changed_byte_is_noticed(vault: Vault) -> None:
    sealed = vault.seal(TENANT, ACCOUNT, CREDENTIALS)["auth_token"]
    changed = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    with pytest.raises(CredentialsUnreadable):
        vault.open(TENANT, ACCOUNT, {"auth_token": changed})


@pytest.mark.parametrize("end", ["", "A", "AAAA", "é", "A" * 64])
def test_what_no_vault_sealed_does_not_open(vault: Vault, end: str) -> None:
    version, key_id, _ = vault.seal(TENANT, ACCOUNT, CREDENTIALS)["auth_token"].split(".")
    for stored in (end, f"{version}.{key_id}.{end}"):
        with pytest.raises(CredentialsUnreadable):
            vault.open(TENANT, ACCOUNT, {"auth_token": stored})


def test_another_secret_key_opens_nothing(vault: Vault) -> None:
    sealed = vault.seal(TENANT, ACCOUNT, CREDENTIALS)
    with pytest.raises(CredentialsUnreadable, match="MASS_REPLY_SECRET_KEY"):
        Vault("another-" + SECRET_KEY).open(TENANT, ACCOUNT, sealed)


def test_a_callback_secret_belongs_to_one_account_and_one_key() -> None:
    callbacks = Callbacks("https://reply.example.test", SECRET_KEY)
    assert callbacks.token(ACCOUNT) == callbacks.token(ACCOUNT)
    assert callbacks.token(ACCOUNT) != callbacks.token(uuid4())
    assert callbacks.token(ACCOUNT) != Callbacks("https://reply.example.test", "another-" + SECRET_KEY).token(ACCOUNT)
    assert SECRET_KEY not in repr(callbacks)
