"""A worker as `mass-reply worker` runs it: `python -m bench.worker`."""

from app.settings import load_settings
from app.worker import run

if __name__ == "__main__":
    run(load_settings())
