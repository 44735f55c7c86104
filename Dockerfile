# One image for web and worker. The database is another container (docker-compose.yml).
FROM python:3.13-slim-bookworm AS map
COPY vrp/frontend/ /src/vrp/frontend/
RUN python /src/vrp/frontend/fetch.py

FROM python:3.13-slim-bookworm AS roads
COPY vrp/roads/fetch.py /src/vrp/roads/fetch.py
RUN CI=true python /src/vrp/roads/fetch.py

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 ROUTEBOOK_DATA=/var/lib/routebook
ENV ROUTEBOOK_KERNELS=/opt/routebook/kernels
WORKDIR /app
COPY config/requirements.txt config/requirements.txt
RUN pip install --requirement config/requirements.txt
COPY manage.py pyproject.toml ./
COPY config/ config/
COPY accounts/ accounts/
COPY vrp/ vrp/
COPY templates/ templates/
COPY --from=map /src/vrp/static/vrp/vendor/ vrp/static/vrp/vendor/
COPY --from=roads /src/vrp/roads/vendor/ vrp/roads/vendor/
# The key made while collecting files must not be the same in every container: it is thrown away again.
RUN useradd --system --home-dir /var/lib/routebook --create-home routebook \
    && python manage.py collectstatic --noinput \
    && rm -f /var/lib/routebook/secret_key \
    && mkdir -p /var/lib/routebook/regions \
    && python -m vrp.engines.sisr.compiled \
    && chown -R routebook:routebook /var/lib/routebook /opt/routebook
USER routebook
VOLUME /var/lib/routebook
EXPOSE 8000
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
