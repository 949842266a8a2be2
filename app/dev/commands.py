"""What `mass-reply demo` and `mass-reply up` do."""

from app.dev.api_client import CallFailed
from app.dev.demo import PromiseBroken
from app.dev.demo import demo as run_demo
from app.dev.servers import EmbeddedServersMissing
from app.dev.subprocesses import StackFailed
from app.dev.up import up as run_up
from app.operations import in_one_line

FAILURES = (EmbeddedServersMissing, StackFailed, CallFailed, PromiseBroken)

demo = in_one_line(run_demo, besides=FAILURES)
up = in_one_line(run_up, besides=FAILURES)
