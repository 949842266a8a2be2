import traceback

import pytest

from app.domain.errors import InvalidTemplate, UnknownMergeTag
from app.domain.text.liquid_template import MERGE_TAGS
from app.domain.text.message import MAX_MESSAGE_BYTES, Unresolved, compile_message
from tests.domain.texts import render, rendered

SECRET = "the customer's affairs"


@pytest.mark.parametrize("tag", MERGE_TAGS)
def test_every_merge_tag_is_known_in_every_place(tag: str) -> None:
    tag = tag.replace("*", "plan")
    text = f"{{{{ {tag} | append: {tag} }}}}{{% if {tag} == 'x' and {tag} %}}{{% case {tag} %}}{{% when {tag} %}}a"

    assert compile_message(text + "{% endcase %}{% endif %}", None).tags == {tag}


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact['name'] }}",
        '{{ contact["name"] }}',
        "{{ ['contact'].name }}",
        "{{ ['contact']['name'] }}",
        "{{-contact.name-}}",
        "{%\nif contact.name\n-%} x {%-endif%}",
    ],
)
def test_other_spellings_are_the_same_tag(text: str) -> None:
    assert compile_message(text, None).tags == {"contact.name"}


def test_a_custom_field_may_have_any_name() -> None:
    text = "{{ contact.custom_fields['a b'] }}{{ conversation.custom_fields.größe }}"

    values = {"contact": {"custom_fields": {"a b": "1"}}, "conversation": {"custom_fields": {"größe": "2"}}}
    assert compile_message(text, "<p>{{ agent.name }}</p>").tags == {
        "contact.custom_fields['a b']",
        "conversation.custom_fields.größe",
        "agent.name",
    }
    assert rendered(text, values) == "12"
    assert render(text, {}) == Unresolved(("contact.custom_fields['a b']", "conversation.custom_fields.größe"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ name }}", "name"),
        ("{{ contact }}", "contact"),
        ("{{ contact.nam }}", "contact.nam"),
        ("{{ contact.phone }}", "contact.phone"),
        ("{{ contact['nam'] }}", "contact.nam"),
        ("{{ contact.name.size }}", "contact.name.size"),
        ("{{ contact.name? }}", "contact['name?']"),
        ("{{ contact.custom_fields }}", "contact.custom_fields"),
        ("{{ contact.custom_fields[0] }}", "contact.custom_fields[0]"),
        ("{{ contact.custom_fields.a.b }}", "contact.custom_fields.a.b"),
        ("{{ contact.custom_fields[agent.name] }}", "contact.custom_fields[agent.name]"),
        ("{{ contact[agent.name] }}", "contact[agent.name]"),
        ("{{ agent.custom_fields.x }}", "agent.custom_fields.x"),
        ("{{ now }}", "now"),
        ("{{ 'x' | append: nam }}", "nam"),
        ("{{ 'x' | default: 'y', allow_false: nam }}", "nam"),
        ("{% if nam == 1 %}{% endif %}", "nam"),
        ("{% if contact.name or 'a' contains nam %}{% endif %}", "nam"),
        ("{% if contact.name %}{% elsif nam %}{% endif %}", "nam"),
        ("{% unless nam %}{% endunless %}", "nam"),
        ("{% unless contact.name %}{% else %}{{ nam }}{% endunless %}", "nam"),
        ("{% case nam %}{% when 'a' %}{% endcase %}", "nam"),
        ("{% case contact.name %}{% when 'a', nam %}{% endcase %}", "nam"),
        ("{% case contact.name %}{% when 'a' %}{{ nam }}{% endcase %}", "nam"),
        ("{% case contact.name %}{% else %}{{ nam }}{% endcase %}", "nam"),
    ],
)
def test_any_other_name_is_refused_wherever_it_stands(text: str, name: str) -> None:
    with pytest.raises(UnknownMergeTag, match=r"contact\.custom_fields\.\*") as refusal:
        compile_message(text, None)

    assert f": {name} is not a merge tag" in refusal.value.detail
    assert [fault.code for fault in refusal.value.faults] == ["unknown_merge_tag"]


def test_each_unknown_tag_is_named_once_with_its_place() -> None:
    with pytest.raises(UnknownMergeTag) as refusal:
        compile_message("Hello", "<p>\n  {{ foo }} {{ bar }} {{ foo }}</p>")

    assert [(fault.pointer, fault.detail) for fault in refusal.value.faults] == [
        ("/message/html", "line 2, column 6: foo is not a merge tag."),
        ("/message/html", "line 2, column 16: bar is not a merge tag."),
    ]


