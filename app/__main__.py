"""The program: `mass-reply`, and `python -m app`."""

import gc

# What is imported stays: looking through it again and again for garbage would take a fifth of the time to start.
gc.disable()
from app.cli import main as run_command  # noqa: E402

gc.freeze()
gc.enable()


def main() -> None:
    """Run a command."""
    run_command()


if __name__ == "__main__":
    main()
