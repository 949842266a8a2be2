"""The files that a reply may carry, and their names.

A file must match in three ways: its declared type is on the list, its name has an ending of that type, and its content
begins like that type. The list has nothing that runs when it is opened, and no archives, which could hold anything.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from app.domain.errors import Fault, InvalidRequest
from app.domain.outbound import Attachment

HEAD_BYTES: Final = 8_192
"""The bytes that are read to recognise a file's type."""
_LONGEST_NAME: Final = 150
"""Bytes of UTF-8; file systems allow 255, and mail headers fold longer names."""
_NAMELESS: Final = "attachment"
_UNSAFE: Final = frozenset('<>:"|?*;')
"""Besides slashes and unprintable characters: refused by file systems, or special in a header."""

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_BINARY: Final[Mapping[str, tuple[str, ...]]] = {
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jfif"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/tiff": (".tif", ".tiff"),
    "image/heif": (".heif", ".heic"),
    "application/pdf": (".pdf",),
    "application/rtf": (".rtf",),
    "application/msword": (".doc",),
    "application/vnd.ms-excel": (".xls",),
    "application/vnd.ms-powerpoint": (".ppt",),
    f"{_OFFICE}wordprocessingml.document": (".docx",),
    f"{_OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{_OFFICE}presentationml.presentation": (".pptx",),
    "application/vnd.oasis.opendocument.text": (".odt",),
    "application/vnd.oasis.opendocument.spreadsheet": (".ods",),
    "application/vnd.oasis.opendocument.presentation": (".odp",),
    "audio/mpeg": (".mp3", ".mpga"),
    "audio/mp4": (".m4a",),
    "audio/aac": (".aac",),
    "audio/amr": (".amr",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/wav": (".wav",),
    "video/mp4": (".mp4",),
    "video/3gpp": (".3gp",),
    "video/quicktime": (".mov",),
    "video/webm": (".webm",),
}
_TEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "text/plain": (".txt", ".log"),
    "text/csv": (".csv",),
    "text/markdown": (".md",),
    "text/calendar": (".ics",),
    "application/json": (".json",),
}
TYPES: Final[Mapping[str, tuple[str, ...]]] = {**_BINARY, **_TEXT}
"""The accepted content types, each with the endings of its files' names."""

_ALIASES: Final[Mapping[str, str]] = {
    "image/jpg": "image/jpeg",
    "image/heic": "image/heif",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "text/rtf": "application/rtf",
}
_UNSAID: Final = frozenset({"", "application/octet-stream"})
"""The type that a sender declares if it does not know better: then the name's ending decides."""

_CONTROL: Final = frozenset(range(32)) - set(b"\t\n\r\f")


_INSIDE: Final[Mapping[str, str]] = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
_ODF: Final[Mapping[str, str]] = {
    kind: endings[0] for kind, endings in TYPES.items() if kind.startswith("application/vnd.oasis.opendocument.")
}
MACROS: Final = "vbaProject.bin"
"""The part of an Office file that holds its macros."""


@dataclass(frozen=True, slots=True)
class StoredContent:
    """Content that was checked, and is stored under a key."""

    filename: str
    content_type: str
    size: int
    sha256: str
    """In lower-case hexadecimal."""
    storage_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    attachment: Attachment
    sha256: str
    storage_key: str = field(repr=False)


def safe_filename(name: str) -> str:
    """Return the bare name, without folders and without characters that a file system or a header rejects."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if c.isprintable() and c not in _UNSAFE)
    path = PurePosixPath(" ".join(plain.split()).strip(". ") or _NAMELESS)
    ending = path.suffix if len(path.suffix.encode()) <= 20 else ""
    stem = path.name.removesuffix(ending).encode()[: _LONGEST_NAME - len(ending.encode())]
    return stem.decode(errors="ignore").strip() + ending


def checked_type(filename: str, declared: str | None, head: bytes, recognised: frozenset[str]) -> str:
    """Return the file's content type. Raise InvalidRequest if name, declaration and content do not agree.

    `head` is the file's beginning; `recognised` are the name endings of all kinds of files that begin so.
    """
    ending = PurePosixPath(filename).suffix.lower()
    content_type = _declared(declared, ending)
    if ending not in TYPES.get(content_type, ()):
        raise _refused("unsupported_type", f"Files of the type {content_type} named *{ending} are not accepted.")
    if not _begins_as(content_type, head, recognised):
        raise _refused("type_mismatch", f"The content of the file is not {content_type}.")
    return content_type


def recognised_archive(members: Collection[str], mimetype: str | None) -> frozenset[str]:
    """Recognise an office document by the members of its ZIP archive; nothing for other archives, or with macros.

    `mimetype` is what the member of that name says (OpenDocument 1.3 part 2, section 3.3).
    """
    if any(member.casefold().endswith(MACROS.casefold()) for member in members):  # as Office compares them
        return frozenset()
    inside = {ending for folder, ending in _INSIDE.items() if any(member.startswith(folder) for member in members)}
    open_document = _ODF.get(mimetype or "")
    return frozenset(inside or ({open_document} if open_document else set()))


def empty_file() -> InvalidRequest:
    return _refused("empty_file", "The file is empty.")


def _declared(declared: str | None, ending: str) -> str:
    named = (declared or "").partition(";")[0].strip().lower()
    if named in _UNSAID:
        return next((kind for kind, endings in TYPES.items() if ending in endings), "application/octet-stream")
    return _ALIASES.get(named, named)


def _begins_as(content_type: str, head: bytes, recognised: frozenset[str]) -> bool:
    if content_type in _TEXT:
        return _CONTROL.isdisjoint(head)
    return not recognised.isdisjoint(TYPES[content_type])


def _refused(code: str, detail: str) -> InvalidRequest:
    return InvalidRequest(faults=[Fault("/file", code, detail)])
