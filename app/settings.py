"""Settings, read from the environment once, when a process starts."""

import os
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Annotated, Any, Final, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.channels.http import CALL_SECONDS

SHORTEST_KEY: Final = 32


class SettingsInvalid(Exception):
    """A setting is missing, wrong, or leads nowhere; the message names its environment variable."""


def _of_postgresql(url: str) -> str:
    """Refuse the URL of any other database. The message does not repeat it, because it holds a password."""
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):
        backend = None
    if backend not in ("postgresql", "postgres"):
        raise ValueError("must be like postgresql://user:password@host:5432/database")
    return url


def _of_http(url: str) -> str:
    """Refuse a URL to which no path can be appended. Remove a slash at the end."""
    parts = _parts(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be like https://mass-reply.example.com")
    return url.rstrip("/")


def _origin(text: str) -> str:
    """Refuse a text that no browser sends as an origin: it would silently allow nothing.

    https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
    """
    parts = _parts(text)
    is_origin = parts is not None and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}".lower()
    if not is_origin and text != "*":
        raise ValueError("must be origins like https://desk.example.com, without a path, or *")
    return text


def _parent(text: str) -> str:
    """Refuse `*` as well: a page that anyone may frame would accept a token from anyone."""
    if text == "*":
        raise ValueError("must name each origin, like https://desk.example.com")
    return _origin(text)


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("must be addresses or networks like 10.0.0.5 or 10.0.0.0/8") from None


def _parts(url: str) -> SplitResult | None:
    """Split a URL into its parts. Return None if it is not a valid one."""
    try:
        parts = urlsplit(url)
        return None if parts.port == 0 else parts
    except ValueError:  # a port that is not a number, or an unclosed bracket
        return None


def _long_keys(value: SecretStr) -> SecretStr:
    if any(len(key) < SHORTEST_KEY for key in split_keys(value)):
        raise ValueError(f"must have at least {SHORTEST_KEY} characters; of several, separated by commas, each must")
    return value


def split_keys(value: SecretStr) -> list[str]:
    keys = value.get_secret_value().split(",")
    return keys if len(keys) == 1 else [key.strip() for key in keys]


DatabaseUrl = Annotated[str, AfterValidator(_of_postgresql)]
PublicUrl = Annotated[str, AfterValidator(_of_http)]
Proxy = Annotated[str, AfterValidator(_network)]
Origin = Annotated[str, AfterValidator(_origin)]
ParentOrigin = Annotated[str, AfterValidator(_parent)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)]
Positive = Annotated[timedelta, Field(gt=timedelta(0))]

_PREFIX: Final = "MASS_REPLY_"
_ALIKE: Final = 0.8
"""1 is the same name."""

_FROM_ENVIRONMENT: Final = SettingsConfigDict(
    env_prefix=_PREFIX,
    env_ignore_empty=True,  # in a file of variables, and in compose, an empty line is how one says "none"
    frozen=True,
    extra="ignore",
)


