from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import InvalidTemplate, UnknownMergeTag
from app.domain.text.message import OnUnresolved, Rendered, Unresolved, compile_message
from tests.domain.texts import VALUES, contact, field, render, rendered


def test_fills_in_every_kind_of_value() -> None:
    text = "{{ contact.name }}, {{ conversation.human_id }}/{{ conversation.custom_fields.order }} ({{ agent.email }})"

    assert rendered(text) == "Ann Lee, SUP-1/7 (bo@example.test)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1.5, "1.5"), (False, "false"), (["a", None, True, 2, {}], "a, true, 2"), (" a ", " a ")],
)
def test_shows_values_as_people_write_them(value: object, text: str) -> None:
    assert rendered("<{{ contact.custom_fields.x }}>", field(value)) == f"<{text}>"


@pytest.mark.parametrize("value", [None, "", " \n\N{NO-BREAK SPACE}", "\x00", [], [None, ""], {}, {"a": 1}])
def test_a_blank_value_is_unresolved(value: object) -> None:
    assert render("{{ contact.custom_fields.x }}", field(value)) == Unresolved(("contact.custom_fields.x",))


@pytest.mark.parametrize("values", [{}, {"contact": None}, {"contact": "Ann"}, {"contact": []}, {"contact": {}}])
def test_a_missing_value_is_unresolved_however_it_is_missing(values: Mapping[str, Any]) -> None:
    assert render("Hi {{ contact.name }}", values) == Unresolved(("contact.name",))


@pytest.mark.parametrize("name", ["size", "first", "last"])
def test_a_custom_field_named_like_a_property_is_still_a_field(name: str) -> None:
    text = f"{{{{ contact.custom_fields.{name} }}}}"

    assert rendered(text, contact(custom_fields={name: "XL"})) == "XL"
    assert render(text, contact(custom_fields={"a": "b"})) == Unresolved((f"contact.custom_fields.{name}",))


def test_names_every_unresolved_tag_once_in_order() -> None:
    unresolved = render("{{ agent.name }} {{ contact.name }} {{ agent.name | upcase }}", {})

    assert unresolved == Unresolved(("agent.name", "contact.name"))
    assert unresolved.detail == "No value for agent.name, contact.name."


def test_blank_leaves_the_whole_output_empty() -> None:
    text = "Hi {{ contact.first_name | prepend: 'dear ' }}!"

    assert rendered(text, {}, OnUnresolved.BLANK) == "Hi !"


@pytest.mark.parametrize("on_unresolved", OnUnresolved)
@pytest.mark.parametrize(
    "text", ["{% if contact.name %}Hi{% endif %}", "{{ '' }}\n", "{{ contact.name | default: ' ' }}"]
)
def test_a_message_of_which_nothing_is_left_is_not_sent(text: str, on_unresolved: OnUnresolved) -> None:
    unresolved = render(text, {}, on_unresolved)

    assert unresolved == Unresolved((), "Nothing is left of the text for this recipient.")


