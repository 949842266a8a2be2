"""Snippets."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Response, status
from pydantic import Field, StringConstraints

from app.accounts.snippets import delete_snippet, get_snippet, save_snippet
from app.accounts.sql.snippets import Snippet, list_snippets
from app.api.deps import Administrator, ConversationReader, RuntimeDep
from app.api.paging import PageDep
from app.api.problems import problems
from app.api.routing import CallerFirst
from app.api.schemas import Body, Listing, ResponseBody
from app.domain.audit import Actor
from app.domain.errors import InvalidTemplate, NotFound, UnknownMergeTag

router = APIRouter(prefix="/snippets", tags=["snippets"], route_class=CallerFirst)

Shortcode = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", examples=["refund"])]


class SnippetBody(Body):
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] = Field(
        examples=["We have refunded you, {{ contact.first_name | default: 'dear customer' }}."]
    )


class SnippetResponse(ResponseBody):
    shortcode: str
    text: str
    updated_at: datetime

    @classmethod
    def of(cls, snippet: Snippet) -> Self:
        return cls(shortcode=snippet.shortcode, text=snippet.text, updated_at=snippet.updated_at)


@router.put("/{shortcode}", responses={201: {"model": SnippetResponse}, **problems(InvalidTemplate, UnknownMergeTag)})
async def put_snippet(
    shortcode: Shortcode, body: SnippetBody, caller: Administrator, runtime: RuntimeDep, response: Response
) -> SnippetResponse:
    """Create or replace a snippet. Existing mass replies keep the text that they were created with.

    Its Liquid and its merge tags must be valid on their own: no snippet can close what another opens.
    """
    aside, tenant = runtime.aside.of(caller.tenant_id), caller.tenant_id
    saved = await save_snippet(runtime.database, aside, tenant, shortcode, body.text, Actor.of(caller))
    response.status_code = status.HTTP_201_CREATED if saved.is_new else status.HTTP_200_OK
    return SnippetResponse.of(saved.snippet)


@router.get("", responses=problems())
async def get_snippets(caller: ConversationReader, runtime: RuntimeDep, page: PageDep) -> Listing[SnippetResponse]:
    """List the snippets by shortcode."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        found = await list_snippets(tx, after=page.after(str), limit=page.limit + 1)
    return page.listing(found, lambda snippet: snippet.shortcode, SnippetResponse.of)


@router.get("/{shortcode}", name="get_snippet", responses=problems(NotFound))
async def read_snippet(shortcode: Shortcode, caller: ConversationReader, runtime: RuntimeDep) -> SnippetResponse:
    """Return a snippet as it was written."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        return SnippetResponse.of(await get_snippet(tx, shortcode))


@router.delete(
    "/{shortcode}",
    status_code=status.HTTP_204_NO_CONTENT,
    response_class=Response,
    name="delete_snippet",
    responses=problems(NotFound),
)
async def remove_snippet(shortcode: Shortcode, caller: Administrator, runtime: RuntimeDep) -> None:
    """Delete a snippet. Existing mass replies keep the text that they were created with."""
    async with runtime.database.begin(caller.tenant_id) as tx:
        await delete_snippet(tx, shortcode, Actor.of(caller))
