"""Settings, read once from the environment by whoever starts a process."""

from datetime import timedelta
from typing import Annotated, Any, TypeVar

from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.channels.http import CALL_SECONDS


class SettingsInvalid(Exception):
    """A setting is missing or wrong; the message names its environment variable."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="MASS_REPLY_", frozen=True, extra="ignore")

    database_url: str
    """`postgresql://…` of the runtime role, which owns nothing and cannot bypass row-level security."""
    owner_url: str | None = None
    """`postgresql://…` of the owner of the schema; only `migrate` uses it."""
    redis_url: str | None = None
    """Wake-ups. Absent, workers ask PostgreSQL for work themselves."""
    secret_key: SecretStr = Field(min_length=32)
    """Encrypts channel credentials at rest."""
    public_url: str = "http://127.0.0.1:8000"
    """Where providers reach this service; callback addresses and signatures are built on it."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    allow_private_urls: bool = False
    """Whether an account may talk to a private or loopback address."""
    log_level: str = "INFO"
    attachments_url: str | None = None
    """Where attachments are kept: `file:///…` on a disk that every process sees, or `s3://bucket/path` with the usual
    AWS_ variables. Absent, none are taken."""
    attachment_limit: int = Field(default=25_000_000, ge=1)
    """The largest attachment, in bytes."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where a worker shows its figures to Prometheus; absent, nowhere. (The API shows its own at `/metrics`.)"""
    metrics_host: str = "127.0.0.1"
    tracing: bool = False
    """Whether spans are sent to an OpenTelemetry collector, which the standard OTEL_ variables name."""

    requests_per_minute: int = Field(default=6_000, ge=0)
    """What one API process lets each key or person ask; 0 for no limit."""
    jwt_jwks_url: HttpUrl | None = None
    """Where the identity provider shows the keys that it signs tokens with (RS256, ES256). Without it and without
    `jwt_secret`, API keys are the only credentials."""
    jwt_secret: SecretStr | None = None
    """Instead of that address: a secret that tokens are signed with (HS256), at least 32 bytes (RFC 7518, 3.2)."""
    jwt_issuer: str | None = Field(default=None, validate_default=True)
    """The `iss` of every token; needed where there are tokens."""
    jwt_audience: str | None = Field(default=None, validate_default=True)
    """What `aud` must hold: the name of this service at the identity provider; needed where there are tokens."""
    jwt_claim_tenant: str = Field(default="tenant", min_length=1)
    jwt_claim_user: str = Field(default="sub", min_length=1)
    jwt_claim_name: str = Field(default="name", min_length=1)
    jwt_claim_email: str = Field(default="email", min_length=1)
    jwt_claim_roles: str = Field(default="roles", min_length=1)

    database_pool_size: int = Field(default=10, ge=2)
    prepare_inline_limit: int = Field(default=5_000, ge=0)
    """Selections up to this size are prepared inside the request."""
    confirm_within: timedelta = timedelta(minutes=30)
    send_within: timedelta = timedelta(hours=24)
    """How long after its planned start a mass reply may still send, where the request does not say."""
    purge_unconfirmed_after: timedelta = timedelta(days=7)
    events_kept: timedelta = Field(default=timedelta(days=14), ge=timedelta(days=1))
    """How long webhook endpoints may have events replayed. One that is being called loses nothing by it."""
    lease: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(seconds=5))
    """A shorter one would leave no time for a call: it would be claimed and given back for ever."""
    settle_slack: timedelta = Field(default=timedelta(seconds=20), ge=timedelta(0))
    pump_slots: int = Field(default=256, ge=1)
    """Calls that one pump keeps under way at once."""
    max_connections: int = Field(default=512, ge=1)
    """Connections to providers that one process keeps at most."""
    pumps: int = Field(default=16, ge=1)
    """Lanes that one worker process works at once."""
    pump_budget: timedelta = Field(default=timedelta(seconds=1.5), gt=timedelta(0), le=timedelta(seconds=10))
    """How long a pump works one lane before it goes to the back of the queue."""

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("jwt_jwks_url", "jwt_secret", "jwt_issuer", "jwt_audience", "metrics_port", mode="before")
    @classmethod
    def _none_when_empty(cls, value: Any) -> Any:
        return value or None

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
            raise ValueError("is required where tokens are accepted")
        return value

    @property
    def settles_after(self) -> timedelta:
        """From the claim: by then every holder of that claim has answered, died, or been stopped by its deadline."""
        return self.lease + timedelta(seconds=CALL_SECONDS) + self.settle_slack


class MigrationSettings(BaseSettings):
    """All that `migrate` needs: it runs where the secrets of the service need not be."""

    model_config = SettingsConfigDict(env_prefix="MASS_REPLY_", frozen=True, extra="ignore")

    database_url: str
    owner_url: str


def load_settings(**overrides: Any) -> Settings:
    """Read the environment. Raises SettingsInvalid naming each variable that is missing or wrong."""
    return _load(Settings, **overrides)


def load_migration_settings() -> MigrationSettings:
    """The same for `migrate`."""
    return _load(MigrationSettings)


S = TypeVar("S", bound=BaseSettings)


def _load(kind: type[S], **overrides: Any) -> S:
    try:
        return kind(**overrides)
    except ValidationError as error:
        faults = "; ".join(f"MASS_REPLY_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
        raise SettingsInvalid(faults) from None
