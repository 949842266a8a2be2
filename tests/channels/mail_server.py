"""A real mail server (aiosmtpd) on loopback, with the faults that a test asks for."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "support", "mail-password-1"


@dataclass
class Mailbox:
    """What the server took, and what it does instead. `faults` gives the reply by the name of the command.

    `drop` cuts the line in place of a reply; `hang` never gives one.
    """

    faults: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    """A command has come in that gets no reply."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds its hooks by these names
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._answer(server, "MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return await self._answer(server, "RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        self.encrypted.append(session.ssl is not None)
        return await self._answer(server, "DATA", "250 2.0.0 queued")

    async def _answer(self, server: SMTP, command: str, reply: str) -> str:
        self.reached.append(command)
        fault = self.faults.get(command, reply)
        if fault == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if fault == "hang":
            self.hung.set()
            await asyncio.Event().wait()
        return fault


def _login(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=False)


@asynccontextmanager
async def mail_server(
    faults: Mapping[str, str] | None = None,
    *,
    starttls: ssl.SSLContext | None = None,
    implicit: ssl.SSLContext | None = None,
    login: bool = False,
    largest: int = 1_000_000,
) -> AsyncIterator[Mailbox]:
    """Serve on a loopback port until the block ends."""
    box = Mailbox(faults or {})

    def protocol() -> SMTP:
        return SMTP(
            box,
            hostname="mail.example.com",
            data_size_limit=largest,
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=_login if login else None,
            auth_required=login,
            auth_require_tls=starttls is not None,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=implicit)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()


@dataclass(frozen=True)
class Certificate:
    path: Path
    """Of the certificate alone, in PEM: what a client must trust."""
    context: ssl.SSLContext
    """For the server."""


def certificate(folder: Path, *, days: int = 1) -> Certificate:
    """A self-made certificate for 127.0.0.1, valid from an hour ago."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example.com")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, der = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(pem))
    private.write_bytes(key.private_bytes(pem, der, serialization.NoEncryption()))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return Certificate(public, context)
