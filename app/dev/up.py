"""`mass-reply up`: the stack kept running, with channel accounts that lead to the sandbox."""

import time
from contextlib import suppress

from rich.console import Console

from app.dev.calls import Calls
from app.dev.inboxes import inboxes, open_inboxes
from app.dev.stack import API_PORT, SANDBOX_PORT, SMTP_PORT, Shape, Stack, running_stack

CHECK = 0.5
"""Seconds between two looks whether all parts still run."""


def up() -> None:
    """Run until Ctrl-C. Raises StackFailed if a part ends by itself."""
    console = Console(highlight=False, soft_wrap=True)
    shape = Shape(api_port=API_PORT, sandbox_port=SANDBOX_PORT, smtp_port=SMTP_PORT)
    with suppress(KeyboardInterrupt), running_stack(shape) as stack:
        open_sample_inboxes(stack)
        console.print(_greeting(stack), markup=False)
        while True:
            stack.check()
            time.sleep(CHECK)
    console.print("Everything is stopped.")


def open_sample_inboxes(stack: Stack) -> None:
    """Make a channel account for every channel that has an adapter."""
    with Calls(stack.api_url, stack.access.admin_key) as api, Calls(stack.sandbox_url) as sandbox:
        open_inboxes(api, sandbox, inboxes(stack.sandbox_url, stack.smtp_port))


def _greeting(stack: Stack) -> str:
    accounts = ", ".join(inbox.key for inbox in inboxes(stack.sandbox_url, stack.smtp_port))
    return f"""
API            {stack.api_url}        its description: {stack.api_url}/docs
Sandbox        {stack.sandbox_url}        what was "sent": {stack.sandbox_url}/outbox
Mail server    127.0.0.1:{stack.smtp_port}        the sandbox too, by SMTP
Tenant         {stack.access.tenant}
Admin key      {stack.access.admin_key}
Accounts       {accounts}
Logs           {stack.folder.resolve()}

To follow the README in another terminal:

  export API={stack.api_url} KEY={stack.access.admin_key}

Ctrl-C stops everything. On the embedded servers nothing is kept: the next start begins anew.
"""
