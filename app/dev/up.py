"""`mass-reply up`: keep the stack running, with channel accounts that send to the sandbox."""

import os
import shlex
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import getproxies_environment, proxy_bypass

from rich.console import Console

from app.dev import demo
from app.dev.api_client import Calls
from app.dev.demo import Scene
from app.dev.inboxes import inboxes, open_inboxes
from app.dev.samples import samples
from app.dev.stack import API_PORT, SANDBOX_PORT, SMTP_PORT, Shape, Stack, running_stack

CHECK = 0.5
"""Seconds between two checks that all parts still run."""


def up(*, empty: bool = False) -> None:
    """Run until Ctrl-C, with the demo's conversations unless it is to be empty. Raise StackFailed if a part ends."""
    console = Console(highlight=False, soft_wrap=True)
    shape = Shape(api_port=API_PORT, sandbox_port=SANDBOX_PORT, smtp_port=SMTP_PORT)
    with suppress(KeyboardInterrupt), running_stack(shape) as stack:
        if empty:
            open_sample_inboxes(stack)
        else:
            fill(stack)
        console.print(_greeting(stack), markup=False)
        while True:
            stack.check()
            time.sleep(CHECK)
    console.print("Everything is stopped.")


def open_sample_inboxes(stack: Stack) -> None:
    """Make a channel account for every channel that has an adapter."""
    with Calls(stack.api_url, stack.access.admin_key) as api, Calls(stack.sandbox_url) as sandbox:
        open_inboxes(api, sandbox, inboxes(stack.sandbox_url, stack.smtp_port))


def fill(stack: Stack) -> None:
    """The demo's conversations, whose customers have written before they are shown."""
    with (
        Calls(stack.api_url, stack.access.admin_key) as admin,
        Calls(stack.api_url, stack.access.agent_key) as agent,
        Calls(stack.sandbox_url) as sandbox,
    ):
        scene = Scene(stack, admin, agent, sandbox, Console(quiet=True))
        demo.fill(scene, samples(datetime.now(UTC)))


def _past_the_proxy() -> str:
    """Return a line for those whose programs would ask their proxy for this machine; else nothing."""
    if "http" not in getproxies_environment() or proxy_bypass("127.0.0.1"):
        return ""
    past = shlex.quote(",".join(filter(None, ("127.0.0.1", os.environ.get("no_proxy") or os.environ.get("NO_PROXY")))))
    return f"  export no_proxy={past} NO_PROXY={past}\n"


def _greeting(stack: Stack) -> str:
    accounts = ", ".join(inbox.key for inbox in inboxes(stack.sandbox_url, stack.smtp_port))
    programs = shlex.quote(str(Path(sys.executable).parent))
    return f"""
Console        {stack.api_url}/console        sign in with this key: {stack.access.agent_key}
API            {stack.api_url}        its description: {stack.api_url}/docs
Sandbox        {stack.sandbox_url}        what was "sent": {stack.sandbox_url}/outbox
Mail server    127.0.0.1:{stack.smtp_port}        the sandbox too, by SMTP
Tenant         {stack.access.tenant}
Admin key      {stack.access.admin_key}
Accounts       {accounts}
Logs           {stack.folder.resolve()}
{"".join(f"{moved}{chr(10)}" for moved in stack.moved)}
To follow the README and docs/guide in another terminal, and to use mass-reply from there:

  export API={stack.api_url} KEY={stack.access.admin_key} SANDBOX={stack.sandbox_url}
  export MASS_REPLY_URL={stack.api_url} MASS_REPLY_KEY={stack.access.agent_key} PATH={programs}:"$PATH"
{_past_the_proxy()}
Ctrl-C stops everything. On the embedded servers nothing is kept: the next start begins anew.
"""
