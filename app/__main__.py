"""`python -m app`: the same as `mass-reply`."""

from app.cli import main

main()
