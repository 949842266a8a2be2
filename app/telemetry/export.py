"""Export spans to a collector. Only this file needs the OpenTelemetry SDK, and so the extra `telemetry`.

Spans leave the installation. What FastAPI records of the caller's data (the path with its keys, the query, which may
hold a callback's secret) is overwritten before anything is exported.
"""

import os
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from app.telemetry.tracing import SERVICE, Tracing

ALLOWED: Final = frozenset(
    {
        "http.request.method",
        "network.protocol.version",
        "url.scheme",
        "code.function.name",
        "mass_reply.tenant",
        "mass_reply.id",
        "mass_reply.account",
        "mass_reply.provider",
        "mass_reply.messages",
    }
)
"""The attributes that a new span keeps. Later ones are ours or FastAPI's: a route's pattern, a status, a class."""
REDACTED: Final = "REDACTED"


class Redacting(SpanProcessor):
    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002 - the SDK's signature
        for name in set(span.attributes or ()) - ALLOWED:
            span.set_attribute(name, REDACTED)


def open_tracing() -> Tracing:
    """Export spans to the collector that the standard OTEL_ variables name."""
    return tracing_through(BatchSpanProcessor(OTLPSpanExporter()))


def tracing_through(processor: SpanProcessor) -> Tracing:
    """Enable tracing, with a processor for the spans."""
    name = os.environ.get("OTEL_SERVICE_NAME") or SERVICE
    provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
    provider.add_span_processor(Redacting())
    provider.add_span_processor(processor)
    return Tracing(provider, provider.shutdown)
