# Tradewind in a container: build with `docker build -t tradewind .`; its steps are also run by a test in a clean environment.
FROM python:3.11-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
RUN python -m venv /opt/tradewind
RUN /opt/tradewind/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check -c constraints.txt ".[web,postgres,demo]"

FROM python:3.11-slim
# LightGBM needs OpenMP, which the slim image leaves out.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tradewind
RUN mkdir -p /workspace && chown tradewind /workspace
COPY --from=build /opt/tradewind /opt/tradewind
ENV PATH=/opt/tradewind/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TRADEWIND_DRAIN_SECONDS=2
USER 10001
VOLUME /workspace
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=4)"]
CMD ["tradewind", "serve", "/workspace", "--host", "0.0.0.0", "--port", "8000"]
