"""A local stand-in for the providers: it accepts, journals, reports back, and fails on request.

Run it with `python -m app.dev.sandbox --port 8025`, or in a test with `async with run_sandbox() as sandbox`.
"""

from app.dev.sandbox.faults import InjectedFault
from app.dev.sandbox.options import SandboxOptions, Timing
from app.dev.sandbox.server import Sandbox, run_sandbox

__all__ = ["InjectedFault", "Sandbox", "SandboxOptions", "Timing", "run_sandbox"]
