"""The content of attachments, on local disk or in an object store, as the installation says."""

from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url


class FilesUnavailable(Exception):
    """The place where attachments are kept does not answer, or does not have the file."""


class Files:
    """Content by its key. A key is written once and never changed."""

    def __init__(self, url: str) -> None:
        """Open `file:///…` or `s3://…`; the latter reads the usual AWS_ variables. Raises ValueError on any other."""
        self._store = _open(url)

    async def put(self, key: str, content: IO[bytes]) -> None:
        """Keep what is left to read of a file. Raises FilesUnavailable."""
        try:
            await obstore.put_async(self._store, key, content)
        except (BaseError, OSError) as error:
            raise FilesUnavailable(type(error).__name__) from error

    async def get(self, key: str) -> bytes:
        """Read a whole file. Raises FilesUnavailable."""
        try:
            found = await obstore.get_async(self._store, key)
            return bytes(await found.bytes_async())
        except (BaseError, OSError) as error:
            raise FilesUnavailable(type(error).__name__) from error

    async def delete(self, key: str) -> None:
        """Delete a file; one that is not there is deleted already. Raises FilesUnavailable."""
        try:
            await obstore.delete_async(self._store, key)
        except (FileNotFoundError, NotFoundError):
            return
        except (BaseError, OSError) as error:
            raise FilesUnavailable(type(error).__name__) from error


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalStore(Path(unquote(parts.path)), mkdir=True)
    try:
        return from_url(url)
    except (BaseError, ValueError) as error:
        raise ValueError(f"MASS_REPLY_ATTACHMENTS_URL is no address of a store: {parts.scheme or url!r}") from error
