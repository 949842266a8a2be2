"""Where providers report to: one address per channel account, with a secret in it where the provider signs nothing."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Callbacks:
    """The callback addresses of this service."""

    public_url: str
    secret_key: str = field(repr=False)

    def url(self, account_id: UUID, *, with_token: bool) -> str:
        """The address to enter at the provider; `with_token` where its calls carry no signature to check."""
        address = f"{self.public_url}/callbacks/{account_id}"
        return f"{address}?token={self.token(account_id)}" if with_token else address

    def token(self, account_id: UUID) -> str:
        """The secret of one account's address. Derived and not stored, so that it is the same in every process."""
        mark = hmac.new(self.secret_key.encode(), b"callback:" + account_id.bytes, hashlib.sha256)
        return base64.urlsafe_b64encode(mark.digest()).rstrip(b"=").decode()

    def accepts(self, account_id: UUID, token: str) -> bool:
        return hmac.compare_digest(self.token(account_id).encode(), token.encode())
