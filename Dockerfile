# Two images: --target cpu (default of docker-compose.yml) and --target gpu (CUDA builds of torch).
FROM python:3.11.13-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/retrace
ENV PATH=/opt/retrace/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY pyproject.toml README.md LICENSE ./
COPY segments segments
COPY encoders encoders
COPY detectors detectors
COPY indexer indexer
COPY search_api search_api
COPY ui ui
COPY benchmarks benchmarks
COPY cli cli

FROM build AS build-cpu
# beside the usual index, since builds without CUDA are listed nowhere else
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN pip install --extra-index-url "$TORCH_INDEX" ".[api,ui]"

FROM build AS build-gpu
RUN pip install ".[api,ui]"

FROM python:3.11.13-slim-bookworm AS runtime
# Volumes that are mounted here for the first time belong to this user, too.
RUN groupadd --gid 10001 retrace \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin retrace \
 && install -d -o retrace -g retrace -m 0700 /library /keys \
 && install -d -o retrace -g retrace -m 0755 /models /footage
ENV PATH=/opt/retrace/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    HF_HUB_OFFLINE=1 \
    TOKENIZERS_PARALLELISM=false \
    RETRACE_LIBRARY=/library \
    RETRACE_MODELS=/models
USER 10001:10001
WORKDIR /tmp
EXPOSE 8321
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "search_api.service.probe"]
ENTRYPOINT ["retrace"]
CMD ["serve"]

FROM runtime AS gpu
COPY --from=build-gpu /opt/retrace /opt/retrace

# last, so that a build without --target makes it
FROM runtime AS cpu
COPY --from=build-cpu /opt/retrace /opt/retrace
