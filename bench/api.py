"""The API as `mass-reply api` runs it: `python -m bench.api PORT`."""

import sys

from app.cli import main

if __name__ == "__main__":
    sys.argv = ["mass-reply", "api", "--host", "127.0.0.1", "--port", sys.argv[1]]
    main()
