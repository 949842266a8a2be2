"""Several people at one mass reply, each with a key of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from app.domain.outbound import Author
from app.domain.permissions import Role
from tests.api.conftest import MakeKey, bearer
from tests.mass_replies.conftest import BODY


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the helpdesk, or a program, and what they ask of the API."""

    client: httpx.AsyncClient
    headers: Mapping[str, str]

    async def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        return await self.client.post(f"/mass-replies{path}", json=body or {}, headers=self.headers)

    async def create(self, **about: Any) -> dict[str, Any]:
        created = await self.post("", {**BODY, **about})
        assert created.status_code == 201, created.text
        return dict(created.json())

    async def confirm(self, batch: Mapping[str, Any], **terms: Any) -> httpx.Response:
        return await self.post(f"/{batch['id']}/confirm", {"recipient_count": batch["recipient_count"], **terms})


class People:
    def __init__(self, client: httpx.AsyncClient, make_key: MakeKey) -> None:
        self._client, self._make_key = client, make_key

    async def one(self, name: str, *roles: Role) -> Person:
        """An agent of that name with these roles."""
        key = await self._make_key(*roles, agent=Author(name, name.title(), None))
        return Person(self._client, bearer(key))

    async def program(self, *roles: Role) -> Person:
        """A program whose key stands for nobody."""
        return Person(self._client, bearer(await self._make_key(*roles)))


@pytest.fixture
def people(anonymous: httpx.AsyncClient, make_key: MakeKey) -> People:
    return People(anonymous, make_key)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
