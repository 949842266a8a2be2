"""Files on their way to the provider: brought once, handed over once, dropped by name, and never left out silently."""

from pathlib import Path
from typing import ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.attachments.upload import Upload, keep_attachment
from app.delivery.senders import PlanCache
from app.delivery.staged_files import FilesNotStaged, FileStaging, StagedFiles
from app.domain.channel_port import AddressKind, Limits, Uploaded, UploadResult
from app.domain.outbound import Accepted, AttachmentFile, Deferred, DroppedAttachment, Rejected, Unknown
from app.domain.words import Channel, ReasonCode
from app.settings import Settings
from tests.delivery.carrier import Carrier
from tests.delivery.stage import Batch, OneLine, Stage
from tests.files import PDF, PNG, uploaded_file

PICTURE = ("a.png", PNG)
TERMS = ("terms.pdf", PDF)


@pytest.fixture
def settings(usual_settings: Settings, tmp_path: Path) -> Settings:
    return usual_settings.model_copy(update={"attachments_url": (tmp_path / "attachments").as_uri()})


class FileCarrier(Carrier):
    """Takes files with the message."""

    limits: ClassVar[Limits] = Limits(AddressKind.OPAQUE, attachments=True)


class PictureCarrier(Carrier):
    """Takes pictures only, and wants them beforehand."""

    limits: ClassVar[Limits] = Limits(AddressKind.OPAQUE, attachments=True, attachment_bytes={"image/png": 1_000})

    def __init__(self, *answers: UploadResult) -> None:
        super().__init__()
        self.answers = list(answers)
        self.uploads: list[AttachmentFile] = []

    async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult:
        assert channel is Channel.EMAIL
        self.uploads.append(file)
        return self.answers.pop(0)


async def batch_with(stage: Stage, *files: tuple[str, bytes], count: int = 1) -> Batch:
    assert stage.runtime.files is not None
    batch = await stage.batch(count)
    kept = [
        await keep_attachment(stage.database, stage.runtime.files, stage.tenant, uploaded_file(name, content))
        for name, content in files
    ]
    ids = [stored.attachment.id for stored in kept]
    await stage.runs("UPDATE mass_replies SET attachment_ids = :ids WHERE id = :id", ids=ids, id=batch.id)
    return batch


def loads(stage: Stage, adapter: Carrier) -> FileStaging:
    return FileStaging(stage.database, stage.runtime.files, OneLine(stage.runtime.senders, adapter), PlanCache())


async def delivery(stage: Stage, batch: Batch) -> sa.Row[tuple[object, ...]]:
    row: sa.Row[tuple[object, ...]] = await stage.one("SELECT * FROM deliveries WHERE id = :id", id=batch.first)
    return row


async def files_on_timeline(stage: Stage, batch: Batch) -> list[str]:
    [replied] = await stage.runs(
        "SELECT attachments FROM messages WHERE delivery_id = :id AND kind = 'reply'", id=batch.first
    )
    return [file["filename"] for file in replied.attachments]


async def test_every_reply_of_a_lane_carries_the_files(stage: Stage) -> None:
    batch, carrier = await batch_with(stage, PICTURE, TERMS, count=3), FileCarrier()

    await stage.pump(batch, carrier)

    assert len(carrier.calls) == 3
    for call in carrier.calls:
        assert [(file.filename, file.content_type, file.content) for file in call.attachments] == [
            ("a.png", "image/png", PNG),
            ("terms.pdf", "application/pdf", PDF),
        ]
    assert await files_on_timeline(stage, batch) == ["a.png", "terms.pdf"]


async def test_a_medium_without_files_gets_the_text_alone(stage: Stage) -> None:
    batch, carrier = await batch_with(stage, PICTURE), Carrier()

    await stage.pump(batch, carrier)

    [call] = carrier.calls
    assert (call.text, call.attachments) == ("Hi Name1, we are back.", ())


async def test_content_is_read_once_for_many_turns(stage: Stage, tmp_path: Path) -> None:
    batch, carrier = await batch_with(stage, PICTURE), FileCarrier()
    loading = loads(stage, carrier)
    first = await loading.of(batch.lane)
    for kept in (tmp_path / "attachments" / str(stage.tenant)).iterdir():
        kept.unlink()

    assert await loading.of(batch.lane) == first
    assert [file.content for file in first.files] == [PNG]


async def test_without_the_promised_files_nothing_leaves(stage: Stage, tmp_path: Path) -> None:
    batch, carrier = await batch_with(stage, PICTURE), FileCarrier()
    [kept] = (tmp_path / "attachments" / str(stage.tenant)).iterdir()
    kept.rename(kept.with_suffix(".away"))

    assert await stage.pump(batch, carrier) is False
    assert carrier.calls == []
    assert (await delivery(stage, batch)).status == "queued"

    kept.with_suffix(".away").rename(kept)
    await stage.pump(batch, carrier)
    assert [file.content for call in carrier.calls for file in call.attachments] == [PNG]


