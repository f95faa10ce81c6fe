# ganforge with the versions of requirements.lock:
#   docker build --build-arg TORCH=cpu --tag ganforge .    (without TORCH: the builds of PyPI, with CUDA on Linux)
#   docker run --rm --volume "$PWD:/project" --user "$(id -u):$(id -g)" ganforge
FROM python:3.11-slim-bookworm

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 ganforge \
    && mkdir /project /environment \
    && chown ganforge /project /environment \
    && chmod 777 /home/ganforge \
    && git config --system --add safe.directory /project

USER 1000
WORKDIR /environment
ARG TORCH=

# The environment comes before the code, so that a change of the code does not install it anew.
COPY --chown=ganforge requirements.lock pyproject.toml Makefile README.md LICENSE ./
RUN mkdir -p src/ganforge && touch src/ganforge/__init__.py && make setup TORCH="${TORCH}" && rm -rf ~/.cache

# The code is that of /project, whether it is copied into the image or mounted over it.
ENV PATH=/environment/.venv/bin:$PATH PYTHONPATH=/project/src MLFLOW_DISABLE_TELEMETRY=true HOME=/home/ganforge
WORKDIR /project
COPY --chown=ganforge . .
# Here it is `dvc repro` and `ganforge ...`; the targets of make look for .venv in the project.
CMD ["dvc", "repro"]