def test_an_answer_to_many_unknown_tags_stays_short() -> None:
    with pytest.raises(UnknownMergeTag) as refusal:
        compile_message("".join(f"{{{{ x{number} }}}}" for number in range(1_000)), None)

    assert len(refusal.value.faults) == 20
    assert len(refusal.value.detail) < 2_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hi {{ contact.name", "line 1, column 4: '{{' is never closed"),
        ("Hi\n\n{{ contact.name }", "line 3, column 1: '{{' is never closed"),
        ("100 {% off", "line 1, column 5: '{%' is never closed"),
        (
            "{{ contact.name Hello {{ agent.name }}",
            "line 1, column 1: '{{' is not closed before the next one opens",
        ),
        ("{{ contact.name {% if agent.name %}}}", "line 1, column 1: '{{' is not closed before the next one opens"),
        ("{{ '{{' }}", "line 1, column 1: '{{' is not closed before the next one opens"),
        ("{{ }}", "line 1, column 1: there is nothing between '{{' and '}}'"),
        ("{%- -%}", "line 1, column 1: there is nothing between '{%' and '%}'"),
        ("{{" + " " * 80 + "x }}", "line 1, column 1: there is too much empty space between '{{' and '}}'"),
        (
            "{{ '" + "x" * 1_000 + "' }}",
            "line 1, column 1: there are more than 1000 characters between '{{' and '}}'",
        ),
        ("{{{ contact.name }}}", "line 1, column 3: unexpected '{'"),
        ("{{ contact.name | }}", "line 1, column 21: expected word, found end of expression"),
        ("{{ contact.name | shout }}", "line 1, column 19: there is no filter 'shout'"),
        ("{{ contact.name | safe }}", "line 1, column 19: there is no filter 'safe'"),
        ("{{ contact.name | date }}", "line 1, column 19: filter 'date': missing a required argument: 'fmt'"),
        ("{{ 'x' | upcase: 1 }}", "line 1, column 10: filter 'upcase': too many positional arguments"),
        ("{{ 'x' | size: a: 1 }}", "line 1, column 10: filter 'size': got an unexpected keyword argument 'a'"),
        ("{{ (1..9) | join }}", "line 1, column 4: a range has no place in a message"),
        ("{{ 'x' | append: (1..9) }}", "line 1, column 18: a range has no place in a message"),
        ("{{ contact.first name }}", "line 1, column 18: expected end of expression, found word"),
        ("{{ contact.name if true }}", "line 1, column 17: disallowed ternary expression"),
        ("{% if %}x{% endif %}", "line 1, column 4: missing expression"),
        (
            "{% if contact.name agent.name %}{% endif %}",
            "line 1, column 20: expected end of expression, found word",
        ),
        ("\n{% if contact.name %}x", "line 2, column 23: expected tag endif, found end of expression"),
        (
            "{% if contact.name %}{% else %}{% else %}{% endif %}",
            "line 1, column 35: expected tag endif, found tag",
        ),
        (
            "{% unless contact.name %}{% else x %}{% endunless %}",
            "line 1, column 34: found an 'else' tag expression, did you mean 'elsif'?",
        ),
        ("{% case contact.name %}{% when 'a' and 'b' %}{% endcase %}", "line 1, column 36: unexpected token and"),
        ("{% else %}", "line 1, column 4: unexpected tag 'else'"),
        ("{% if contact.name %}" * 21, "line 1, column 442: block nesting limit reached"),
    ],
)
def test_what_is_not_valid_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(InvalidTemplate) as refusal:
        compile_message(text, None)

    assert refusal.value.detail == f"The message is not valid Liquid: {problem}."
    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [("/message/text", "invalid_template")]


@pytest.mark.parametrize(
    ("tag", "rest"),
    [
        ("assign", " x = 1 %}"),
        ("capture", " x %}{% endcapture %}"),
        ("for", " x in y %}{% endfor %}"),
        ("tablerow", " x in y %}{% endtablerow %}"),
        ("break", " %}"),
        ("include", " 'x' %}"),
        ("render", " 'x' %}"),
        ("cycle", " 'a', 'b' %}"),
        ("increment", " x %}"),
        ("decrement", " x %}"),
        ("ifchanged", " %}{% endifchanged %}"),
        ("echo", " 'x' %}"),
        ("liquid", " echo 'x' %}"),
        ("raw", " %}{{ contact.name }}{% endraw %}"),
        ("comment", " %}{% endcomment %}"),
        ("doc", " %}{% enddoc %}"),
        ("#", " a note %}"),
        ("foo", " %}"),
    ],
)
def test_all_other_tags_are_refused(tag: str, rest: str) -> None:
    with pytest.raises(InvalidTemplate, match=f"line 1, column 6: there is no tag '{tag}'"):
        compile_message(f"Hello{{%-  {tag}{rest}", None)


