"""Uploading a file, and every file that is refused."""

import hashlib
import io
import shutil
import zipfile
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app.attachments.files import Files, FilesUnavailable
from app.attachments.upload import Upload, keep_attachment
from app.domain.permissions import Role
from app.domain.words import Channel, TenantId
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database
from tests.api.conftest import MakeKey, bearer
from tests.conftest import create_tenant
from tests.files import DOCX, EXE, HTML, JPEG, OFFICE, OLE, PDF, PNG, SVG, archive, attach, post_file
from tests.scene import add_conversation

ODT = "application/vnd.oasis.opendocument.text"
FILE = b"PK\3\4"
ENTRY = b"PK\1\2"
"""An archive has each member's content first, and then an entry for each with its sizes."""


def code_of(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return str(answer.json()["errors"][0]["code"])


def open_document(compression: int, *spoilt: tuple[bytes, int, bytes]) -> bytes:
    """A text of OpenDocument's first member, with other bytes some places after a signature."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        made.writestr(zipfile.ZipInfo("mimetype"), ODT, compression)
    whole = bytearray(content.getvalue())
    for signature, place, instead in spoilt:
        start = whole.index(signature) + place
        whole[start : start + len(instead)] = instead
    return bytes(whole)


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Where files are kept. No earlier test's are left."""
    folder = Path(urlsplit(str(settings.attachments_url)).path)
    for tenants in folder.iterdir():
        shutil.rmtree(tenants)
    return folder


def kept_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_file_is_kept_and_described(client: httpx.AsyncClient, folder: Path, tenant: UUID) -> None:
    answer = await post_file(client, PDF, "terms.pdf", "application/pdf")

    assert answer.status_code == 201, answer.text
    body = answer.json()
    sha256 = hashlib.sha256(PDF).hexdigest()
    described = {"filename": "terms.pdf", "content_type": "application/pdf", "size": len(PDF), "sha256": sha256}
    assert body == {"id": body["id"], **described}
    [kept] = (folder / str(tenant)).iterdir()
    assert kept.read_bytes() == PDF


async def test_a_file_that_was_spooled_to_disk_is_kept_whole(client: httpx.AsyncClient, folder: Path) -> None:
    content = JPEG + bytes(range(256)) * 20_000

    answer = await post_file(client, content, "large.jpg", "image/jpeg")

    assert answer.json()["sha256"] == hashlib.sha256(content).hexdigest()
    [kept] = kept_in(folder)
    assert kept.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "filename", "content_type"),
    [
        (DOCX, "a.docx", f"{OFFICE}wordprocessingml.document"),
        (archive("xl/workbook.xml"), "a.xlsx", f"{OFFICE}spreadsheetml.sheet"),
        (
            archive("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "a.odt",
            "application/octet-stream",
        ),
        (OLE, "a.doc", "application/msword"),
        (b"name;plan\r\nM\xfcller;pro\r\n", "a.csv", "text/csv"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(50), "a.mp4", "video/mp4"),
    ],
)
async def test_what_helpdesks_attach_is_taken(
    client: httpx.AsyncClient, content: bytes, filename: str, content_type: str
) -> None:
    answer = await post_file(client, content, filename, content_type)

    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("content", "filename", "content_type", "code"),
    [
        (b"", "a.png", "image/png", "empty_file"),
        (EXE, "a.exe", "application/x-msdownload", "unsupported_type"),
        (EXE, "a.png", "image/png", "type_mismatch"),
        (EXE, "a.txt", "text/plain", "type_mismatch"),
        (PNG, "a.exe", "image/png", "unsupported_type"),
        (PNG, "a.pdf", "application/pdf", "type_mismatch"),
        (HTML, "a.html", "text/html", "unsupported_type"),
        (HTML, "a.png", "image/png", "type_mismatch"),
        (SVG, "a.svg", "image/svg+xml", "unsupported_type"),
        (archive("setup.exe"), "a.docx", f"{OFFICE}wordprocessingml.document", "type_mismatch"),
        (archive("setup.exe"), "a.zip", "application/zip", "unsupported_type"),
        (DOCX[:40], "a.docx", f"{OFFICE}wordprocessingml.document", "type_mismatch"),
        (open_document(zipfile.ZIP_DEFLATED, (FILE, 38, b"\xff")), "a.odt", ODT, "type_mismatch"),
        (open_document(zipfile.ZIP_LZMA, (FILE, 47, b"\xff")), "a.odt", ODT, "type_mismatch"),
        (open_document(zipfile.ZIP_STORED, (ENTRY, 20, b"\0\7\0\0" * 2)), "a.odt", ODT, "type_mismatch"),
        (
            archive("word/document.xml", "word/vbaProject.bin"),
            "a.docx",
            f"{OFFICE}wordprocessingml.document",
            "type_mismatch",
        ),
    ],
)
async def test_what_is_empty_or_not_what_it_says_is_refused(
    client: httpx.AsyncClient, folder: Path, content: bytes, filename: str, content_type: str, code: str
) -> None:
    assert code_of(await post_file(client, content, filename, content_type)) == code
    assert kept_in(folder) == []


