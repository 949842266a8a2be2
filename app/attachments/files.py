"""The content of attachments, on local disk or in an object store, by the settings."""

from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, ObjectStore, S3Store

if TYPE_CHECKING:
    from obstore.store import RetryConfig

_RETRIES: "Final[RetryConfig]" = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
"""A person waits for an upload, and a lane for its files. By default, the library retries for three minutes."""

_MISSING: Final = (FileNotFoundError, NotFoundError)
_REFUSED: Final = (PermissionError, PermissionDeniedError, UnauthenticatedError)


class FilesUnavailable(Exception):
    """The storage does not answer, or does not have the file; the message says which."""

    @classmethod
    def because(cls, error: Exception) -> "FilesUnavailable":
        """Return the error in our own words: the library's messages name the storage, and quote its response."""
        if isinstance(error, _MISSING):
            return cls("there is no such file, or no such bucket or folder")
        if isinstance(error, _REFUSED):
            return cls("access is denied, or the credentials are wrong")
        return cls("no answer")


class Files:
    """Content by key. A key is written once, and never changes."""

    def __init__(self, url: str) -> None:
        """Open `file:///…` or `s3://…`; the latter reads the usual AWS_ variables. Raise ValueError."""
        self._store = _open(url)

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Store the rest of a file. Raise FilesUnavailable."""
        try:
            await obstore.put_async(self._store, key, content)
        except (BaseError, OSError) as error:
            raise FilesUnavailable.because(error) from error

    async def get(self, key: str) -> bytes:
        """Return a whole file. Raise FilesUnavailable."""
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except (BaseError, OSError) as error:
            raise FilesUnavailable.because(error) from error

    async def delete(self, key: str) -> None:
        """Delete a file, if it exists. Raise FilesUnavailable."""
        try:
            await obstore.delete_async(self._store, key)
        except _MISSING:
            return
        except (BaseError, OSError) as error:
            raise FilesUnavailable.because(error) from error


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.scheme == "file" and not parts.netloc and folder.is_absolute():
        return _open_folder(folder)
    if parts.scheme == "s3":
        return _open_bucket(url)
    raise ValueError("must be like file:///folder or s3://bucket/path")


def _open_folder(folder: Path) -> LocalStore:
    try:
        return LocalStore(folder, mkdir=True)
    except OSError as error:
        raise ValueError(f"the folder cannot be used: {error}") from error


def _open_bucket(url: str) -> ObjectStore:
    try:
        return S3Store.from_url(url, retry_config=_RETRIES)
    except (BaseError, ValueError) as error:
        raise ValueError("the address or an AWS_ variable cannot be used") from error
