"""An identity provider, and whoever forges its tokens."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from tests.channels.raw_server import Line, Script, answering

ISSUER = "https://login.example.test/"
AUDIENCE = "mass-reply"
SECRET = "an example secret of forty bytes length!"

Sign = Callable[[bytes], bytes]
Json = Mapping[str, Any]


@dataclass
class Provider:
    """Signs with one RSA and one EC key, and shows their public halves as `script` has it."""

    rsa_kid: str = "rsa-1"
    rsa_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    ec_kid: str = "ec-1"
    ec_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    script: Script | None = None
    asked: int = 0

    async def serve(self, line: Line) -> None:
        """What happens on each connection to the provider; each ends after one answer."""
        self.asked += 1
        await (self.script or answering(200, {"keys": self.jwks()}, {"Connection": "close"}))(line)

    def jwks(self) -> list[dict[str, Any]]:
        rsa_jwk = RSAAlgorithm.to_jwk(self.rsa_key.public_key(), as_dict=True)
        ec_jwk = ECAlgorithm.to_jwk(self.ec_key.public_key(), as_dict=True)
        # `key_ops` and a certificate chain are what real providers add; encryption keys stand in the same list.
        return [
            {**rsa_jwk, "kid": self.rsa_kid, "use": "sig", "alg": "RS256", "x5c": ["…"]},
            {**ec_jwk, "kid": self.ec_kid},
            {**rsa_jwk, "kid": "for-encryption", "use": "enc"},
            {"kty": "oct", "kid": "symmetric", "k": b64(b"0" * 32)},
            {"kty": "OKP", "kid": "other-curve", "crv": "Ed448", "x": "AA"},
        ]

    def public_pem(self) -> bytes:
        return self.rsa_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def rs256(self, claims: Json, **header: Any) -> str:
        return compact({"alg": "RS256", "kid": self.rsa_kid, **header}, claims, by_rsa(self.rsa_key))

    def es256(self, claims: Json, **header: Any) -> str:
        return compact({"alg": "ES256", "kid": self.ec_kid, **header}, claims, by_ec(self.ec_key))


def person(tenant: UUID, /, **changes: Any) -> dict[str, Any]:
    """The claims of an agent of that tenant; a claim that is None is left out."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "exp": now + 600,
        "iat": now,
        "sub": "agent-7",
        "name": "Ann Lee",
        "email": "ann@example.test",
        "tenant": str(tenant),
        "roles": ["agent"],
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(header: Json, claims: object, sign: Sign) -> str:
    """A token in its compact form, made by hand: a library would refuse to make the forged ones."""
    said = ".".join(b64(json.dumps(part).encode()) for part in ({"typ": "JWT", **header}, claims))
    return f"{said}.{b64(sign(said.encode()))}"


def by_nobody(_: bytes) -> bytes:
    return b""


def by_secret(secret: bytes) -> Sign:
    return lambda said: hmac.digest(secret, said, hashlib.sha256)


def by_rsa(key: rsa.RSAPrivateKey, algorithm: hashes.HashAlgorithm | None = None) -> Sign:
    return lambda said: key.sign(said, padding.PKCS1v15(), algorithm or hashes.SHA256())


def by_rsa_pss(key: rsa.RSAPrivateKey) -> Sign:
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return lambda said: key.sign(said, pss, hashes.SHA256())


def by_ec(key: ec.EllipticCurvePrivateKey) -> Sign:
    def sign(said: bytes) -> bytes:
        halves = decode_dss_signature(key.sign(said, ec.ECDSA(hashes.SHA256())))
        return b"".join(half.to_bytes(32) for half in halves)

    return sign
