"""Spans of the API, the pumps and the calls to providers. Without a tracer provider, there are none."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final
from uuid import UUID

from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, TracerProvider

SERVICE: Final = "mass-reply"
UNTRACED: Final = ("/health/", "/metrics")
"""The prefixes of the paths that machines poll."""

Attributes = Mapping[str, str | int]

_NO_SPAN: Final[AbstractContextManager[None]] = nullcontext()


def _nothing() -> None:
    pass


class Tracing:
    def __init__(self, provider: TracerProvider | None = None, close: Callable[[], None] = _nothing) -> None:
        """`close` exports the remaining spans; it may take seconds."""
        self._provider = provider
        self._tracer: Tracer | None = None if provider is None else provider.get_tracer(SERVICE)
        self.close = close

    def call(self, provider: str, messages: int) -> AbstractContextManager[Span | None]:
        """One call to a provider. The trace id is not passed on to the provider."""
        if self._tracer is None:
            return _NO_SPAN
        about: Attributes = {"mass_reply.provider": provider, "mass_reply.messages": messages}
        return _span(self._tracer, f"call {provider}", SpanKind.CLIENT, about)

    def pump(self, tenant: UUID, mass_reply: UUID, account: UUID) -> AbstractContextManager[Span | None]:
        """One turn of a lane."""
        if self._tracer is None:
            return _NO_SPAN
        ids = {"mass_reply.tenant": str(tenant), "mass_reply.id": str(mass_reply), "mass_reply.account": str(account)}
        return _span(self._tracer, "pump", SpanKind.INTERNAL, ids)

    def of_requests(self) -> TelemetryConfig:
        """Return FastAPI's options. Its logs would hold the messages of exceptions, and the metrics are ours."""
        return {
            "tracer_provider": self._provider,
            "tracing": self._provider is not None,
            "metrics": False,
            "logs": False,
            "auto_configure": False,
            "exclude": _is_untraced,
        }


def note_outcomes(span: Span | None, results: Sequence[object]) -> None:
    """Record on a call's span how it ended for its messages, by the classes of the results."""
    if span is not None:
        span.set_attribute("mass_reply.outcomes", sorted({type(result).__name__.lower() for result in results}))


@contextmanager
def _span(tracer: Tracer, name: str, kind: SpanKind, attributes: Attributes) -> Iterator[Span]:
    """Return a span that records only an exception's class: its message may quote an address or a text."""
    with tracer.start_as_current_span(
        name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_attribute("error.type", type(error).__qualname__)
            span.set_status(StatusCode.ERROR)
            raise


def _is_untraced(scope: MutableMapping[str, Any]) -> bool:
    return str(scope["path"]).startswith(UNTRACED)
