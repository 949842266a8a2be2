# One image for the API, the workers and the migration. Nothing of what builds it is left in it.
FROM python:3.11-slim@sha256:db3ff2e1800a8581e2c48a27c3995339d47bdf046da21c7627accd3d51053a93 AS build
WORKDIR /build
RUN python -m venv /tools && python -m venv /venv
COPY requirements/ requirements/
# The locks are complete: with --no-deps nothing is resolved, so no later release can change or break this.
ARG WHEELS="--no-cache-dir --no-compile --no-deps --require-hashes --only-binary :all:"
RUN /venv/bin/pip install $WHEELS -r requirements/runtime.txt
RUN /tools/bin/pip install $WHEELS -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY app/ app/
COPY migrations/ migrations/
RUN /tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /venv/bin/pip install --no-cache-dir --no-index --no-deps dist/*.whl \
 && /venv/bin/python -m compileall -q /venv \
 && /venv/bin/pip uninstall --yes pip setuptools 2> /dev/null

FROM python:3.11-slim@sha256:db3ff2e1800a8581e2c48a27c3995339d47bdf046da21c7627accd3d51053a93
RUN pip uninstall --yes pip setuptools wheel 2> /dev/null; \
    useradd --system --no-create-home --shell /usr/sbin/nologin --uid 10001 mass-reply \
 && install --directory --owner mass-reply /attachments
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /tmp
EXPOSE 8000
# Of the API; where the image runs a worker, compose turns it off.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["mass-reply"]
CMD ["api", "--host", "0.0.0.0", "--port", "8000"]