async def test_a_file_that_cannot_be_read_lets_its_lane_wait_longer_each_time_and_say_why(
    stage: Stage, tmp_path: Path
) -> None:
    batch, carrier = await batch_with(stage, PICTURE), FileCarrier()
    [kept] = (tmp_path / "attachments" / str(stage.tenant)).iterdir()
    kept.rename(kept.with_suffix(".away"))
    waits = []
    for _ in range(3):
        await stage.pump(batch, carrier)
        lane = await stage.one("SELECT *, held_until - now() AS wait FROM lanes WHERE mass_reply_id = :id", id=batch.id)
        waits.append(round(lane.wait.total_seconds() / 2) * 2)
    assert waits == [2, 4, 8]
    assert lane.held_reason.startswith("The content of an attachment cannot be read (")

    kept.with_suffix(".away").rename(kept)
    await stage.pump(batch, carrier)
    lane = await stage.one("SELECT * FROM lanes WHERE mass_reply_id = :id", id=batch.id)
    assert (lane.sent, lane.held_until, lane.held_reason, lane.held_times) == (1, None, None, 0)


async def test_a_file_is_handed_over_once_for_a_batch_and_an_account(stage: Stage) -> None:
    batch, carrier = await batch_with(stage, PICTURE, TERMS, count=2), PictureCarrier(Uploaded("media-1"))

    await stage.pump(batch, carrier)
    another_process = await loads(stage, carrier).of(batch.lane)

    assert [file.filename for file in carrier.uploads] == ["a.png"]
    assert [[file.media_id for file in call.attachments] for call in carrier.calls] == [["media-1"], ["media-1"]]
    assert [file.media_id for file in another_process.files] == ["media-1"]


async def test_a_file_that_the_provider_refuses_is_dropped_and_named(stage: Stage) -> None:
    refusal = Rejected(ReasonCode.CONTENT_REJECTED, "WhatsApp 131053: the file cannot be used.")
    batch, carrier = await batch_with(stage, PICTURE), PictureCarrier(refusal)

    await stage.pump(batch, carrier)

    assert [call.attachments for call in carrier.calls] == [()]
    sent = await delivery(stage, batch)
    assert (sent.status, sent.warnings) == ("sent", ["attachment_dropped"])
    assert sent.dropped_attachments == [{"filename": "a.png", "reason": refusal.detail}]
    assert await files_on_timeline(stage, batch) == []


async def test_a_refused_file_is_not_offered_again_every_turn(stage: Stage) -> None:
    batch = await batch_with(stage, PICTURE)
    loading = loads(stage, PictureCarrier(Rejected(ReasonCode.CONTENT_REJECTED, "No.")))

    expected = StagedFiles((), (DroppedAttachment("a.png", "No."),))
    assert [await loading.of(batch.lane), await loading.of(batch.lane)] == [expected, expected]


async def test_a_file_that_failed_beside_its_text_is_a_dropped_one(stage: Stage) -> None:
    batch = await batch_with(stage, PICTURE, TERMS)
    answer = Accepted("id-1", dropped=(DroppedAttachment("terms.pdf", "The second call failed."),))

    await stage.pump(batch, FileCarrier(answer))

    sent = await delivery(stage, batch)
    assert sent.dropped_attachments == [{"filename": "terms.pdf", "reason": "The second call failed."}]
    assert await files_on_timeline(stage, batch) == ["a.png"]


@pytest.mark.parametrize(
    ("answer", "paused", "cooling"),
    [
        (Unknown("The answer was lost."), False, False),
        (Deferred("unreachable", "No connection."), False, False),
        (Deferred("account", "Bad token.", scope="account"), True, False),
    ],
)
async def test_while_a_file_cannot_be_handed_over_nothing_leaves(
    stage: Stage, answer: UploadResult, paused: bool, cooling: bool
) -> None:
    batch, carrier = await batch_with(stage, PICTURE), PictureCarrier(answer)

    with pytest.raises(FilesNotStaged):
        await loads(stage, carrier).of(batch.lane)

    account = await stage.one("SELECT * FROM channel_accounts WHERE id = :id", id=stage.account)
    assert (account.pause_reason is not None, account.cool_until is not None) == (paused, cooling)


async def test_another_tenant_s_file_never_goes_out(stage: Stage, other: Stage) -> None:
    assert other.runtime.files is not None
    foreign = await keep_attachment(other.database, other.runtime.files, other.tenant, uploaded_file(*PICTURE))
    batch, carrier = await stage.batch(1), FileCarrier()
    ids: list[UUID] = [foreign.attachment.id]
    await stage.runs("UPDATE mass_replies SET attachment_ids = :ids WHERE id = :id", ids=ids, id=batch.id)

    with pytest.raises(Exception, match="does not exist"):
        await stage.pump(batch, carrier)
    assert carrier.calls == []


def test_an_upload_is_never_shown_in_a_log() -> None:
    assert "secret" not in repr(Upload("secret.png", "image/png", 3, uploaded_file("secret.png", b"").content))


async def test_an_account_that_was_fixed_during_an_upload_is_not_paused_for_what_was_refused_before(
    stage: Stage,
) -> None:
    batch = await batch_with(stage, PICTURE)

    class FixedMeanwhile(PictureCarrier):
        async def upload(self, channel: Channel, file: AttachmentFile) -> UploadResult:
            if not self.uploads:
                fixed = "UPDATE channel_accounts SET mended_at = clock_timestamp() WHERE id = :id"
                await stage.runs(fixed, id=stage.account)
            return await super().upload(channel, file)

    refused = Deferred("account", "Bad token.", scope="account")
    loading, found = loads(stage, FixedMeanwhile(refused, refused)), []
    for _ in range(2):
        with pytest.raises(FilesNotStaged):
            await loading.of(batch.lane)
        account = await stage.one("SELECT pause_reason FROM channel_accounts WHERE id = :id", id=stage.account)
        found.append(account.pause_reason)
    assert found == [None, "account: Bad token."]
