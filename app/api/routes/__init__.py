"""One file of routes per kind of object. A route parses, opens the transaction, calls one use case and answers."""

from fastapi import APIRouter

from app.api.routes import health, me

ROUTERS: tuple[APIRouter, ...] = (
    me.router,
    health.router,
)
