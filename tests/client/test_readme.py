"""What the guide says of the client is so."""

import re

import typer.main

from app.cli import app as program
from app.client.exit_codes import Exit
from tests.test_readme import page

SECTION = page("terminal")
COMMANDS = {
    "send",
    "list",
    "approve",
    "reject",
    "resolve",
    "status",
    "deliveries",
    "cancel",
    "pause",
    "resume",
    "retry",
    "accounts",
}


def test_every_exit_status_is_explained() -> None:
    said = {int(number) for number in re.findall(r"^\| (\d+) \|", SECTION, re.MULTILINE)}
    assert said == {*Exit, 1}


def test_every_command_stands_in_the_table_and_every_option_named_exists() -> None:
    known = typer.main.get_command(program).commands  # type: ignore[attr-defined]  # a program with commands is a group
    rows = "\n".join(re.findall(r"^\| `[a-z].*", SECTION, re.MULTILINE))

    assert set(re.findall(r"`([a-z]+)(?: ID)?`(?=[,| ])", rows)) & known.keys() >= COMMANDS
    options = {option for name in COMMANDS for parameter in known[name].params for option in parameter.opts}
    assert set(re.findall(r"--[a-z][a-z-]+", SECTION)) - {"--help"} <= options
