"""Which files are taken, under which name, and which channel carries them."""

from typing import Any
from uuid import UUID

import pytest

from app.attachments.file_types import TYPES, checked_type, recognised_archive, safe_filename
from app.domain.channel_port import AddressKind, Limits
from app.domain.errors import InvalidRequest
from app.domain.outbound import Attachment, DroppedAttachment

ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\kim\plan.docx", "plan.docx"),
        ("a\r\nX-Evil: y.png", "aX-Evil y.png"),
        ("..", "attachment"),
        ("", "attachment"),
        (".png", "png"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("nul\0.txt", "nul.txt"),
        ("Réponse  à  tous.pdf", "Réponse à tous.pdf"),
        ("Re\u0301ponse.pdf", "Réponse.pdf"),
    ],
)
def test_a_name_is_one_harmless_file_name(given: str, kept: str) -> None:
    assert safe_filename(given) == kept


@pytest.mark.parametrize("name", ["x" * 300 + ".pdf", "é" * 200 + ".pdf"])
def test_a_long_name_is_cut_and_keeps_its_ending(name: str) -> None:
    kept = safe_filename(name)
    assert kept.endswith(name[0] + ".pdf")
    assert len(kept.encode()) <= 150


@pytest.mark.parametrize(
    ("filename", "declared", "recognised", "content_type"),
    [
        ("a.png", "image/png", {".png"}, "image/png"),
        ("A.PNG", "IMAGE/PNG; charset=x", {".png"}, "image/png"),
        ("a.jpg", "image/jpg", {".jpeg", ".jfif"}, "image/jpeg"),
        ("a.pdf", "application/octet-stream", {".pdf", ".fdf"}, "application/pdf"),
        ("a.pdf", None, {".pdf"}, "application/pdf"),
        ("a.csv", "text/csv", set(), "text/csv"),
        ("a.json", "application/json", {".json"}, "application/json"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(
    filename: str, declared: str | None, recognised: set[str], content_type: str
) -> None:
    assert checked_type(filename, declared, b"a,b\r\n1,2\r\n", frozenset(recognised)) == content_type


@pytest.mark.parametrize(
    ("filename", "declared", "head", "recognised", "code"),
    [
        ("a.exe", "application/x-msdownload", b"MZ", {".exe"}, "unsupported_type"),
        ("a.exe", None, b"MZ", {".exe"}, "unsupported_type"),
        ("a.exe", "image/png", b"\x89PNG", {".png"}, "unsupported_type"),
        ("a.png.exe", "image/png", b"\x89PNG", {".png"}, "unsupported_type"),
        ("a.html", "text/html", b"<html>", {".html"}, "unsupported_type"),
        ("a.svg", "image/svg+xml", b"<svg>", {".svg"}, "unsupported_type"),
        ("a.zip", "application/zip", b"PK", {".zip"}, "unsupported_type"),
        ("a.docm", "application/vnd.ms-word.document.macroEnabled.12", b"PK", {".docm"}, "unsupported_type"),
        ("png", "image/png", b"\x89PNG", {".png"}, "unsupported_type"),
        ("a.png", "image/png", b"MZ", {".exe"}, "type_mismatch"),
        ("a.png", "image/png", b"what?", set(), "type_mismatch"),
        ("a.txt", "text/plain", b"MZ\x90\0", {".exe"}, "type_mismatch"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    filename: str, declared: str | None, head: bytes, recognised: set[str], code: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_type(filename, declared, head, frozenset(recognised))

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/file", code)]


@pytest.mark.parametrize(
    ("members", "mimetype", "endings"),
    [
        (["[Content_Types].xml", "word/document.xml"], None, {".docx"}),
        (["xl/workbook.xml"], None, {".xlsx"}),
        (["ppt/presentation.xml"], None, {".pptx"}),
        (["mimetype", "content.xml"], ODT, {".odt"}),
        (["word/document.xml", "word/vbaProject.bin"], None, set()),
        (["word/document.xml", "word/VBAPROJECT.BIN"], None, set()),
        (["setup.exe"], None, set()),
        (["mimetype"], "application/java-archive", set()),
    ],
)
def test_an_archive_is_taken_for_the_document_that_it_is(
    members: list[str], mimetype: str | None, endings: set[str]
) -> None:
    assert recognised_archive(members, mimetype) == endings


def test_no_type_that_a_browser_or_a_system_would_run_is_on_the_list() -> None:
    assert not {kind for kind in TYPES if "html" in kind or "svg" in kind or "script" in kind or "zip" in kind}


def file(size: int, filename: str = "a.png", content_type: str = "image/png") -> Attachment:
    return Attachment(UUID(int=size), filename, content_type, size)


def limits(**facts: Any) -> Limits:
    return Limits(address=AddressKind.OPAQUE, **facts)


def test_a_medium_without_attachments_drops_every_file_for_its_own_reason() -> None:
    carried, dropped = limits(why_no_attachments="SMS carries none.").split([file(1, "a.png"), file(2, "b.png")])

    assert carried == ()
    assert dropped == (DroppedAttachment("a.png", "SMS carries none."), DroppedAttachment("b.png", "SMS carries none."))


def test_files_are_judged_one_by_one_by_type_and_size() -> None:
    rules = limits(attachments=True, attachment_bytes={"image/png": 5_000_000, "application/pdf": 100_000_000})
    pdf = file(80_000_000, "b.pdf", "application/pdf")

    carried, dropped = rules.split([file(5_000_000), file(5_000_001, "large.png"), pdf, file(1, "c.csv", "text/csv")])

    assert carried == (file(5_000_000), pdf)
    assert dropped == (
        DroppedAttachment("large.png", "The file is larger than the 5 MB allowed."),
        DroppedAttachment("c.csv", "This channel does not carry files of type text/csv."),
    )


def test_files_go_in_their_order_until_there_is_no_room_for_one() -> None:
    rules = limits(attachments=True, attachment_bytes_in_all=10_000_000)
    first, second, third = file(6_000_000, "1.png"), file(5_000_000, "2.png"), file(4_000_000, "3.png")

    carried, dropped = rules.split([first, second, third])

    assert carried == (first, third)
    assert dropped == (DroppedAttachment("2.png", "All files together may hold 10 MB on this channel."),)
