"""Read the body of a response from a server that may be hostile."""

import zlib
from typing import Final, cast

import httpx

_PLAIN: Final = frozenset({"", "identity"})
_COMPRESSED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32


async def read_response(response: httpx.Response, most: int) -> bytes | None:
    """Return the body, or None if it cannot be read or has more than `most` bytes.

    We ask for no compression. A body that is compressed anyway is expanded to at most `most` bytes: httpx would expand
    each piece whole, one encoding inside another, 16 kB to 16 MB and those to 16 GB.
    """
    body = bytearray()
    # The stream itself: httpx's own iterators look at each piece once more.
    async for piece in cast(httpx.AsyncByteStream, response.stream):
        body += piece
        if len(body) > most:
            return None
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in _PLAIN:
        return bytes(body)
    return _expanded(bytes(body), most) if encoding in _COMPRESSED else None


def _expanded(body: bytes, most: int) -> bytes | None:
    expanding = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        whole = expanding.decompress(body, most + 1)
    except zlib.error:
        return None
    return whole if expanding.eof and len(whole) <= most else None
