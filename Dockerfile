# Minyi 民意. Packages are locked with hashes; the image holds no configuration, no secret and no data.
# Behind a mirror: --build-arg PYTHON_IMAGE=... --build-arg PIP_INDEX_URL=...
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ARG PIP_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/minyi
ENV PATH=/opt/minyi/bin:$PATH
WORKDIR /src
COPY requirements/build.txt requirements/runtime.txt requirements/
RUN pip install --require-hashes -r requirements/build.txt
RUN pip install --require-hashes --no-deps --no-build-isolation -r requirements/runtime.txt
COPY . .
RUN pip install --no-deps --no-build-isolation . \
 && pip uninstall --yes --quiet setuptools wheel pip

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 minyi \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin minyi \
 && install -d -o 10001 -g 10001 /srv/minyi
COPY --from=build /opt/minyi /opt/minyi
ENV PATH=/opt/minyi/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    TLDEXTRACT_CACHE=/tmp/tldextract
WORKDIR /srv/minyi
USER 10001:10001
ENTRYPOINT ["minyi"]
CMD ["run", "--verbose"]
