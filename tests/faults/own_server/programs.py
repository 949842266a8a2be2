"""PostgreSQL's own programs, run by whoever owns a server's data: root may not."""

import asyncio
import os
from asyncio.subprocess import DEVNULL
from pathlib import Path
from typing import Any

from tests.test_deploy_files import PROGRAMS


async def run(program: str, *arguments: str, data: Path) -> None:
    owner = await asyncio.to_thread(os.stat, data)
    as_owner: dict[str, Any] = {"user": owner.st_uid} if os.getuid() == 0 else {}
    process = await asyncio.create_subprocess_exec(
        str(Path(str(PROGRAMS), program)), *arguments, stdout=DEVNULL, **as_owner
    )
    assert await process.wait() == 0