def test_a_fault_in_the_html_points_there_and_quotes_nothing_in_its_trace() -> None:
    with pytest.raises(InvalidTemplate) as refusal:
        compile_message("Hello", f"<p>{SECRET} {{{{ | }}}}</p>")

    assert [fault.pointer for fault in refusal.value.faults] == ["/message/html"]
    assert SECRET not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["{{", "{%", "{{ }}", "{% raw %}", "{% endif" + " " * 79 + "%}", "{{ " + "(" * 900 + " }}", "{{ " + "[" * 900],
)
def test_no_template_takes_long_to_refuse(piece: str) -> None:
    with pytest.raises(InvalidTemplate):
        compile_message(piece * (MAX_MESSAGE_BYTES // len(piece)), None)


def test_a_message_asked_for_again_is_not_compiled_again() -> None:
    assert compile_message("Hi {{ agent.name }}", None) is compile_message("Hi {{ agent.name }}", None)


@pytest.mark.parametrize(
    "link",
    [
        "%7B%7Bcontact.custom_fields.order%7D%7D",
        "%7b%7b contact.name %7d%7d",
        "%7B%7B%20contact.name%20%7C%20upcase%20%7D%7D",
        "%257B%257Bcontact.name%257D%257D",
        "%7B{contact.name}%7D",
        "%7B%7Bfirst_name%7D%7D",
        "%7B%25 if contact.name %25%7D",
        "%7B%7Bcontact.name}}",
        "{{contact.name%7D%7D",
    ],
)
@pytest.mark.parametrize("part", ["text", "html"])
def test_a_merge_tag_with_encoded_braces_is_refused_with_its_place(link: str, part: str) -> None:
    written = f'<a href="https://shop.example/{link}">x</a>'
    with pytest.raises(InvalidTemplate, match="line 1, column 31: a merge tag whose braces are encoded") as refusal:
        compile_message(written if part == "text" else "Hi", written if part == "html" else None)

    assert [fault.pointer for fault in refusal.value.faults] == [f"/message/{part}"]


@pytest.mark.parametrize("tag", ["&#123;&#123;contact.name&#125;&#125;", "&lbrace;&lcub; agent.name &#x7D;&#x7d;"])
def test_braces_that_html_encodes_are_refused_there_alone(tag: str) -> None:
    with pytest.raises(InvalidTemplate, match="braces are encoded"):
        compile_message("Hi", f"<p>{tag}</p>")
    assert rendered(tag) == tag


@pytest.mark.parametrize(
    "between", ["<b>", "</span><span class='x'>", "<!-- -->", "\u200b", "\u00ad", "&#8203;", "&zwnj;", "&#xFEFF;"]
)
def test_braces_that_look_as_if_they_were_together_are_refused(between: str) -> None:
    with pytest.raises(InvalidTemplate, match="encoded or apart"):
        compile_message("Hi", f"<p>{{{between}{{ contact.name }}}}</p>")
    if not between.startswith(("<", "&")):
        with pytest.raises(InvalidTemplate, match="encoded or apart"):
            compile_message(f"Hi {{{between}{{contact.name}}}}", None)


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize(
    "tag",
    [
        *("｛｛contact.name｝｝", "{{contact.name｝｝", "{ {contact.name} }", "{\u00a0{ contact.name }\u00a0}"),
        *("\\{\\{contact.name\\}\\}", "｛% if contact.name %｝", "{ \u200b{tenant.name}}"),
    ],
)
def test_wide_braces_and_such_with_spaces_around_a_known_name_are_refused(tag: str, part: str) -> None:
    with pytest.raises(InvalidTemplate, match="encoded or apart"):
        compile_message(tag if part == "text" else "Hi", tag if part == "html" else None)


@pytest.mark.parametrize("tag", ["{&nbsp;{contact.name}}", "&amp;#123;&amp;#123;contact.name&amp;#125;&amp;#125;"])
def test_braces_that_an_editor_has_encoded_twice_are_refused(tag: str) -> None:
    with pytest.raises(InvalidTemplate, match="encoded or apart"):
        compile_message("Hi", tag)


@pytest.mark.parametrize(
    "html", ["<p>｛a｝</p>", "<p>{ {a.b} }</p>", "<p>{<b>a</b>}</p>", "<p>{</p><p>}</p>", "<p>{ { a } }</p>"]
)
def test_other_braces_stay(html: str) -> None:
    assert compile_message("Hi", html)


@pytest.mark.parametrize("link", ["https://x.test/?q=%7B%22a%22%3A1%7D", "https://x.test/%7Bid%7D", "100%7D"])
def test_other_encoded_braces_are_no_merge_tag(link: str) -> None:
    assert rendered(link) == link


@pytest.mark.parametrize("tag", MERGE_TAGS)
def test_a_merge_tag_within_a_link_is_still_one(tag: str) -> None:
    link = f"https://x.test/{{{{ {tag.replace('*', 'plan')} }}}}?a=%7B1%7D"

    assert compile_message(link, f"<a href='{link}'>x</a>").tags
