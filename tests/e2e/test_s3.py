"""Attachments in an S3 bucket: kept, sent and deleted on a real server, and what is said when it cannot be used."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from app.attachments.files import Files, FilesUnavailable
from app.dev.sandbox.server import Sandbox
from app.domain.permissions import Role
from app.domain.words import Channel
from app.main import create_app
from app.runtime import Runtime
from app.settings import Settings
from app.worker import WorkerProcess
from tests.api.conftest import MakeKey, bearer
from tests.conftest import started
from tests.e2e.conftest import Poll
from tests.files import JPEG, PDF, attach, post_file
from tests.scene import add_account, add_conversations, postmark

RCLONE = Path(sys.executable).with_name("rclone")
BUCKET, PREFIX = "attachments", "mass-reply"
SEVERAL_PARTS = JPEG + os.urandom(6_000_000)
"""S3 takes parts of at least 5 MiB, so this is the smallest upload that has two."""


@dataclass(frozen=True, slots=True)
class S3:
    """Where a server that checks signatures keeps the objects of our prefix, each as a file."""

    folder: Path

    def keys(self) -> list[str]:
        return [str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()]

    def contents(self) -> list[bytes]:
        return [(self.folder / key).read_bytes() for key in self.keys()]


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """A server with one bucket, and the environment in which the service finds it."""
    buckets = tmp_path / "buckets"
    (buckets / BUCKET).mkdir(parents=True)
    keys = {"AWS_ACCESS_KEY_ID": "mass-reply", "AWS_SECRET_ACCESS_KEY": "only-for-tests"}
    process = subprocess.Popen(  # noqa: S603 - a program of this environment
        [RCLONE, "serve", "s3", buckets, "--addr=127.0.0.1:0", f"--auth-key={','.join(keys.values())}"],
        stderr=subprocess.PIPE,
        text=True,
        env={"HOME": str(tmp_path), "RCLONE_CONFIG": "", "RCLONE_CACHE_DIR": str(tmp_path / "cache")},
    )
    with process:
        assert process.stderr is not None
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+", line) for line in process.stderr)))
        for name, value in {**keys, "AWS_ENDPOINT_URL": found[0], "AWS_ALLOW_HTTP": "true"}.items():
            monkeypatch.setenv(name, value)
        yield S3(buckets / BUCKET / PREFIX)
        process.kill()


@pytest.fixture
def settings(usual_settings: Settings, s3: S3) -> Settings:
    return usual_settings.model_copy(update={"attachments_url": f"s3://{BUCKET}/{PREFIX}"})


async def test_a_file_goes_through_the_bucket_to_the_customer(
    client: httpx.AsyncClient,
    runtime: Runtime,
    tenant: UUID,
    s3: S3,
    sandbox: Sandbox,
    worker: WorkerProcess,
    finished: Poll,
) -> None:
    await add_conversations(
        runtime, tenant, Channel.EMAIL, 2, account=await add_account(runtime, tenant, postmark(sandbox.url))
    )
    file = str(await attach(client, PDF, filename="terms.pdf", content_type="application/pdf"))
    assert s3.contents() == [PDF]

    message = {"text": "Hi, our new terms.", "attachment_ids": [file]}
    body = {"selection": {"filter": {"tags": {"any": ["incident"]}}}, "message": message}
    batch = (await client.post("/mass-replies", json=body)).json()
    await client.post(f"/mass-replies/{batch['id']}/confirm", json={"recipient_count": 2})

    assert (await finished(batch["id"]))["counts"]["sent"] == 2
    size = len(base64.b64encode(PDF))
    carried = {"Name": "terms.pdf", "Content": f"{size} characters", "ContentType": "application/pdf"}
    assert [entry.message.fields["Attachments"] for entry in sandbox.journal] == [[carried], [carried]]


async def test_a_file_of_several_parts_is_kept_whole_and_deleted_once(client: httpx.AsyncClient, s3: S3) -> None:
    assert (await post_file(client, SEVERAL_PARTS, "large.jpg", "image/jpeg")).status_code == 201
    assert s3.contents() == [SEVERAL_PARTS]

    files = Files(f"s3://{BUCKET}/{PREFIX}")
    [key] = s3.keys()
    assert await files.get(key) == SEVERAL_PARTS
    for _ in range(2):
        await files.delete(key)
    assert s3.contents() == []
    with pytest.raises(FilesUnavailable, match="no such file"):
        await files.get(key)


@pytest.mark.parametrize(
    ("bucket", "environment", "words"),
    [
        ("nowhere", {}, "no such bucket"),
        (BUCKET, {"AWS_SECRET_ACCESS_KEY": "another"}, "the credentials are wrong"),
        (BUCKET, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "no answer"),
    ],
)
async def test_a_place_that_cannot_be_used_is_told_in_words(
    bucket: str,
    environment: Mapping[str, str],
    words: str,
    settings: Settings,
    make_key: MakeKey,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = create_app(settings.model_copy(update={"attachments_url": f"s3://{bucket}/{PREFIX}"}))
    headers = bearer(await make_key(Role.AGENT))
    transport = httpx.ASGITransport(app)
    async with (
        started(app),
        httpx.AsyncClient(transport=transport, base_url="http://api.example.test", headers=headers) as client,
    ):
        answer = await post_file(client, PDF, "terms.pdf", "application/pdf")

    assert (answer.status_code, answer.json()["code"]) == (503, "not_ready")
    assert words in answer.json()["detail"]
