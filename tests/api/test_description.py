"""`/openapi.json` says everything: what each operation is for, an example of what goes in and out, and every error."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from app.api.examples import NO_EXAMPLE
from app.main import create_app, describe
from app.settings import Settings
from tests.conftest import SECRET_KEY

Document = dict[str, Any]

JSON = "application/json"
FORM = "multipart/form-data"
"""Its one field is a file: there is nothing to write down."""


@dataclass(frozen=True, slots=True)
class Operation:
    name: str
    path: str
    said: Mapping[str, Any]

    @property
    def errors(self) -> set[int]:
        return {int(status) for status in self.said["responses"] if status >= "4"}

    def contents(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What goes in and, where all goes well, out: media type and description."""
        yield from self.said.get("requestBody", {}).get("content", {}).items()
        for status, answer in self.said["responses"].items():
            if status < "3":
                yield from ((kind, said) for kind, said in answer.get("content", {}).items() if kind == JSON)


@pytest.fixture(scope="module")
def document() -> Document:
    return create_app(Settings(database_url="postgresql://nowhere", secret_key=SECRET_KEY)).openapi()


@pytest.fixture(scope="module")
def operations(document: Document) -> list[Operation]:
    return [
        Operation(f"{method.upper()} {path}", path, said)
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    ]


def test_each_operation_has_a_name_of_its_own_and_says_what_it_is_for(operations: list[Operation]) -> None:
    names = Counter(operation.said["operationId"] for operation in operations)
    assert names.most_common(1)[0][1] == 1
    silent = [one.name for one in operations if not (one.said.get("summary") and one.said.get("description"))]
    assert silent == []


def test_each_body_and_each_answer_has_an_example(operations: list[Operation]) -> None:
    bare = [
        (operation.name, kind)
        for operation in operations
        for kind, said in operation.contents()
        if kind != FORM and not said.keys() & {"example", "examples"}
    ]
    assert bare == []


def leaves(value: object) -> Iterator[object]:
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if members is None:
        yield value
    else:
        for member in members:
            yield from leaves(member)


def test_each_example_obeys_its_schema_and_none_is_a_stopgap(document: Document, operations: list[Operation]) -> None:
    for operation in operations:
        for kind, said in operation.contents():
            if kind == JSON:
                schema = {**said["schema"], "components": document["components"]}
                jsonschema.validate(said["example"], schema, format_checker=jsonschema.FormatChecker())
                assert NO_EXAMPLE not in leaves(said["example"]), operation.name


def test_each_operation_names_the_errors_that_it_may_answer(operations: list[Operation]) -> None:
    for operation in operations:
        wanted: set[int] = set()
        if {"HTTPBearer": []} in operation.said.get("security", []):
            wanted |= {401, 403, 422, 429}
        if "requestBody" in operation.said:
            wanted |= {400, 413}
        if "{" in operation.path and not operation.name.startswith("PUT "):
            wanted |= {404}
        if operation.path not in ("/health/live", "/metrics"):
            wanted |= {503}  # all others need the database
        assert wanted <= operation.errors, operation.name


def test_each_error_is_a_problem_with_an_example(operations: list[Operation]) -> None:
    for operation in operations:
        for status in operation.errors:
            (said,) = operation.said["responses"][str(status)]["content"].items()
            assert said[0] == "application/problem+json"
            assert {example["value"]["status"] for example in said[1]["examples"].values()} == {status}, operation.name


def test_the_file_in_the_repository_is_the_description() -> None:
    written = (Path(__file__).resolve().parents[2] / "openapi.json").read_text(encoding="utf-8")
    assert written == describe(), "run: make openapi"


def test_each_tag_is_explained_and_used(document: Document, operations: list[Operation]) -> None:
    used = {tag for operation in operations for tag in operation.said["tags"]}
    assert {tag["name"] for tag in document["tags"]} == used
    assert all(tag["description"] for tag in document["tags"])


def test_the_description_says_where_it_is_served() -> None:
    settings = Settings(
        database_url="postgresql://nowhere", secret_key=SECRET_KEY, public_url="https://replies.example.test/"
    )
    assert [server["url"] for server in create_app(settings).openapi()["servers"]] == ["https://replies.example.test"]


def test_each_refusal_that_asks_to_wait_says_so_in_its_headers(operations: list[Operation]) -> None:
    for operation in operations:
        for status, answer in operation.said["responses"].items():
            assert ("Retry-After" in answer["headers"]) >= (status in {"429", "503"}), (operation.name, status)
