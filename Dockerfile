FROM python:3.11-slim AS build
WORKDIR /src
COPY pyproject.toml README.md ./
COPY market market
COPY billing billing
COPY search search
COPY templates templates
RUN python -m venv /opt/market && /opt/market/bin/pip install --no-cache-dir .

FROM python:3.11-slim
RUN useradd --system --create-home --home-dir /var/lib/market market
COPY --from=build /opt/market /opt/market
ENV PATH=/opt/market/bin:$PATH ENVIRONMENT=production MARKET_DATA_DIR=/var/lib/market
USER market
EXPOSE 8000
CMD ["market", "serve", "--host", "0.0.0.0", "--port", "8000"]
