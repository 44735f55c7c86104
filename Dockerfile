# One image for web and worker. The database is another container (docker-compose.yml).
FROM node:24-bookworm-slim AS pages
WORKDIR /src/vrp/frontend
COPY vrp/frontend/ ./
COPY vrp/static/ /src/vrp/static/
RUN npm ci --ignore-scripts

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 ROUTEBOOK_DATA=/var/lib/routebook
WORKDIR /app
COPY config/requirements.txt config/requirements.txt
RUN pip install --requirement config/requirements.txt
COPY manage.py pyproject.toml ./
COPY config/ config/
COPY accounts/ accounts/
COPY vrp/ vrp/
COPY templates/ templates/
COPY --from=pages /src/vrp/frontend/node_modules/ vrp/frontend/node_modules/
RUN useradd --system --home-dir /var/lib/routebook --create-home routebook \
    && python vrp/frontend/fetch.py \
    && rm -rf vrp/frontend/node_modules \
    && python manage.py collectstatic --noinput \
    && rm -f /var/lib/routebook/secret_key \
    && chown -R routebook:routebook /var/lib/routebook
USER routebook
VOLUME /var/lib/routebook
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