@pytest.mark.parametrize(
    ("text", "fields", "expected"),
    [
        ("{{ contact.first_name | default: 'there' }}", {}, "there"),
        ("{{ contact.first_name | default: 'there' }}", {"first_name": None}, "there"),
        ("{{ contact.first_name | default: 'there' }}", {"first_name": "  "}, "there"),
        ("{{ contact.first_name | default: 'there' }}", {"first_name": "Ann"}, "Ann"),
        ("<{{ contact.first_name | default: '' }}>", {}, "<>"),
        ("{{ contact.first_name | default: contact.name }}", {"name": "Ann Lee"}, "Ann Lee"),
        ("{{ contact.first_name | default: contact.name }}", {"first_name": "Ann"}, "Ann"),
        ("{{ contact.first_name | upcase | default: 'there' }}", {}, "there"),
        ("{{ contact.first_name | prepend: 'Dear ' | default: 'Hello' }}", {}, "Hello"),
        ("{{ contact.first_name | append: contact.name | default: 'you' }}", {"first_name": "Ann"}, "you"),
        ("{{ contact.first_name | slice: contact.name | default: 'you' }}", {"first_name": "Ann"}, "you"),
        ("{{ contact.first_name | default: 'there' | upcase }}", {}, "THERE"),
        ("{{ contact.first_name | remove: 'Ann' | default: 'you' }}", {"first_name": "Ann"}, "you"),
        ("{{ contact.first_name | default: 'no', allow_false: true }}", {"first_name": False}, "false"),
        ("{{ contact.first_name | default: contact.name | default: 'you' }}", {}, "you"),
    ],
)
def test_default_steps_in_for_what_is_lacking(text: str, fields: dict[str, object], expected: str) -> None:
    assert rendered(text, contact(**fields)) == expected


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("{{ contact.first_name | default: contact.name }}", ("contact.first_name", "contact.name")),
        ("{{ agent.name | append: contact.name }}", ("contact.name",)),
        ("{{ contact.name | size }}", ("contact.name",)),
        ("{{ contact.name | default: 'you' | append: contact.email }}", ("contact.email",)),
    ],
)
def test_without_a_default_that_has_a_value_it_is_unresolved(text: str, tags: tuple[str, ...]) -> None:
    assert render(text, {"agent": {"name": "Bo"}}) == Unresolved(tags)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("contact.name", False),
        ("contact.name == nil", True),
        ("contact.name == ''", True),
        ("contact.name == ' '", True),
        ("contact.name == blank", True),
        ("contact.name == empty", True),
        ("'' != contact.name", False),
        ("contact.name contains 'x'", False),
        ("contact.name > 3", False),
        ("agent.name != ''", True),
        ("agent.name == blank", False),
        ("agent.name == 'Bo' and contact.name", False),
        ("agent.name == 'Bo' or contact.name", True),
    ],
)
@pytest.mark.parametrize("fields", [{}, {"name": None}, {"name": " "}])
def test_in_a_condition_a_blank_value_is_nil(condition: str, holds: bool, fields: dict[str, Any]) -> None:
    text = f"{{% if {condition} %}}yes{{% else %}}no{{% endif %}}"

    assert rendered(text, {"contact": fields, "agent": {"name": "Bo"}}) == ("yes" if holds else "no")


def test_a_branch_that_is_not_taken_lacks_nothing() -> None:
    branches = "{% if contact.name %}{{ contact.name }}{% elsif agent.name %}Hi{% else %}{{ tenant.name }}{% endif %}"

    assert rendered(branches, {"agent": {"name": "Bo"}}) == "Hi"
    assert rendered("{% if contact.name %}Hi{% endif %}{{ agent.name }}", {"agent": {"name": "Bo"}}) == "Bo"
    assert rendered("{% unless contact.name %}Hi{% else %}{{ agent.name }}{% endunless %}", {}) == "Hi"


@pytest.mark.parametrize(
    ("value", "expected"), [("a", "one"), ("b", "one"), ("c", "two"), ("", "none"), ("d", "other")]
)
def test_a_case_shows_the_block_of_its_value_once(value: str, expected: str) -> None:
    text = (
        "{% case contact.custom_fields.x %}{% when 'a', 'b', 'a' %}one{% when 'c' or 'e' %}two"
        "{% when blank %}none{% else %}other{% endcase %}"
    )

    assert rendered(text, field(value)) == expected


