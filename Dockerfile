# The service, ready to run behind a TLS proxy. docs/operator-guide.md, "Container", says how to start it.
# Its steps are replayed in an empty folder by `make replay`.
FROM python:3.11-slim

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /srv/enhance

# Packages first: they change seldom, and this layer then stays.
# The worker's lock is the service's and the engine's: one image serves and, with `python -m app worker`, works.
COPY requirements/worker.lock requirements/worker.lock
RUN python -m pip install --no-deps --require-hashes --only-binary :all: -r requirements/worker.lock

COPY LICENSE NOTICE ./
COPY contexts contexts
COPY migrations migrations
COPY docs docs
COPY app app
RUN python -m compileall -q app

# What lasts: the database, and the keys with the master secret. Nobody else may look into either.
RUN mkdir -m 0700 var keys && chown 10001:10001 var keys
VOLUME ["/srv/enhance/var", "/srv/enhance/keys"]

# A number, so that an orchestrator can see that it is not root.
USER 10001:10001
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
CMD ["python", "-m", "app", "serve"]
