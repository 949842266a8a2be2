"""What a figure was measured on."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asyncpg
from redis.asyncio import Redis

from bench.stack import Stack

LIBRARIES = ("fastapi", "uvicorn", "uvloop", "sqlalchemy", "asyncpg", "httpx", "aiohttp", "arq", "pydantic")


@dataclass(frozen=True, slots=True)
class Machine:
    cores: int
    cpu: str
    memory_gb: int
    versions: Mapping[str, str]

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return f"{self.cores} cores ({self.cpu}), {self.memory_gb} GB; {versions}"


async def this_machine(stack: Stack) -> Machine:
    connection: Any = await asyncpg.connect(stack.postgres.url("postgres", "postgres"))
    try:
        postgres = str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()
    async with Redis.from_url(stack.redis_url) as client:
        about = await client.info("server")
    servers = {"PostgreSQL": postgres, "Valkey": str(about.get("valkey_version") or about["redis_version"])}
    libraries = {name: version(name) for name in LIBRARIES}
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        cpu=_said("/proc/cpuinfo", r"model name\s*: (.+)"),
        memory_gb=round(int(_said("/proc/meminfo", r"MemTotal:\s*(\d+)")) / 1_000_000),
        versions={"Python": platform.python_version(), **servers, **libraries},
    )


def this_commit() -> str:
    """Return the commit that is measured, with "-dirty" if anything differs from it; empty outside of git."""
    commit = _git("rev-parse", "--short", "HEAD")
    return f"{commit}-dirty" if commit and _git("status", "--porcelain") else commit


def _git(*arguments: str) -> str:
    folder = Path(__file__).parent
    try:
        told = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S607
    except FileNotFoundError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""


def _said(file: str, pattern: str) -> str:
    found = re.search(pattern, Path(file).read_text())
    return found[1] if found else "0"