@pytest.mark.parametrize(
    ("text", "value", "place"),
    [
        ("Hi\n {{ contact.custom_fields.x | divided_by: 0 }}", 1, "line 2, column 2"),
        ("{{ contact.custom_fields.x | date: '%Y' }}", "²", "line 1, column 1"),
        ("{{ contact.custom_fields.x | base64_decode }}", "gIA=", "line 1, column 1"),
        ("{{ contact.custom_fields.x | times: contact.custom_fields.x }}", "9" * 4_000, "line 1, column 1"),
        ("{% if contact.custom_fields.x > 3 %}Hi{% endif %}", "4", "line 1, column 31"),
    ],
)
@pytest.mark.parametrize("on_unresolved", OnUnresolved)
def test_a_value_that_does_not_fit_is_told_and_ends_no_batch(
    text: str, value: object, place: str, on_unresolved: OnUnresolved
) -> None:
    unresolved = render(text, field(value), on_unresolved)

    assert isinstance(unresolved, Unresolved)
    assert unresolved.detail == f"In the text, {place}: a value does not fit what the message does with it."


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 30 + " }}",
        "{{ 'aaaaaaaaaa'" + " | replace: '', 'aaaaaaaaaa'" * 30 + " }}",
        "{{ 'aaaaaaaaaa'" + " | base64_encode" * 60 + " }}",
        "{{ contact.custom_fields.x | split: '' | join: '" + "a" * 900 + "' }}",
    ],
)
def test_no_filter_grows_a_value_without_end(text: str) -> None:
    unresolved = render(text, field("a" * 90_000))

    assert isinstance(unresolved, Unresolved)
    assert unresolved.problem is not None


def test_values_may_be_joined_and_replaced_within_reason() -> None:
    text = "{{ contact.custom_fields.x | join: '; ' | replace: 'a', 'b' }}{{ 'x' | join: ', ' }}"

    assert rendered(text, field(["a", "c"])) == "b; cx"


def test_a_message_that_grows_beyond_all_bounds_is_told() -> None:
    unresolved = render("{{ contact.custom_fields.x }}" * 3, field("a" * 90_000))

    assert isinstance(unresolved, Unresolved)
    assert unresolved.detail == "In the text, line 1, column 59: the message grows beyond 200 kB."


@pytest.mark.timeout(20)
def test_nested_cases_do_not_multiply() -> None:
    text = ("{% case 1 %}{% when " + "1," * 100 + "1 %}") * 10 + "x" + "{% endcase %}" * 10

    assert rendered(text) == "x"


def test_control_characters_do_not_get_through() -> None:
    assert rendered("{{ contact.name }}", contact(name="a\x00b\r\nc\rd\te\x85\ud800f")) == "ab\nc\nd\tef"
    assert rendered("{{ contact.name | url_decode }}", contact(name="a%00b%0D%0Ac")) == "ab\nc"
    assert rendered("a\x00\r\nb") == "a\nb"


@given(st.text())
def test_a_value_is_put_in_as_it_is_and_never_read_as_a_template(value: str) -> None:
    text = "Hi {{ contact.name | default: 'you' }}, {{ contact.name | default: 'you' }}!"
    name = "".join(character for character in value if character.isprintable())

    shown = name if name.strip() else "you"
    assert rendered(text, contact(name=name)) == f"Hi {shown}, {shown}!"


@given(
    st.lists(
        st.sampled_from(
            [
                "{{ agent.name }}",
                "{{",
                "}}",
                "{%",
                "%}",
                "{",
                "}",
                "%",
                "{{ contact.name }}",
                "{% raw %}",
                "-",
                " ",
                "|",
            ]
        )
    ).map("".join)
)
def test_markup_in_a_value_stays_text(value: str) -> None:
    name = f"<{value}>"

    assert rendered("Hi {{ contact.name }}{{ contact.name | append: '' }}", contact(name=name)) == f"Hi {name}{name}"


@given(st.lists(st.sampled_from(["{{", "}}", "{%", "%}", "{", "}", "-", " ", "if", "endif", "agent.name", "x\n", "'"])))
def test_no_markup_of_ours_reaches_a_customer(pieces: list[str]) -> None:
    try:
        message = compile_message("Hi" + "".join(pieces), None)
    except (InvalidTemplate, UnknownMergeTag):
        return
    result = message.render(VALUES, OnUnresolved.SKIP)

    assert isinstance(result, Rendered)
    assert "{%" not in result.text
    assert "{{" not in result.text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_no_value_makes_rendering_raise(value: object) -> None:
    text = "".join(
        f"{{{{ contact.custom_fields.x | {step} }}}}"
        for step in (
            "date: '%Y'",
            "plus: 1",
            "round: 2",
            "first",
            "sort",
            "base64_decode",
            "truncate: 3",
            "sum",
            "abs",
        )
    )

    assert isinstance(render(text, field(value)), Rendered | Unresolved)
