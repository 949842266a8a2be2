"""Metrics for Prometheus. Public, and without tenants' names; docs/operations.md says how to keep them private."""

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.api.deps import RuntimeDep
from app.api.routing import CallerFirst

router = APIRouter(tags=["health"], route_class=CallerFirst)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"description": "Prometheus's text format.", "content": {"text/plain": {}}}},
)
async def read_metrics(runtime: RuntimeDep) -> Response:
    """Return the metrics of this API process, and those of the whole installation from the database."""
    await runtime.figures.refresh()
    return Response(runtime.telemetry.metrics.text(), media_type=CONTENT_TYPE_LATEST)
