"""The text of an e-mail: which part of it counts, in any charset, and HTML as a reader sees it."""

import pytest

from app.mail.html_text import html_to_text
from tests.mail.mails import mail, real, seconds


class TestText:
    def test_plain_text_goes_before_html(self):
        assert alternative("Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<b>html</b>") == "plain"

    def test_an_empty_plain_part_does_not_hide_the_html(self):
        assert alternative("Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<b>html</b>") == "html"

    def test_an_alternative_of_pictures_has_no_text(self):
        assert alternative("Content-Type: image/png\n\nx") == ""

    def test_the_texts_of_a_mixed_mail_follow_each_other(self):
        parts = "--b\n\none\n--b\nContent-Type: text/html\n\n<p>two</p>\n--b--\nnot shown"
        assert mail("Content-Type: multipart/mixed; boundary=b", body=parts).text == "one\n\ntwo"

    def test_attached_texts_are_not_what_the_customer_wrote(self):
        parts = "--b\n\none\n--b\nContent-Disposition: attachment; filename=log.txt\n\nlog\n"
        one = mail("Content-Type: multipart/mixed; boundary=b", body=parts)
        assert (one.text, one.attachment_names) == ("one", ("log.txt",))

    def test_an_attachment_without_a_name_is_no_text(self):
        one = mail("Content-Disposition: attachment", body="log")
        assert (one.text, one.attachment_names) == ("", ("unnamed.txt",))

    @pytest.mark.parametrize("boundary", ["", "; boundary=other", "; boundary*1*=x; boundary*0*=\xff'"])
    def test_a_boundary_that_never_comes_leaves_readable_text(self, boundary):
        assert "Hello" in mail(f"Content-Type: multipart/mixed{boundary}", body="--b\n\nHello").text

    @pytest.mark.parametrize("broken", ["filename*=undefined''a", "x*0*=a; x*"])
    def test_a_parameter_that_the_email_package_cannot_read_costs_the_name_only(self, broken):
        one = mail(f"Content-Disposition: inline; {broken}", body="Hello")
        assert (one.text, one.attachment_names) == ("Hello", ())

    def test_a_boundary_inside_a_line_is_text(self):
        assert (
            mail("Content-Type: multipart/mixed; boundary=b", body="--b\n\nx --b\n--b x\n--b--").text == "x --b\n--b x"
        )

    def test_a_longer_boundary_is_another(self):
        assert real("mime_emails-email_with_similar_boundaries").attachment_names == ("LOGO.png",)

    @pytest.mark.parametrize(
        ("content_type", "body", "text"),
        [
            ("text/plain", "Grüße", "Grüße"),
            ("text/plain; charset=us-ascii", "Grüße", "Grüße"),
            ("text/plain", "Gr\xfc\xdfe".encode("latin-1"), "Grüße"),
            ("text/plain; charset=iso-8859-1", b"\x93quoted\x94", "“quoted”"),
            ("text/plain; charset=utf-8", b"a\xffb", "a\ufffdb"),
            ("text/plain; charset=X-UNKNOWN", "é", "é"),
            ("text/plain; charset=hex", "é", "é"),
            ("text/plain; charset=punycode", "é", "é"),
            ("text/plain; charset=iso-2022-jp", "すみません".encode("iso-2022-jp"), "すみません"),
            ("text/plain; charset=utf-7", "a+2AA-b", "ab"),
            ("text/plain", "a\0b\r\nc\rd", "ab\nc\nd"),
            ("text/html; charset=utf-8", "<p>Grüße</p>", "Grüße"),
            ("application/pdf", "%PDF", ""),
        ],
    )
    def test_any_charset_becomes_text(self, content_type, body, text):
        assert mail(f"Content-Type: {content_type}", body=body).text == text

    @pytest.mark.parametrize(
        ("encoding", "body", "text"),
        [
            ("base64", "R3LD\nvMOf ZQ==\n--\nfooter", "Grüße"),
            ("BASE64", "R3LDvMOfZ", "Grüß"),
            ("quoted-printable", "Gr=C3=BC=C3=9F=\r\ne =X", "Grüße =X"),
            ("8bit", "Grüße", "Grüße"),
            ("nonsense", "Grüße", "Grüße"),
        ],
    )
    def test_transfer_encodings_are_undone(self, encoding, body, text):
        assert mail(f"Content-Transfer-Encoding: {encoding}", body=body).text == text

    def test_real_mail_in_asian_charsets_is_intact(self):
        assert real("plain_emails-raw_email").subject == "NOTE: 한국말로 하는 것"
        assert real("multi_charset-ks_c_5601-1987").text == "스티해"
        assert real("multi_charset-japanese_shift_jis").text.startswith("あいうえお")
        assert real("multi_charset-japanese_attachment").attachment_names == ("てすと.txt",)


def alternative(*parts: str) -> str:
    body = "".join(f"--b\n{part}\n" for part in parts) + "--b--"
    return mail("Content-Type: multipart/alternative; boundary=b", body=body).text


class TestHtml:
    @pytest.mark.parametrize(
        ("source", "text"),
        [
            ("<p>one</p><p>two</p>", "one\n\ntwo"),
            ("one<br>two<BR/>three</br>", "one\ntwo\nthree"),
            ("<div>one<br></div><div>two</div><div><br></div><div>three</div>", "one\ntwo\n\nthree"),
            ("one<br><br><br><br>two", "one\n\ntwo"),
            ("<ul><li>one<li>two</ul>three", "- one\n- two\n\nthree"),
            ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
            ("a &lt;b&gt;&nbsp;&eacute; 1 < 2", "a <b> é 1 < 2"),
            ("<head><title>no</title><style>a>b{}</style></head><!--[if mso]>no<p><![endif]-->yes", "yes"),
            ("<!DOCTYPE html><script>no</script>yes<style>unclosed", "yes"),
            ("see <a href='https://x.test/?a=1&amp;b=2'>this</a>.", "see this <https://x.test/?a=1&b=2>."),
            ('<a href="https://x.test/">https://x.test</a>', "https://x.test"),
            ("<a name=top>top</a> <a href=mailto:ann@example.com>ann</a>", "top ann"),
            ("<font color=red>1. one</font>\n  - two\x01", "1. one - two"),
            ("&#" + "9" * 5_000 + ";", "\ufffd"),
        ],
    )
    def test_text_is_what_a_reader_sees(self, source, text):
        assert html_to_text(source) == text


@pytest.mark.parametrize(
    "piece", ["<a", "<a ", "<", "<!--", "<!", "</a ", "<ul><li>", "&#1", "<script></script", '<a "']
)
def test_hostile_html_takes_linear_time(piece):
    source = piece * (1_000_000 // len(piece))
    assert seconds(lambda: html_to_text(source)) < 5
