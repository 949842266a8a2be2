"""Channel credentials at rest: each value encrypted on its own with AES-256-GCM.

The associated data binds a value to its tenant, account and field, so that a ciphertext copied elsewhere cannot be
decrypted. An encrypted value reads `v1.<key id>.<base64url of nonce and ciphertext>`. The key id names the secret key
that it belongs to. Nonces are random: 2^32 values under one key stay within NIST SP 800-38D, section 8.3.
"""

import base64
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.domain.callback_urls import derived_token

_NONCE_BYTES = 12


class CredentialsUnreadable(Exception):
    """A stored credential cannot be decrypted: it was encrypted under another MASS_REPLY_SECRET_KEY, moved or
    changed."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Vault:
    """Encrypts with the first of the secret keys, and decrypts with any of them."""

    def __init__(self, secret_key: str, *former_keys: str) -> None:
        self._ciphers = {_prefix(key): AESGCM(_derive(key, "channel credentials", 32)) for key in former_keys}
        self._prefix = _prefix(secret_key)
        self._cipher = self._ciphers[self._prefix] = AESGCM(_derive(secret_key, "channel credentials", 32))
        self._secret_key = secret_key

    def seal(self, tenant: UUID, account: UUID, credentials: Mapping[str, str]) -> dict[str, str]:
        return {name: self._seal(value, _associated_data(tenant, account, name)) for name, value in credentials.items()}

    def open(self, tenant: UUID, account: UUID, sealed: Mapping[str, str]) -> dict[str, str]:
        """Raise CredentialsUnreadable if no key decrypts it."""
        return {name: self._open(value, _associated_data(tenant, account, name)) for name, value in sealed.items()}

    @property
    def key_id(self) -> str:
        """The id of the current key. It reveals nothing about the key."""
        return self._prefix.split(".")[1]

    def reseal(self, tenant: UUID, account: UUID, sealed: Mapping[str, str]) -> dict[str, str] | None:
        """Return the value encrypted with the current key, or None if it is already. Raise CredentialsUnreadable."""
        if all(value.startswith(self._prefix) for value in sealed.values()):
            return None
        return self.seal(tenant, account, self.open(tenant, account, sealed))

    def first_callback_token(self, account: UUID) -> str:
        """Return a new secret for an account's callback address."""
        return derived_token(self._secret_key, account)

    def _seal(self, value: str, associated_data: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = self._cipher.encrypt(nonce, value.encode(), associated_data)
        return self._prefix + base64.urlsafe_b64encode(nonce + ciphertext).decode()

    def _open(self, sealed: str, associated_data: bytes) -> str:
        prefix = sealed[: len(self._prefix)]
        cipher = self._ciphers.get(prefix)
        if cipher is None:
            raise CredentialsUnreadable
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(prefix))
            return cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], associated_data).decode()
        except (InvalidTag, ValueError):  # ValueError: not even our format
            raise CredentialsUnreadable from None


def _prefix(secret_key: str) -> str:
    return f"v1.{_derive(secret_key, 'key id', 4).hex()}."


def _associated_data(tenant: UUID, account: UUID, name: str) -> bytes:
    return tenant.bytes + account.bytes + name.encode()


def _derive(secret_key: str, purpose: str, length: int) -> bytes:
    info = f"mass-reply {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret_key.encode())
