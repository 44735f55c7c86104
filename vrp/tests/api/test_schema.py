import io
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import reverse
from openapi_spec_validator import OpenAPIV31SpecValidator

from vrp.domain.request import Request


@pytest.fixture(scope="module")
def schema(client_without_database):
    return client_without_database.get("/api/v1/schema/").json()


@pytest.fixture(scope="module")
def client_without_database():
    from rest_framework.test import APIClient

    return APIClient()


def test_the_schema_is_openapi_3_1(schema):
    OpenAPIV31SpecValidator(schema).validate()

    assert schema["openapi"] == "3.1.0"


def test_making_the_schema_warns_of_nothing():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_the_schema_has_every_path_of_the_contract_and_of_ours(schema):
    contract = """
        auth/register/ auth/token/ auth/token/refresh/ auth/logout/ auth/logins/ auth/logins/{id}/ users/me/
        sessions/ sessions/{id}/ sessions/{id}/scenarios/ scenarios/{id}/ scenarios/{id}/reset/
        scenarios/{id}/duplicate/ scenarios/{id}/revisions/ scenarios/import/ scenarios/{id}/solutions/
        solutions/{id}/ solutions/{id}/cancel/ solutions/{id}/export/ solutions/compare/ capabilities/
        health/live/ health/ready/
        solutions/{id}/apply/ solutions/{id}/insert/ addresses/
    """

    assert {f"/api/v1/{path}" for path in contract.split()} == set(schema["paths"])


def test_the_schema_names_every_key_of_a_request(schema):
    parts = schema["components"]["schemas"]

    assert parts["Request"]["properties"].keys() == Request.model_fields.keys()
    assert parts["Vehicle"]["properties"]["time_window"]["anyOf"][0] == {
        "$ref": "#/components/schemas/TimeWindow"
    }
    assert parts["Job"]["additionalProperties"] is False


def test_pages_of_lists_are_described(schema):
    page = schema["paths"]["/api/v1/scenarios/{id}/solutions/"]["get"]

    assert {parameter["name"] for parameter in page["parameters"]} == {
        "id", "cursor", "page_size", "status", "engine",
    }  # fmt: skip


def test_the_docs_page_asks_nothing_of_other_sites(client_without_database):
    page = client_without_database.get(reverse("docs")).content.decode()
    script = client_without_database.get(reverse("docs"), {"script": ""}).content.decode()

    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert addresses
    assert not [address for address in addresses if "//" in address]
    assert all(finders.find(a.removeprefix("/static/")) for a in addresses if a.startswith("/static/"))
    assert not re.search("https?://", script)
    assert '"validatorUrl": null' in script


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/auth/token/", "post", {"200", "400", "401", "413", "422", "429", "503"}),
        ("/sessions/{id}/scenarios/", "post", {"201", "400", "401", "404", "413", "422", "503"}),
        ("/scenarios/{id}/solutions/", "post", {"202", "400", "401", "404", "409", "413", "422", "503"}),
        ("/solutions/{id}/apply/", "post", {"202", "400", "401", "404", "409", "413", "422", "503"}),
        ("/solutions/compare/", "get", {"200", "401", "404", "409", "422", "503"}),
    ],
)
def test_the_schema_says_what_may_go_wrong(schema, path, method, statuses):
    operation = schema["paths"][f"/api/v1{path}"][method]

    assert set(operation["responses"]) == statuses