async def test_a_name_with_folders_or_line_breaks_is_made_harmless(client: httpx.AsyncClient) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="../..\\\\etc/a b.png"\r\n'
    body = head + b"Content-Type: image/png\r\n\r\n" + PNG + b"\r\n--b--\r\n"

    answer = await client.post(
        "/attachments", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert answer.json()["filename"] == "a b.png"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"--b--\r\n", "multipart/form-data; boundary=b"),
        (b"nothing of the kind", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\n", "multipart/form-data"),
        (
            b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b"file=text", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.png"\r\n\r\n' + PNG + b"\r\n--b--\r\n",
            "multipart/form-data; boundary=b",
        ),
    ],
)
async def test_what_is_no_form_with_a_file_is_refused_in_words(
    client: httpx.AsyncClient, body: bytes, content_type: str
) -> None:
    answer = await client.post("/attachments", content=body, headers={"Content-Type": content_type})

    assert code_of(answer) in {"missing", "invalid_form"}


async def test_two_files_at_once_are_refused(client: httpx.AsyncClient) -> None:
    part = ("file", ("a.png", PNG, "image/png"))

    assert code_of(await client.post("/attachments", files=[part, part])) == "invalid_form"


@pytest.mark.parametrize("excess", [1, 50_000])
async def test_a_file_above_the_limit_is_refused(settings: Settings, make_key: MakeKey, excess: int) -> None:
    """Just above it by its own size, and far above it while it is still coming in."""
    app = create_app(settings.model_copy(update={"attachment_limit": 1_000}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://api.example.test",
            headers=bearer(await make_key(Role.AGENT)),
        ) as client,
    ):
        fits = await post_file(client, PNG.ljust(1_000, b"\0"))
        answer = await post_file(client, PNG.ljust(1_000 + excess, b"\0"))

    assert fits.status_code == 201, fits.text
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_installation_without_a_place_for_files_says_so(settings: Settings, make_key: MakeKey) -> None:
    app = create_app(settings.model_copy(update={"attachments_url": None}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api.example.test") as client,
    ):
        client.headers.update(bearer(await make_key(Role.AGENT)))
        answer = await post_file(client, PNG)

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert "MASS_REPLY_ATTACHMENTS_URL" in answer.json()["detail"]


async def test_a_file_that_is_stored_although_the_storage_fails_is_deleted_with_its_row(
    client: httpx.AsyncClient, database: Database, tenant: UUID, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Files.put

    async def answer_lost(files: Files, key: str, content: IO[bytes]) -> None:
        await put(files, key, content)
        raise FilesUnavailable("the answer was lost")

    monkeypatch.setattr(Files, "put", answer_lost)
    assert (await post_file(client, PNG)).status_code == 503
    assert kept_in(folder) == []
    async with database.begin(tenant) as tx:
        assert await tx.scalar(sa.text("SELECT count(*) FROM attachments")) == 0


async def test_a_place_that_cannot_be_written_to_is_not_blamed_on_the_file(
    client: httpx.AsyncClient, database: Database, tenant: UUID, folder: Path
) -> None:
    (folder / str(tenant)).write_text("a file where the folder should be")

    answer = await post_file(client, PNG)

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    async with database.begin(tenant) as tx:
        assert await tx.scalar(sa.text("SELECT count(*) FROM attachments")) == 0


async def test_a_file_whose_upload_is_cut_off_has_a_row_by_which_a_purge_finds_it(
    database: Database, tenant: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object) -> None:
        raise RuntimeError("The process ends here.")

    monkeypatch.setattr(Files, "put", cut_off)
    upload = Upload("a.png", None, len(PNG), io.BytesIO(PNG))
    with pytest.raises(RuntimeError):
        await keep_attachment(database, Files(tmp_path.as_uri()), TenantId(tenant), upload)
    async with database.begin(tenant) as tx:
        assert await tx.scalar(sa.text("SELECT count(*) FROM attachments")) == 1


BODY = {"selection": {"filter": {"tags": {"any": ["incident"]}}}}


def with_files(*ids: UUID) -> dict[str, object]:
    return {**BODY, "message": {"text": "Hi", "attachment_ids": [str(id_) for id_ in ids]}}


async def test_a_mass_reply_names_its_files_in_their_order(
    client: httpx.AsyncClient, runtime: Runtime, tenant: UUID
) -> None:
    await add_conversation(runtime, tenant, Channel.EMAIL, "ann@example.com")
    ids = [(await post_file(client, PDF, name, "application/pdf")).json()["id"] for name in ("b.pdf", "a.pdf")]
    created = (await client.post("/mass-replies", json=with_files(*map(UUID, ids)))).json()

    named = [
        {"id": id_, "filename": name, "content_type": "application/pdf", "size": len(PDF)}
        for id_, name in zip(ids, ("b.pdf", "a.pdf"), strict=True)
    ]
    [listed] = (await client.get("/mass-replies")).json()["items"]
    assert created["message"]["attachments"] == listed["message"]["attachments"] == named


@pytest.mark.parametrize("path", ["/mass-replies", "/mass-replies/preview"])
async def test_an_attachment_that_is_unknown_or_another_tenant_s_is_refused(
    client: httpx.AsyncClient, anonymous: httpx.AsyncClient, database: Database, make_key: MakeKey, path: str
) -> None:
    mine = await attach(client)
    anonymous.headers.update(bearer(await make_key(Role.ADMIN, owner=await create_tenant(database))))
    foreign = await attach(anonymous)

    answer = await client.post(path, json=with_files(mine, foreign, UUID(int=7)))

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_attachment")
    pointers = [fault["pointer"] for fault in answer.json()["errors"]]
    assert pointers == ["/message/attachment_ids/1", "/message/attachment_ids/2"]
