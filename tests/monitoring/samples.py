"""Prometheus's text, as a test looks at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from app.monitoring.gauges import DatabaseFigures
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Samples:
    """What one scrape answered."""

    text: str

    def __iter__(self) -> Iterator[tuple[str, Mapping[str, str], float]]:
        for family in text_string_to_metric_families(self.text):
            for sample in family.samples:
                yield sample.name, sample.labels, sample.value

    def value(self, name: str, **labels: str) -> float:
        """0 where there is no such figure."""
        return sum(value for found, about, value in self if found == name and labels.items() <= about.items())


def of(registry: CollectorRegistry) -> Samples:
    return Samples(generate_latest(registry).decode())


async def figures(database: Database) -> Samples:
    """What stands in the database at this moment."""
    registry, collector = CollectorRegistry(), DatabaseFigures(database)
    registry.register(collector)
    await collector.refresh()
    return of(registry)
