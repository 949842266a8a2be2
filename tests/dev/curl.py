"""The little of curl that the documents use, for machines without it. An option that is not known is an error."""

import argparse
import sys

import httpx


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    for flag in ("-s", "-S", "-N"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-i", dest="with_head", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", "--data-binary", dest="body")
    options = parser.parse_args()
    method = options.method or ("GET" if options.body is None else "POST")
    headers = dict(header.split(": ", 1) for header in options.headers)
    content = None if options.body is None else options.body.encode()
    answer = httpx.request(method, options.url, headers=headers, content=content, trust_env=False)
    if options.with_head:
        head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        sys.stdout.write(f"HTTP/1.1 {answer.status_code}\r\n{head}\r\n")
    sys.stdout.write(answer.text)
    # curl itself reports no error without -f; for a test a refused command is one.
    return 0 if answer.is_success or answer.status_code == httpx.codes.NOT_MODIFIED else 22


if __name__ == "__main__":
    sys.exit(main())
