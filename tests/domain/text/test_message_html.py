import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text.message import OnUnresolved, Rendered, Unresolved, compile_message
from tests.domain.texts import VALUES, rendered_html


def test_is_rendered_beside_the_text() -> None:
    message = compile_message("Hi {{ contact.first_name }}", "<p>Hello <b>{{ contact.first_name }}</b></p>")

    assert message.render(VALUES, OnUnresolved.SKIP) == Rendered("Hi Ann", "<p>Hello <b>Ann</b></p>")


def test_counts_for_what_is_unresolved() -> None:
    message = compile_message("Hi {{ contact.name }}", "{{ contact.name }} {{ agent.name }}")

    assert message.render({}, OnUnresolved.SKIP) == Unresolved(("contact.name", "agent.name"))


def test_a_value_that_does_not_fit_is_told() -> None:
    unresolved = compile_message("Hi", "{{ contact.name | divided_by: 0 }}").render(VALUES, OnUnresolved.BLANK)

    assert isinstance(unresolved, Unresolved)
    assert unresolved.detail == "In the HTML, line 1, column 1: a value does not fit what the message does with it."


@pytest.mark.parametrize("html", ["{{ '' }}", "<script>x</script>", "<!-- x -->"])
def test_is_none_where_nothing_is_left_of_it(html: str) -> None:
    assert rendered_html(html) is None


@pytest.mark.parametrize(
    "output",
    [
        "{{ contact.name }}",
        "{{ contact.name | append: '' }}",
        "{{ '' | append: contact.name }}",
        "{{ contact.name | escape }}",
        "{{ contact.name | escape_once }}",
        "{{ contact.name | split: '' | join: '' }}",
        "{{ nil | default: contact.name }}",
        "{{ contact.name | url_encode | url_decode }}",
        "{{ contact.name | base64_encode | base64_decode }}",
    ],
)
def test_a_value_stays_text(output: str) -> None:
    html = rendered_html(f"<p>{output}</p>", name="<b onclick=x>A</b> & {{ x }}")

    assert html == "<p>&lt;b onclick=x&gt;A&lt;/b&gt; &amp; {{ x }}</p>"


@pytest.mark.parametrize("quote", ["'", '"', ""])
@pytest.mark.parametrize(
    "name",
    [
        "javascript:alert(1)",
        "java\x01script:alert(1)",
        "java\tscript:alert(1)",
        " JavaScript:alert(1)",
        "java&#1;script:alert(1)",
        "data:text/html,x",
        "/relative",
        "//example.test/",
        "x' onmouseover='alert(1)",
        'x" onmouseover="alert(1)',
        "x onmouseover=alert(1)",
    ],
)
def test_a_value_in_a_link_cannot_run_anything(name: str, quote: str) -> None:
    html = rendered_html(f"<a href={quote}{{{{ contact.name }}}}{quote}>x</a>", name)

    assert html == '<a rel="noopener noreferrer">x</a>'


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        (
            "<a href='https://x.test/?q={{ contact.name }}'>x</a>",
            '<a href="https://x.test/?q=Ann" rel="noopener noreferrer">x</a>',
        ),
        (
            "<a href='mailto:a@b.test' target=_top>x</a>",
            '<a href="mailto:a@b.test" rel="noopener noreferrer">x</a>',
        ),
        ("<a href='java&#1;script:x'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        ("<a href='ftp://x.test'>x</a>", '<a rel="noopener noreferrer">x</a>'),
        ("<img src='https://x.test/a.png' onerror='x' alt='y'>", '<img src="https://x.test/a.png" alt="y">'),
        ("a<script>x</script><style>x</style><iframe>x</iframe><title>x</title>b", "ab"),
        ("<html><head></head><body onload='x'><p>a</p></body></html>", "<p>a</p>"),
        (
            "<p style='color: red; position: fixed; display: none' class='c' id='i'>a</p>",
            '<p style="color:red">a</p>',
        ),
        ("<form action='https://x.test'><input name='a'><b>x</b></form>", "<b>x</b>"),
        ("<!-- x -->a&#1;\r\nb", "a\nb"),
        ("<p>a", "<p>a</p>"),
    ],
)
def test_is_made_harmless(html: str, clean: str) -> None:
    assert rendered_html(html) == clean


@given(st.text())
def test_no_value_adds_an_element(value: str) -> None:
    html = rendered_html("<p>{{ contact.name | default: 'x' }}</p>", value)

    assert html is not None
    assert html.startswith("<p>")
    assert html.count("<") == 2