class Settings(BaseSettings):
    model_config = _FROM_ENVIRONMENT

    database_url: DatabaseUrl
    """`postgresql://…` of the runtime role, which owns nothing and cannot bypass row-level security."""
    owner_url: DatabaseUrl | None = None
    """`postgresql://…` of the owner of the schema; only `migrate` uses it."""
    redis_url: str | None = None
    """For wake-ups. Without it, workers ask PostgreSQL for work themselves."""
    secret_key: Annotated[SecretStr, AfterValidator(_long_keys)]
    """Encrypts channel credentials at rest. May hold several, separated by commas: the first encrypts, all decrypt."""
    public_url: PublicUrl = "http://127.0.0.1:8000"
    """Where providers reach this service; callback addresses and signatures are built on it."""
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()
    embed_origins: Annotated[tuple[ParentOrigin, ...], NoDecode] = ()
    """The origins whose pages may put `/embed` into an iframe. Without any, that page does not exist."""
    trusted_proxies: Annotated[tuple[Proxy, ...], NoDecode] = ()
    """Addresses or networks whose `X-Forwarded-For` is trusted. The web chat's limits count visitors by it."""
    docs: bool = True
    """Whether the API describes itself at `/docs` and `/openapi.json`."""
    console: bool = True
    """Whether the console is at `/console`, and `/` leads there."""
    metrics: bool = True
    """Whether the API has `/metrics`."""
    allow_private_urls: bool = False
    """Whether an account may talk to a private or loopback address."""
    log_level: LogLevel = "INFO"
    attachments_url: str | None = None
    """Where attachments are kept: `file:///…` on a disk that every process sees, or `s3://bucket/path` with the usual
    AWS_ variables. Without it, attachments are refused."""
    attachment_limit: int = Field(default=25_000_000, ge=1)
    """The largest attachment, in bytes."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """The port of a worker's metrics for Prometheus. (The API has its own at `/metrics`.)"""
    metrics_host: str = "127.0.0.1"
    tracing: bool = False
    """Whether spans are sent to an OpenTelemetry collector, which the standard OTEL_ variables name."""

    requests_per_minute: int = Field(default=6_000, ge=0)
    """Requests that one API process accepts from each key or person; 0 for no limit."""
    api_key_max_life: Positive | None = None
    """The longest life of a new API key. A key without an end gets this one; existing keys keep theirs."""
    jwt_jwks_url: HttpUrl | None = None
    """Where the identity provider publishes its signing keys (RS256, ES256). Without this and `jwt_secret`, API keys
    are the only credentials."""
    jwt_secret: SecretStr | None = None
    """Instead of that URL: a secret that signs tokens (HS256), at least 32 bytes (RFC 7518, section 3.2)."""
    jwt_issuer: str | None = Field(default=None, validate_default=True)
    """The `iss` of every token; required if tokens are accepted."""
    jwt_audience: str | None = Field(default=None, validate_default=True)
    """What `aud` must contain: the name of this service at the identity provider; required if tokens are accepted."""
    jwt_claim_tenant: str = "tenant"
    jwt_claim_user: str = "sub"
    jwt_claim_name: str = "name"
    jwt_claim_email: str = "email"
    jwt_claim_roles: str = "roles"

    database_pool_size: int = Field(default=16, ge=6)
    """Connections of one process. Six kinds of requests share them, and each has at least one."""
    prepare_inline_limit: int = Field(default=5_000, ge=0)
    """Selections up to this size are prepared inside the request."""
    confirm_within: Positive = timedelta(minutes=30)
    send_within: Positive = timedelta(hours=24)
    """How long after its planned start a mass reply may still send, if the request does not say."""
    purge_unconfirmed_after: Positive = timedelta(days=7)
    events_kept: timedelta = Field(default=timedelta(days=14), ge=timedelta(days=1))
    """How long events are kept for replay. Events that an endpoint still waits for are kept longer."""
    lease: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(seconds=5))
    """At least 5 seconds: a shorter one leaves no time for a call, so deliveries would be claimed and given back for
    ever."""
    settle_slack: timedelta = Field(default=timedelta(seconds=20), ge=timedelta(0))
    pump_slots: int = Field(default=256, ge=1)
    """Calls that one pump keeps under way at once."""
    max_connections: int = Field(default=512, ge=1)
    """Connections to providers that one process keeps at most."""
    pumps: int = Field(default=16, ge=1)
    """Lanes that one worker process works at once."""
    pump_budget: timedelta = Field(default=timedelta(seconds=1.5), gt=timedelta(0), le=timedelta(seconds=10))
    """How long a pump works one lane before it goes to the back of the queue."""

    @field_validator("cors_origins", "embed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("jwt_secret")
    @classmethod
    def _one_long_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("jwt_jwks_url"):
            raise ValueError("give this or MASS_REPLY_JWT_JWKS_URL, not both")
        if value is not None and len(value.get_secret_value().encode()) < 32:
            raise ValueError("must have at least 32 bytes")
        return value

    @field_validator("jwt_issuer", "jwt_audience")
    @classmethod
    def _given_with_tokens(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and (info.data.get("jwt_jwks_url") or info.data.get("jwt_secret")):
            raise ValueError("is required if tokens are accepted")
        return value

    @property
    def secret_keys(self) -> list[str]:
        """The current one first."""
        return split_keys(self.secret_key)

    @property
    def settles_after(self) -> timedelta:
        """The time after a claim by which its holder has recorded the call, died, or been stopped by its deadline."""
        return self.lease + timedelta(seconds=CALL_SECONDS) + self.settle_slack


class MigrationSettings(BaseSettings):
    """What `migrate` needs. It can run without the secrets of the service."""

    model_config = _FROM_ENVIRONMENT

    database_url: DatabaseUrl
    owner_url: DatabaseUrl


def load_settings(**overrides: Any) -> Settings:
    """Read the environment. Raise SettingsInvalid, which names each variable that is missing, wrong or misspelled."""
    if misspelled := list(_misspelled()):
        raise SettingsInvalid("; ".join(misspelled))
    return _load(Settings, **overrides)


def _misspelled() -> Iterator[str]:
    """Yield what to say of each variable that is almost a setting: left alone, it would silently change nothing.

    One that ends in another word is somebody else's: people make `DATABASE_URL` of their own `DATABASE_USER`,
    Kubernetes sets `DATABASE_PORT` for a Service, and the next release may know more.
    """
    names = [name.upper() for name in Settings.model_fields]
    for variable in sorted(map(str.upper, os.environ)):
        name = variable.removeprefix(_PREFIX)
        if name not in (variable, *names):
            similar = [each for each in names if get_close_matches(_last_word(name), [_last_word(each)])]
            for meant in get_close_matches(name, similar, n=1, cutoff=_ALIKE):
                yield f"{variable}: there is no such setting. Is {_PREFIX}{meant} meant?"


def _last_word(name: str) -> str:
    return name.rpartition("_")[2]


def load_migration_settings() -> MigrationSettings:
    """Read what `migrate` needs. Raise SettingsInvalid."""
    return _load(MigrationSettings)


S = TypeVar("S", bound=BaseSettings)


def _load(kind: type[S], **overrides: Any) -> S:
    try:
        return kind(**overrides)
    except ValidationError as error:
        raise SettingsInvalid("; ".join(map(_said, error.errors(include_input=False)))) from None


def _said(fault: ErrorDetails) -> str:
    return f"MASS_REPLY_{fault['loc'][0]}".upper() + f": {fault['msg'].removeprefix('Value error, ')}"
