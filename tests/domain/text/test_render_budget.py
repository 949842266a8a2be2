"""What one recipient's message may cost: whatever an agent writes ends soon, and says where it was too much."""

import pytest

from app.domain.errors import InvalidTemplate
from app.domain.text.approved_templates import read_template
from app.domain.text.message import OnUnresolved, Rendered, Unresolved, compile_message
from app.domain.text.render_budget import Budget
from tests.domain.texts import VALUES, contact, field, render, rendered

LONG = "ab " * 30_000
HOSTILE_FILTERS = [
    "{{ contact.custom_fields.x | split: '' | sort | uniq | size }}",
    "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaa'" * 6 + " | split: '' | sort | uniq | size }}",
    "{{ contact.custom_fields.x" + " | strip_html" * 30 + " }}",
    "{{ contact.custom_fields.x | date: '%Y' }}" * 100,
    "{{ '1' | date: '" + "%c" * 400 + "' }}" * 100,
    "{{ contact.custom_fields.x | split: '' | concat: contact.custom_fields.x" + " | reverse" * 60 + " | size }}",
    "{{ contact.custom_fields.x" + " | escape_once | squish | newline_to_br | url_encode | url_decode" * 15 + " }}",
    "{{ contact.custom_fields.x" + " | replace: 'b', 'a'" * 40 + " | size }}" * 1,
    "{{ contact.custom_fields.x" + " | sort_natural | sum | truncatewords: 9999" * 20 + " }}",
    "{% if contact.custom_fields.x contains contact.custom_fields.x %}x{% endif %}" * 400,
    "{{ contact.custom_fields.x | size }}" * 900,
    "{{ 9 | times: '" + "9" * 500 + "'" + " | times: 999999999999" * 18 + " }}",
]


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "value", [LONG, "<" * 90_000, "<!--" * 20_000, "&" * 90_000, list("ab" * 40_000)], ids=lambda value: str(value[:3])
)
@pytest.mark.parametrize("text", HOSTILE_FILTERS, ids=lambda text: str(text[:60]))
def test_no_filter_takes_long_whatever_the_value_is(text: str, value: object) -> None:
    result = compile_message(text, None).render(field(value), OnUnresolved.BLANK)

    assert isinstance(result, Rendered) or result.problem is not None


def test_a_message_that_takes_too_much_work_says_where() -> None:
    text = "Hi\n{{ contact.custom_fields.x | size }}\n {{ contact.custom_fields.x" + " | squish" * 30 + " }}"
    unresolved = render(text, field(LONG))

    assert isinstance(unresolved, Unresolved)
    assert unresolved.detail == (
        "In the text, line 3, column 2: the message takes too much work from here on; shorten it or its filters."
    )


def test_lists_within_a_list_count_as_well() -> None:
    unresolved = render("{{ contact.custom_fields.x | size }}" * 900, field([["a"] * 990]))

    assert isinstance(unresolved, Unresolved)
    assert "takes too much work" in unresolved.detail


def test_text_and_html_share_one_budget() -> None:
    part = "{{ contact.custom_fields.x" + " | squish" * 2 + " | size }}"
    both = compile_message(part, part).render(field("a" * 14_000), OnUnresolved.SKIP)
    alone = compile_message(part, None).render(field("a" * 14_000), OnUnresolved.SKIP)

    assert isinstance(alone, Rendered)
    assert isinstance(both, Unresolved)


def test_the_same_message_ends_the_same_way_each_time() -> None:
    left = set()
    for _ in range(3):
        budget = Budget()
        compile_message("{{ contact.name | upcase }}", None).render(VALUES, OnUnresolved.SKIP, budget)
        left.add(budget.left)

    assert len(left) == 1


@pytest.mark.parametrize(
    ("text", "html", "pointer", "problem"),
    [
        ("{{ 'ab'" + " | replace: 'a', 'aaaaaaaaaa'" * 9 + " }}", None, "text", "line 1, column 1: a value grows"),
        ("{{ contact.name }}" * 1_001, None, "text", "line 1, column 18001: there are more than 1000 tags"),
        ("{% if " + "1 == 1 or " * 90 + "1 == 1 %}x{% endif %}", None, "text", None),
        (("{% if " + "1 == 1 or " * 90 + "1 == 1 %}x{% endif %}") * 12, None, "text", "more than 2000 filters"),
        ("Hi", "<div>" * 201, "html", "line 1, column 1001: the HTML is nested more than 200 elements deep"),
        ("Hi", "{% if contact.name %}{% else %}" + "<b><i>" * 200 + "{% endif %}", "html", "nested more than 200"),
        ("Hi", "<p " + "a=b " * 500 + ">", "html", "line 1, column 1: the element has more than 200 attributes"),
        ("Hi", "&" * 30_000, "html", "too many elements and characters"),
    ],
)
def test_what_is_too_much_for_anybody_is_refused_with_its_place(
    text: str, html: str | None, pointer: str, problem: str | None
) -> None:
    if problem is None:
        compile_message(text, html).refuse_excess()
        return
    with pytest.raises(InvalidTemplate) as refusal:
        compile_message(text, html).refuse_excess()

    assert problem in (refusal.value.detail or "")
    assert [fault.pointer for fault in refusal.value.faults] == [f"/message/{pointer}"]


def test_parameters_of_a_template_share_one_budget_and_are_refused_as_well() -> None:
    heavy = "{{ contact.custom_fields.x" + " | squish" * 3 + " | size }}"
    template = read_template({"name": "t", "language": "en", "body_parameters": [heavy] * 3})

    assert template is not None
    assert isinstance(template.fill(field("a" * 9_000), OnUnresolved.SKIP), Unresolved)
    with pytest.raises(InvalidTemplate):
        read_template(
            {"name": "t", "language": "en", "body_parameters": ["{{ 'a'" + " | replace: 'a', 'aaaaaaaaa'" * 9 + " }}"]}
        )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ 'b,a,b,a,c' | split: ',' | uniq | join }}", "b a c"),
        ("{{ contact.custom_fields.x | uniq }}", "1, 2, a"),
        ("{{ '<b>Hi</b> <!-- x > y -->you<script>z</script><style>z</style>' | strip_html }}", "Hi you"),
        ("{{ 'a < b' | strip_html }}", "a < b"),
        ("{{ '<b' | strip_html }}", "<b"),
        ("{{ '2026-03-01' | date: '%d.%m.%Y' }}", "01.03.2026"),
        ("{{ 'soon' | date: '%Y' }}", "soon"),
    ],
)
def test_filters_of_our_own_do_what_liquids_do(text: str, expected: str) -> None:
    assert rendered(text, field([1, 1.0, 2, "a", "a"])) == expected


def test_a_long_text_is_no_date() -> None:
    assert rendered("{{ contact.name | date: '%Y' }}", contact(name="1 " * 200)) == "1 " * 200
