"""Attachments: upload them first, then name their ids in a mass reply."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

from fastapi import APIRouter, Request, status
from pydantic import Field
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from app.api.deps import FilesDep, RuntimeDep, Sender
from app.api.problems import BodyTooLarge, NotReady, problems
from app.api.routing import CallerFirst
from app.api.schemas import ResponseBody
from app.attachments.file_types import StoredAttachment
from app.attachments.upload import Upload, keep_attachment
from app.domain.errors import Fault, InvalidRequest

router = APIRouter(prefix="/attachments", tags=["attachments"], route_class=CallerFirst)

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                }
            }
        },
    }
}


class AttachmentResponse(ResponseBody):
    id: UUID
    filename: str
    content_type: str
    size: int = Field(examples=[48213])
    sha256: str

    @classmethod
    def of(cls, stored: StoredAttachment) -> Self:
        attachment = stored.attachment
        return cls(
            id=attachment.id,
            filename=attachment.filename,
            content_type=attachment.content_type,
            size=attachment.size,
            sha256=stored.sha256,
        )


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(BodyTooLarge, NotReady),
    openapi_extra=_FORM,
)
async def upload_attachment(
    request: Request, caller: Sender, runtime: RuntimeDep, files: FilesDep
) -> AttachmentResponse:
    """Store a file. It is streamed to disk, and checked by its name, its declared type and its content."""
    async with _form(request) as form:
        upload = _upload(form.get("file"), runtime.settings.attachment_limit)
        return AttachmentResponse.of(await keep_attachment(runtime.database, files, caller.tenant_id, upload))


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    """Read the whole form, its file spooled to disk. Raise InvalidRequest if it is not a form with one file."""
    try:
        form = await request.form(max_files=1, max_fields=0)
    except HTTPException as error:
        if error.status_code != status.HTTP_400_BAD_REQUEST:
            raise
        raise _refused(
            "invalid_form", "Send multipart/form-data with one file, named `file`, and nothing else."
        ) from None
    try:
        yield form
    finally:
        await form.close()


def _upload(field: UploadFile | str | None, limit: int) -> Upload:
    if not isinstance(field, UploadFile):
        raise _refused("missing", "Send multipart/form-data with a file named `file`.")
    size = field.size or 0
    if size > limit:
        raise BodyTooLarge(f"The file has {size:,} bytes; the limit is {limit:,}.")
    return Upload(field.filename or "", field.content_type, size, field.file)


def _refused(code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(faults=[Fault("/file", code, detail)])
