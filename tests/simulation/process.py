"""One worker of a schedule."""

import asyncio
from dataclasses import dataclass, field


@dataclass(eq=False)
class Process:
    """A worker; every wait of it goes through `alive`."""

    dead: bool = False
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.awake.set()

    @property
    def hangs(self) -> bool:
        return not self.over.is_set() and (self.dead or not self.awake.is_set())

    async def alive(self) -> None:
        """Come back when the process is scheduled again; not before all is over, when it was killed."""
        while self.hangs:
            await (self.over.wait() if self.dead else self.awake.wait())

    def end(self) -> None:
        """Let what hangs come to its end: nobody looks any more."""
        for event in (self.over, self.awake, self.stop):
            event.set()
