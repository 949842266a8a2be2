"""The cases of SendGrid and of plain SMTP."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import Any
from urllib.parse import urlsplit

import jsonschema  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.domain.provider_events import Webhook
from app.domain.words import Channel, ReasonCode
from tests.channels import smtp_lines
from tests.channels.cases import CALLBACK_SECRET, CORRELATION, ProviderCase, Reply, SendingCase, Wire, outbound, sample
from tests.channels.cases import webhook as call
from tests.channels.raw_server import Request

OUR_MESSAGE_ID = f"<{CORRELATION.partition('.')[0]}@example.com>"

# SendGrid

BOUNDARY = "xYzZY"
TIMESTAMP = "1777636810"
EVENT_KEY, INBOUND_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
_MAIL_SEND = sample("sendgrid", "mail_send")


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """A key as SendGrid shows it: base64 without a frame."""
    der = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(key.public_key().public_bytes(serialization.Encoding.DER, der)).decode()


def signed(body: bytes, key: ec.EllipticCurvePrivateKey, timestamp: str = TIMESTAMP) -> dict[str, str]:
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "x-twilio-email-event-webhook-signature": base64.b64encode(signature).decode(),
        "x-twilio-email-event-webhook-timestamp": timestamp,
    }


def sendgrid_events(*events: Any) -> Webhook:
    body = json.dumps(events).encode() + b"\r\n"
    return call(body, {"content-type": "application/json", **signed(body, EVENT_KEY)})


def form(fields: Mapping[str, str | bytes], files: Mapping[str, bytes] | None = None) -> bytes:
    parts = [(f'name="{name}"', value) for name, value in fields.items()]
    parts += [(f'name="{name}"; filename="a.bin"\r\nContent-Type: x/y', value) for name, value in (files or {}).items()]
    return b"".join(_part(about, value) for about, value in parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(about: str, value: str | bytes) -> bytes:
    content = value if isinstance(value, bytes) else value.encode()
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode() + content + b"\r\n"


def sendgrid_mail(
    fields: Mapping[str, str | bytes],
    *,
    token: str = CALLBACK_SECRET,
    key: ec.EllipticCurvePrivateKey | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Webhook:
    body = form(fields, files)
    headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}", **(signed(body, key) if key else {})}
    return call(body, headers, f"token={token}")


def check_sendgrid_request(request: Request) -> None:
    """Hold a request against SendGrid's own description, and take no field that it does not name."""
    assert (request.method, request.target) == ("POST", "/v3/mail/send")
    assert request.headers["authorization"] == "Bearer SG.key-1"
    body = json.loads(request.body)
    described = _MAIL_SEND["request"]
    one = described["properties"]["personalizations"]["items"]
    schema = {**described, "additionalProperties": False, "components": _MAIL_SEND["components"]}
    jsonschema.validate(body, schema, format_checker=jsonschema.FormatChecker())
    [personalization] = body["personalizations"]
    jsonschema.validate(personalization, {**one, "additionalProperties": False, "components": _MAIL_SEND["components"]})
    assert personalization["custom_args"] == {"delivery": CORRELATION}
    assert not {name.lower() for name in body["headers"]} & {name.lower() for name in _MAIL_SEND["reservedHeaders"]}


SENDGRID = ProviderCase(
    name="sendgrid",
    config={
        "from": "Support <support@example.com>",
        "reply_to": "Support <reply+{token}@in.example.com>",
        "webhook_public_key": public(EVENT_KEY),
    },
    credentials={"api_key": "SG.key-1"},
    address_key="base_url",
    message=outbound(Channel.EMAIL, "ann@example.com"),
    accepted=Reply(202, b"", headers={"X-Message-Id": "sg-1"}),
    message_id="sg-1",
    refused=Reply(
        400,
        {"errors": [{"field": "personalizations.0.to.0.email", "message": "Does not contain a valid address."}]},
        ReasonCode.INVALID_RECIPIENT,
    ),
    account_at_fault=Reply(401, {"errors": [{"field": None, "message": "Maximum credits exceeded"}]}),
    receipt=sendgrid_events(sample("sendgrid", "delivered")),
    inbound=sendgrid_mail(sample("sendgrid", "inbound_raw")),
    unknown=sendgrid_events({**sample("sendgrid", "delivered"), "event": "teleported"}),
    tampered=call(
        json.dumps([sample("sendgrid", "bounce")]).encode(),
        sendgrid_events(sample("sendgrid", "delivered")).headers,
        f"token={CALLBACK_SECRET}",
    ),
    check_request=check_sendgrid_request,
    secrets=("SG.key-1", CALLBACK_SECRET),
)


# SMTP


@dataclass(frozen=True, kw_only=True)
class SmtpCase(SendingCase):
    @property
    def wire(self) -> Wire:
        return Wire(
            accept=smtp_lines.speaking(),
            throttle=smtp_lines.speaking(greeting="421 4.7.0 too many connections"),
            throttled_for=30,
            refuse=smtp_lines.speaking(RCPT="550 5.1.1 no such user"),
            find_fault=smtp_lines.speaking(MAIL="530 5.7.0 authentication required"),
            hang=smtp_lines.speaking(smtp_lines.hang),
            lose={
                "reset after the dot": smtp_lines.speaking(smtp_lines.reset),
                "close after the dot": smtp_lines.speaking(smtp_lines.close),
                "garbage": smtp_lines.speaking(smtp_lines.answer_garbage),
                "stop in the answer": smtp_lines.speaking(smtp_lines.stop_in_the_answer),
            },
            mumble={
                "a second go-ahead": smtp_lines.speaking(message="354 go on"),
                "a code that does not exist": smtp_lines.speaking(message="299 hm"),
            },
        )

    @property
    def refusal_code(self) -> ReasonCode:
        return ReasonCode.INVALID_RECIPIENT

    def place(self, url: str) -> Mapping[str, Any]:
        parts = urlsplit(url)
        return {"host": parts.hostname, "port": parts.port or 25}


def check_smtp_request(request: Request) -> None:
    assert (request.method, request.target) == ("MAIL", "TO:<ann@example.com>")
    assert request.headers["mail"] == "FROM:<support@example.com>"
    mail = message_from_bytes(request.body, policy=default)
    assert mail["To"] == "ann@example.com"
    assert mail["Message-ID"] == OUR_MESSAGE_ID


SMTP = SmtpCase(
    name="smtp",
    config={"from": "Support <support@example.com>", "reply_to": "reply+{token}@in.example.com", "tls": "none"},
    credentials={},
    message=outbound(Channel.EMAIL, "ann@example.com"),
    message_id=OUR_MESSAGE_ID,
    check_request=check_smtp_request,
    secrets=(CALLBACK_SECRET,),
)
