"""Files to attach: each as small as its kind allows, and uploading them as a frontend does."""

import io
import zipfile
from typing import Any
from uuid import UUID

import httpx

from app.attachments.upload import Upload

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 16
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010101") + b"\0" * 16 + b"\xff\xd9"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" + b"\0" * 100
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'
OFFICE = "application/vnd.openxmlformats-officedocument."


def archive(*members: str, mimetype: str | None = None) -> bytes:
    """A ZIP archive, which is also what office documents are."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        if mimetype is not None:
            made.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        for member in members:
            made.writestr(zipfile.ZipInfo(member), "<x/>")
    return content.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")


async def post_file(
    client: httpx.AsyncClient, content: bytes, filename: str = "a.png", content_type: str = "image/png"
) -> httpx.Response:
    return await client.post("/attachments", files={"file": (filename, content, content_type)})


async def attach(client: httpx.AsyncClient, content: bytes = PNG, **how: Any) -> UUID:
    answer = await post_file(client, content, **how)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["id"])


def uploaded_file(filename: str, content: bytes) -> Upload:
    """A file as the use case gets it, of the type that its name says."""
    return Upload(filename, None, len(content), io.BytesIO(content))
