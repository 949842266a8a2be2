"""The metrics of a process. Every label has few values: a channel, a provider, an outcome, a route's pattern; no ids.

The library stores its values in this process's memory. If `PROMETHEUS_MULTIPROC_DIR` names a folder when it is
imported, it stores them in files there, and each of the processes that share the folder reports the sum.
`mass-reply api --workers` creates such a folder for its processes.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from tempfile import TemporaryDirectory
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"
"""Any other method, and any unknown path: callers could make up any number of them."""
CALL_BUCKETS: Final = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0)
"""Seconds; no call lasts longer than 10."""
REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        shared = SHARED_FOLDER in os.environ
        counted = None if shared else self.registry
        if shared:
            MultiProcessCollector(self.registry)  # type: ignore[no-untyped-call]
        self._deliveries = Counter(
            "mass_reply_deliveries",
            "Attempts whose result is recorded, by outcome.",
            ("channel", "provider", "outcome"),
            registry=counted,
        )
        self._calls = Histogram(
            "mass_reply_provider_call_seconds",
            "How long calls to providers took, including the wait for a connection.",
            ("provider",),
            buckets=CALL_BUCKETS,
            registry=counted,
        )
        # Called for every delivery. The library takes longer to find a labelled metric than to count.
        self._of_deliveries, self._of_calls = cache(self._deliveries.labels), cache(self._calls.labels)
        self._without_room = Counter(
            "mass_reply_claims_without_room",
            "Claims that took nothing because of the account's rate or its calls in flight.",
            ("limit",),
            registry=counted,
        )
        self._held = Counter(
            "mass_reply_lanes_held",
            "Turns of a lane that ended with a fault of this service, or with a file that cannot be read.",
            registry=counted,
        )
        self._unprepared = Counter(
            "mass_reply_preparations_failed",
            "Failed attempts to prepare a mass reply.",
            registry=counted,
        )
        self._expired = Counter(
            "mass_reply_claims_expired",
            "Deliveries that became uncertain because their worker died or froze.",
            registry=counted,
        )
        self._passed_over = Counter(
            "mass_reply_webhook_events_passed_over",
            "Calls to webhook endpoints that were skipped because the event could not be rendered.",
            registry=counted,
        )
        self._unmatched_inbound = Counter(
            "mass_reply_inbound_unmatched",
            "Customers' messages that belong to no conversation.",
            ("channel",),
            registry=counted,
        )
        self._requests = Counter(
            "mass_reply_http_requests",
            "Requests that the API answered.",
            ("method", "route", "status"),
            registry=counted,
        )
        self._refusals = Counter(
            "mass_reply_http_refusals",
            "Refused requests, by the problem's code and the limit that was reached.",
            ("code", "limit"),
            registry=counted,
        )
        self._request_seconds = Histogram(
            "mass_reply_http_request_seconds",
            "How long requests took, to the last byte; a stream counts until it ends.",
            ("method", "route"),
            buckets=REQUEST_BUCKETS,
            registry=counted,
        )

    def count_delivery(self, channel: str, provider: str, outcome: str | None) -> None:
        self._of_deliveries(channel, provider, outcome).inc()

    def count_call(self, provider: str, seconds: float) -> None:
        self._of_calls(provider).observe(seconds)

    def count_claim_without_room(self, limit: str) -> None:
        """`limit` is `rate` or `in_flight`."""
        self._without_room.labels(limit).inc()

    def count_lane_held(self) -> None:
        self._held.inc()

    def count_preparation_failed(self) -> None:
        self._unprepared.inc()

    def count_expired_claims(self, count: int) -> None:
        self._expired.inc(count)

    def count_event_passed_over(self) -> None:
        self._passed_over.inc()

    def count_unmatched_inbound(self, channel: str) -> None:
        self._unmatched_inbound.labels(channel).inc()

    def count_request(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """`route` is the route's pattern, or None if no route matched. `status` is 0 if there was no response."""
        known = method if method in METHODS else OTHER
        self._requests.labels(known, route or OTHER, status).inc()
        self._request_seconds.labels(known, route or OTHER).observe(seconds)

    def count_refusal(self, code: str, limit: str) -> None:
        """`limit` repeats the code if there is no other limit to name."""
        self._refusals.labels(code, limit).inc()

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self.registry)


@contextmanager
def shared_among(processes: int) -> Iterator[None]:
    """Let the processes that are started inside the block share metrics: each of them reports the sum."""
    if processes == 1 or SHARED_FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="mass-reply-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[SHARED_FOLDER]


@contextmanager
def served(metrics: Metrics, host: str, port: int | None) -> Iterator[None]:
    """Serve the metrics at their own address, from a thread; do nothing without a port.

    Raise OSError, naming the settings, if the address is in use or not this machine's.
    """
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, host, metrics.registry)
    except OSError as error:
        raise OSError(f"MASS_REPLY_METRICS_PORT or MASS_REPLY_METRICS_HOST: {error.strerror}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gauge(name: str, meaning: str, value: float) -> Metric:
    """Return one gauge without labels."""
    return GaugeMetricFamily(name, meaning, value=value)
