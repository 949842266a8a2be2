"""How deep and how heavy HTML may be, and what it is made harmless of."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.text.html_weight import MAX_DEPTH, TooHeavy, check_weight
from app.domain.text.message import OnUnresolved, Unresolved, compile_message
from app.domain.text.sanitising import sanitised
from tests.domain.texts import VALUES, rendered_html

SIZE = 99_000


@pytest.mark.parametrize(
    "html",
    [
        "<p>a" * 5_000,
        "<ul>" + "<li>x" * 5_000,
        "<table>" + "<tr><td>a<td><p>b" * 3_000,
        "<table><tr><td><font color=red><b>x</b></font></td></tr></table>" * 1_200,
        "<div><p>x</p></div>" * 4_000,
        "&nbsp;" * 10_000,
        "<!-- <div> -->" * 4_000,
        '<a title="<b><b>">x</a>' * 1_000,
        "<div>" * MAX_DEPTH,
    ],
)
def test_what_people_send_is_light(html: str) -> None:
    check_weight(html)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<table>",
        "<b><i>",
        "<a href=x><div>",
        "<li><dd>",
        "<DIV\n>",
        "<svg><g>",
        "<x-y>",
        '<p title="x" ',
        "<a href='",
        "&",
        "&#",
        "<b><p></b>",
        "<object><b class=1></object></b>",
        '<b a="></b>">',
        "<b><!-- </b> -->",
        "<b><textarea></b></textarea>",
    ],
)
def test_what_multiplies_is_refused(piece: str) -> None:
    with pytest.raises(TooHeavy):
        check_weight(piece * (SIZE // len(piece)))


def test_formatting_that_is_left_open_is_counted_for_each_block_that_follows() -> None:
    left_open = "".join(f"<b class=c{number}>" for number in range(100))
    with pytest.raises(TooHeavy):
        check_weight(f"<div>{left_open}</div>" + "<div>x</div>" * 8_000)


PIECES = ("<div>", "</div>", "<b>", "</b>", "<p>", "</p>", "<a>", "</a>", "<td>", "<table>", "</table>", "x", "<li>")


@given(st.lists(st.sampled_from(PIECES)))
def test_the_parser_never_makes_more_elements_of_it_than_was_counted(pieces: list[str]) -> None:
    html = "".join(pieces) * 20
    try:
        check_weight(html)
    except TooHeavy:
        return
    assert nh3.clean(html).count("<") < 60_000


def test_too_heavy_for_one_recipient_is_their_own_matter() -> None:
    message = compile_message("Hi", "{% if contact.custom_fields.vip %}" + "<div>" * 300 + "{% endif %}<p>Hi</p>")

    unresolved = message.render({"contact": {"custom_fields": {"vip": True}}}, OnUnresolved.SKIP)
    assert isinstance(unresolved, Unresolved)
    assert unresolved.detail.startswith("In the HTML, line 1, column 1001: the HTML is nested more than 200 elements")
    assert not isinstance(message.render(VALUES, OnUnresolved.SKIP), Unresolved)


def test_what_was_sanitised_is_not_sanitised_again() -> None:
    message, before = compile_message("Hi {{ contact.name }}", "<p>The same for all</p>"), sanitised.cache_info().hits
    for name in ("Ann", "Bo", "Cy"):
        message.render({"contact": {"name": name}}, OnUnresolved.SKIP)

    assert sanitised.cache_info().hits - before >= 2


@pytest.mark.parametrize(
    ("style", "clean"),
    [
        ("border:url(https://x.test/a.png)", ""),
        ("border-left:1px solid url('https://x.test/a.png');color:red", "color:red"),
        ("border-top:\\75rl(https://x.test);margin:0", "margin:0"),
        ("border-color:image-set('https://x.test/a' 1x)", ""),
        ("background-color:expression(alert(1));color:red", "color:red"),
        ("color:rgb(1, 2, 3);border:1px solid rgba(0, 0, 0, 0.5);width:calc(1px + 2%)", None),
        ("border:URL(x);color:red", "color:red"),
        ("color:var(--x);width:attr(data-x);margin:1px", "margin:1px"),
    ],
)
def test_no_style_fetches_anything(style: str, clean: str | None) -> None:
    html = rendered_html(f'<p style="{style}">x</p>') or ""

    assert html == f'<p style="{style if clean is None else clean}">x</p>'


def test_a_text_that_looks_like_a_style_stays() -> None:
    assert rendered_html('<p>say style="border:url(x)" aloud</p>') == '<p>say style="border:url(x)" aloud</p>'
