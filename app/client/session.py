"""The start and end of every command of the client: a server to call, a screen to show the result, an exit status."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import typer

from app.client.exit_codes import ClientError, Exit
from app.client.models import Batch
from app.client.progress import watch
from app.client.sending import next_steps, say_it_continues
from app.client.service import Service
from app.client.tables import Screen, error_lines, open_screen, show_batch


@dataclass(frozen=True, slots=True)
class Session:
    """A server to call, and a screen to show the result."""

    service: Service
    screen: Screen
    as_json: bool

    def end(self, batch: Batch, exit_: Exit = Exit.DONE) -> None:
        if self.as_json:
            typer.echo(json.dumps(batch.answer))
        if exit_:
            raise typer.Exit(exit_)

    def act(self, id_: UUID, action: str, body: dict[str, Any], *, wait: bool = False, **how: str) -> None:
        """Act on a mass reply, and show it."""
        batch = Batch.read(self.service.post(f"/mass-replies/{id_}/{action}", body, **how))
        self.show(batch, wait=wait)

    def show(self, batch: Batch, *, wait: bool) -> None:
        if wait:
            with say_it_continues(batch.id):
                batch = watch(self.service, self.screen, batch.id)
        show_batch(self.screen, batch)
        if wait:
            self.screen.say(next_steps(batch))
        self.end(batch, batch.exit if wait else Exit.DONE)


@contextmanager
def opened(url: str, key: str, *, as_json: bool = False) -> Iterator[Session]:
    """Report errors in words on standard error, and exit with their status."""
    screen = open_screen(beside_output=as_json)
    try:
        with Service(url, key, say=open_screen(beside_output=True).say) as service:
            yield Session(service, screen, as_json)
    except ClientError as error:
        errors = open_screen(beside_output=True)
        for line in error_lines(error):
            errors.say(line)
        raise typer.Exit(error.exit) from None
