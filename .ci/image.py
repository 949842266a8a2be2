"""`python3 .ci/image.py FOLDER`: run the commands of the Dockerfile's build stage in a plain folder, without Docker."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = re.compile(r"(?<![\w.])/(build|tools|venv)\b")
"""The folders that the stage makes at the root of its image."""


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    build(folder, {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"})


def build(folder: Path, environment: dict[str, str]) -> None:
    here = folder
    for instruction, rest in stage((ROOT / "Dockerfile").read_text(encoding="utf-8")):
        told = PLACES.sub(rf"{folder}/\1", rest)
        if instruction == "WORKDIR":
            here = Path(told)
            here.mkdir()
        elif instruction == "ARG":
            name, _, value = told.partition("=")
            environment[name] = value.strip('"')
        elif instruction == "COPY":
            *sources, target = told.split()
            for source in sources:
                copy(ROOT / source, here / target)
        elif instruction == "RUN":
            subprocess.run(["/bin/sh", "-ec", told], cwd=here, env=environment, check=True)  # noqa: S603 - our own
        else:
            sys.exit(f"The build stage has a {instruction}, which is not known here.")


def stage(text: str) -> list[tuple[str, str]]:
    """The first stage's instructions, but for its FROM."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    instructions = "\n".join(lines).replace("\\\n", " ").splitlines()
    split = [(each.split(maxsplit=1)[0], each.split(maxsplit=1)[1]) for each in instructions if each.strip()]
    ends = [number for number, (name, _) in enumerate(split) if name == "FROM"]
    return split[ends[0] + 1 : ends[1]]


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


if __name__ == "__main__":
    main()
