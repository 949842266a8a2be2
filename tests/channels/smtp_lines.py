"""A mail server's end of the line, played over bare sockets: what comes before, at and after the end of a message."""

from collections.abc import Mapping

from tests.channels.raw_server import Line, Request, Script

REPLIES: Mapping[str, str] = {
    "greeting": "220 mail.example.com ESMTP",
    "EHLO": "250 mail.example.com",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go ahead",
    "message": "250 2.0.0 queued",
    "QUIT": "221 2.0.0 bye",
}


def speaking(at_end: Script | None = None, *, at_data: Script | None = None, **changes: str) -> Script:
    """Serve one client with these replies, each by the name of what it answers.

    `at_data` takes the place of reading the message, `at_end` that of the reply to it; both end the conversation.
    """
    replies = {**REPLIES, **changes}

    async def script(line: Line) -> None:
        await _say(line, replies["greeting"])
        envelope: dict[str, str] = {}
        while True:
            command, _, argument = (await _hear(line)).decode("ascii").strip().partition(" ")
            envelope[command.lower()] = argument
            await _say(line, replies[command])
            if command == "DATA" and replies[command].startswith("354"):
                if at_data is not None:
                    return await at_data(line)
                await read_message(line, envelope)
                if at_end is not None:
                    return await at_end(line)
                await _say(line, replies["message"])

    return script


async def read_message(line: Line, envelope: Mapping[str, str]) -> None:
    """Read to the dot, and keep the mail with its envelope as a request."""
    content = await line.reader.readuntil(b"\r\n.\r\n")
    line.server.bytes_received += len(content)
    line.server.requests.append(Request(envelope["rcpt"], "MAIL", dict(envelope), content[:-3]))
    line.server.asked.set()


async def hang(line: Line) -> None:
    await line.reader.read()  # returns when the client has gone


async def reset(line: Line) -> None:
    line.reset()


async def close(line: Line) -> None:
    line.writer.close()


async def stop_in_the_answer(line: Line) -> None:
    await line.write(b"250-2.0.0 que")


async def answer_garbage(line: Line) -> None:
    await line.write(b"\x00\x01 this is no SMTP \xff\r\n")


async def _say(line: Line, reply: str) -> None:
    await line.write(reply.encode("ascii") + b"\r\n")


async def _hear(line: Line) -> bytes:
    heard = await line.reader.readline()
    line.server.bytes_received += len(heard)
    if not heard:
        raise ConnectionError("The client has gone.")
    return heard
