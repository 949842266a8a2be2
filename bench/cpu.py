"""What the service's own processes have computed since a moment."""

from bench.processes import cpu_ms, server_pids
from bench.stack import Service


class Used:
    """CPU milliseconds of the API, the workers and PostgreSQL, since the last time they were asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._before = self._now()

    def per_1000(self, count: int) -> dict[str, int]:
        """Return what 1,000 of as many objects took."""
        before, self._before = self._before, self._now()
        return {name: round((now - before[name]) * 1000 / count) for name, now in self._before.items()}

    def _now(self) -> dict[str, float]:
        found = {
            "api": cpu_ms(self._service.api.process.pid),
            "postgres": sum(map(cpu_ms, server_pids(self._service.database.get_server_pid()))),
        }
        if self._service.workers:
            found["workers"] = sum(cpu_ms(worker.process.pid) for worker in self._service.workers)
        return found
