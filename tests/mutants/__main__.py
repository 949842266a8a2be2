"""`python -m tests.mutants [GROUP[:PART:PARTS]…]`: say which mutants no test notices.

`settle:2:3` is the second third of a group, in one process. A whole group is shared by two. Exit with 1 if a survivor
is not explained.
"""

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants.groups import GROUPS
from tests.mutants.survivors import HARMLESS

PROCESSES = 2
PLUGINS = ("-p", "tests.mutants.plugin", "-p", "no:cacheprovider")
OPTIONS = ("-q", "--tb=native", *PLUGINS, "-m", "not proof and not matrix")


def main(*names: str) -> int:
    open_ = 0
    for name in names or GROUPS:
        parts = [name] if ":" in name else [f"{name}:{number}:{PROCESSES}" for number in range(1, PROCESSES + 1)]
        with ThreadPoolExecutor() as pool:
            fates = {mutant: killer for part in pool.map(_fates, parts) for mutant, killer in part.items()}
        survived = [mutant for mutant, killer in fates.items() if killer is None]
        unexplained = [mutant for mutant in survived if mutant not in HARMLESS]
        open_ += len(unexplained)
        print(f"{name}: {len(fates)} mutants, {len(fates) - len(survived)} found, {len(survived)} survived")  # noqa: T201
        for mutant in survived:
            print(f"  {'explained' if mutant in HARMLESS else 'OPEN'}: {mutant}")  # noqa: T201
    print("Every survivor is explained." if not open_ else f"{open_} survivors are open.")  # noqa: T201
    return int(open_ > 0)


def _fates(name: str) -> dict[str, str | None]:
    """Run one group, or a part of it, in a process of its own. Return the test that noticed each mutant."""
    group, _, part = name.partition(":")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fates.json")
        variables = {**os.environ, "MUTANTS": f"{group}:{part or '1:1'}", "MUTANTS_FATES": str(path)}
        command = [sys.executable, "-m", "pytest", *OPTIONS, *GROUPS[group].tests]
        fates: dict[str, str | None] = {}
        while True:  # a mutant may take the whole process with it; the others are run in a new one
            ended = subprocess.run(command, check=False, env=variables, stdout=subprocess.DEVNULL)  # noqa: S603
            known, fates = len(fates), json.loads(path.read_text()) if path.exists() else {}
            if len(fates) == known and ended.returncode:
                sys.exit(f"{name}: the tests did not run; try them alone")
            if not ended.returncode:
                return fates


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
