"""Channel credentials at rest: each value sealed on its own with AES-256-GCM.

The associated data binds a value to its tenant, account and field, so that a ciphertext copied elsewhere does not open.
A sealed value reads `v1.<key id>.<base64url of nonce and ciphertext>`; the key id says which secret key it belongs to.
Nonces are random: 2^32 values under one key keep within NIST SP 800-38D, section 8.3.
"""

import base64
import os
from collections.abc import Mapping
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class CredentialsUnreadable(Exception):
    """A stored credential does not open: it was sealed under another MASS_REPLY_SECRET_KEY, moved or changed."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


class Vault:
    """Seals and opens credentials under keys derived from the one secret key."""

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCM(_derive(secret_key, "channel credentials", 32))
        self._prefix = f"v1.{_derive(secret_key, 'key id', 4).hex()}."

    def seal(self, tenant: UUID, account: UUID, credentials: Mapping[str, str]) -> dict[str, str]:
        return {name: self._seal(value, _place(tenant, account, name)) for name, value in credentials.items()}

    def open(self, tenant: UUID, account: UUID, sealed: Mapping[str, str]) -> dict[str, str]:
        """Raises CredentialsUnreadable."""
        return {name: self._open(value, _place(tenant, account, name)) for name, value in sealed.items()}

    def _seal(self, value: str, place: bytes) -> str:
        nonce = os.urandom(_NONCE_BYTES)
        ciphertext = self._cipher.encrypt(nonce, value.encode(), place)
        return self._prefix + base64.urlsafe_b64encode(nonce + ciphertext).decode()

    def _open(self, sealed: str, place: bytes) -> str:
        if not sealed.startswith(self._prefix):
            raise CredentialsUnreadable
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(self._prefix))
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place).decode()
        except (InvalidTag, ValueError):  # ValueError: not even of our form
            raise CredentialsUnreadable from None


def _place(tenant: UUID, account: UUID, name: str) -> bytes:
    return tenant.bytes + account.bytes + name.encode()


def _derive(secret_key: str, purpose: str, length: int) -> bytes:
    info = f"mass-reply {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret_key.encode())
