"""Mail as people's programs send it, by kinds that public bug reports tell of."""

import base64

import pytest

from app.domain.own_addresses import OwnAddresses
from app.domain.text.plain_text import decode
from app.domain.words import Channel
from app.mail.automatic import is_automatic
from app.mail.message import UnreadableMail, parse_mail
from tests.mail.mails import mail, raw_mail

MARKS = [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
QUOTED_PRINTABLE = [
    "quoted-printable;",
    '"quoted-printable"',
    "Quoted-Printable (sic)",
    "quoted-printable; x=y",
    " QUOTED-PRINTABLE,",
    "quoted_printable",
]
OWN_REPLY_TO = "Reply-To: support@acme.test"
OWN = OwnAddresses.of([(Channel.EMAIL, "Acme <support@acme.test>"), (Channel.EMAIL, "r+{token}@in.acme.test")])


class TestCharset:
    @pytest.mark.parametrize(
        ("label", "codec", "text"),
        [
            ("iso-8859-8-i", "iso8859-8", "שלום"),
            ("logical", "iso8859-8", "שלום"),
            ("x-sjis", "cp932", "日本語①㈱"),
            ("windows-31j", "cp932", "髙﨑"),
            ("ms_kanji", "cp932", "日本語"),
            ("x-gbk", "gb18030", "您好€"),
            ("chinese", "gb18030", "您好"),
            ("gb_2312-80", "gb18030", "您好"),
            ("x-x-big5", "big5hkscs", "中文"),
            ("ks_c_5601-1987", "cp949", "한글똠"),
            ("dos-874", "cp874", "ไทย"),
            ("tis-620", "cp874", "ไทย…"),
            ("x-mac-cyrillic", "mac_cyrillic", "Привет"),
            ("x-cp1251", "cp1251", "Привет"),
            ("koi", "koi8_r", "Привет"),
            ("csisolatin5", "cp1254", "ışık…"),
            ("l1", "cp1252", "naïve “quote”"),
            ("unicode-1-1-utf-8", "utf-8", "naïve"),
            ("x-euc-jp", "euc_jp", "日本語ｱｲｳ"),
            ("iso-2022-jp", "iso2022_jp", "日本語"),
            ("hz-gb-2312", "hz", "您好"),
            ("iso-2022-kr", "iso2022_kr", "한글"),
            ("utf-7", "utf-7", "naïve"),
            ("cp850", "cp850", "naïve"),
            (" UTF-8 ", "utf-8", "naïve"),
        ],
    )
    def test_a_label_means_what_browsers_take_it_for_and_what_mail_programs_write(self, label, codec, text):
        encoded = text.encode(codec)
        assert decode(encoded, label) == text
        whole = mail(
            f"Subject: =?{label.strip()}?B?{base64.b64encode(encoded).decode()}?=",
            f'Content-Type: text/plain; charset="{label}"',
            body=encoded,
        )
        assert (whole.subject, whole.text) == (text, text)

    @pytest.mark.parametrize("label", ["iso-2022-jp", "ISO-2022-JP", "cp50220", "iso-2022-jp-ms", None, "us-ascii"])
    def test_iso_2022_jp_has_the_characters_of_windows(self, label):
        written = b"\x1b$B-!CmJ8-j~~\x1b(B ok \x1b(I12\x1b(B"
        assert decode(written, label).startswith("①注文㈱")
        assert decode(written, label).endswith(" ok ｱｲ")

    def test_iso_2022_jp_that_is_cut_off_keeps_what_there_is(self):
        assert decode(b"\x1b$BF|K", "iso-2022-jp") == "日\ufffd"
        assert decode(b"\x1b$BF|K\\\nabc", "iso-2022-jp") == "日本\nabc"

    def test_euc_jp_has_the_characters_of_windows(self):
        assert decode(b"\xad\xa1\xc3\xed\xca\xb8", "euc-jp") == "①注文"

    @pytest.mark.parametrize(("mark", "codec"), MARKS)
    @pytest.mark.parametrize("label", [None, "utf-16", "iso-8859-1"])
    def test_a_byte_order_mark_says_more_than_a_label(self, mark, codec, label):
        assert decode(mark + "größer".encode(codec), label) == "größer"

    @pytest.mark.parametrize("label", ["x-unknown", "8bit", "none", "x-user-defined", "idna", "", "\x00"])
    def test_a_label_that_nobody_knows_says_nothing(self, label):
        assert decode("größer".encode(), label) == decode("größer".encode("cp1252"), label) == "größer"

    @pytest.mark.parametrize(
        "head",
        [
            '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">',
            "<meta charset=gb2312>",
            "<META content='text/html;charset=GBK' http-equiv=content-type />",
            '<?xml version="1.0" encoding="gb2312"?>',
        ],
    )
    @pytest.mark.parametrize("declared", ["", "; charset=us-ascii", "; charset=x-unknown"])
    def test_a_page_may_name_its_charset_itself(self, head, declared):
        page = f"{head}<body>您好</body>".encode("gb18030")
        assert mail(f"Content-Type: text/html{declared}", body=page).text == "您好"

    def test_the_mail_s_charset_goes_before_the_page_s(self):
        page = '<meta charset="gb2312"><body>größer</body>'.encode()
        assert mail("Content-Type: text/html; charset=utf-8", body=page).text == "größer"

    def test_a_page_read_as_bytes_is_not_in_utf_16(self):
        assert mail("Content-Type: text/html", body='<meta charset="utf-16">größer').text == "größer"


class TestTransferEncoding:
    @pytest.mark.parametrize(
        "written",
        [
            "quoted-printable;",
            '"quoted-printable"',
            "Quoted-Printable (sic)",
            "quoted-printable; x=y",
            " QUOTED-PRINTABLE,",
            "quoted_printable",
        ],
    )
    def test_quoted_printable_in_every_spelling(self, written):
        assert mail(f"Content-Transfer-Encoding: {written}", body="Gr=C3=BC=C3=9Fe").text == "Grüße"

    @pytest.mark.parametrize("written", ['"base64"', "base64;", "BASE64 (gateway)", "'base64'", "base-64"])
    def test_base64_in_every_spelling(self, written):
        assert mail(f"Content-Transfer-Encoding: {written}", body="SGFsbG8=").text == "Hallo"

    @pytest.mark.parametrize("written", ["8bit;", '"7bit"', "binary", "utf-8", "x-unknown", "none", "8-bit", ""])
    def test_anything_else_is_read_as_it_is(self, written):
        assert mail(f"Content-Transfer-Encoding: {written}", body="Grüße =C3").text == "Grüße =C3"

    def test_uuencode(self):
        body = b"begin 644 message.txt\n%2&%L;&\\ \n`\nend\n"
        assert mail("Content-Transfer-Encoding: x-uuencode", body=body).text == "Hallo"

    def test_a_multipart_that_is_encoded_as_a_whole(self):
        inside = base64.encodebytes(b"--b\r\nContent-Type: text/plain\r\n\r\nHallo\r\n--b--\r\n")
        head = ('Content-Type: multipart/mixed; boundary="b"', "Content-Transfer-Encoding: base64")
        assert mail(*head, body=inside).text == "Hallo"


def parts(kind: str, *each: str) -> bytes:
    body = "".join(f"--b\r\n{part}\r\n" for part in each) + "--b--\r\n"
    return raw_mail("From: ann@example.com", f"Content-Type: multipart/{kind}; boundary=b", body=body)


class TestNamedParts:
    NAMED = (
        'Content-Type: text/plain; name="message.txt"\r\n'
        'Content-Disposition: inline; filename="message.txt"\r\n\r\nIt broke'
    )

    def test_a_body_that_carries_a_file_name_is_the_text(self):
        one = mail('Content-Type: text/plain; name="message.txt"', "Content-Disposition: inline", body="It broke")
        assert (one.text, one.attachment_names) == ("It broke", ())

    def test_so_is_the_first_named_part_where_there_is_no_other_text(self):
        log = 'Content-Type: text/plain; name="server.log"\r\n\r\nlog'
        one = parse_mail(parts("mixed", self.NAMED, log))
        assert (one.text, one.attachment_names) == ("It broke", ("server.log",))

    def test_and_both_forms_of_it(self):
        html = 'Content-Type: text/html; name="message.html"\r\n\r\n<p>It broke</p>'
        one = parse_mail(parts("alternative", self.NAMED, html))
        assert (one.text, one.attachment_names) == ("It broke", ())

    def test_but_not_beside_a_text_without_a_name(self):
        one = parse_mail(parts("mixed", "\r\nSee the log", self.NAMED))
        assert (one.text, one.attachment_names) == ("See the log", ("message.txt",))

    def test_nor_where_it_is_said_to_be_an_attachment(self):
        one = parse_mail(parts("mixed", self.NAMED.replace("inline", "attachment")))
        assert (one.text, one.attachment_names) == ("", ("message.txt",))

    def test_what_has_no_name_is_named_by_its_type(self):
        picture, forwarded = (
            "Content-Type: image/png\r\n\r\nx",
            "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n",
        )
        assert parse_mail(parts("mixed", picture, forwarded)).attachment_names == ("unnamed.png", "unnamed.eml")


class TestEncodedWords:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("=?UTF-8?Q?What are you working on this week? [ask]?=", "What are you working on this week? [ask]"),
            ("=?UTF-8?Q?What?=20is_it??=", "What? is it?"),
            ("=?UTF-8?Q?a?b?= =?UTF-8?Q?c?=", "a?bc"),
            ("=?utf-8?B?SGFs bG8=?=", "Hallo"),
            ("=?utf-8?B?SGFsbG8=?==?utf-8?B?SGFsbG8=?=", "HalloHallo"),
            ("=?utf-8?B?w6TD?= =?utf-8?B?tg==?=", "äö"),
            ("=?utf-8*de?Q?=C3=A4?=", "ä"),
            ("Is 1 =?= 2?", "Is 1 =?= 2?"),
            ("=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①"),
        ],
    )
    def test_each_is_decoded(self, written, read):
        assert mail(f"Subject: {written}").subject == read

    @pytest.mark.parametrize(
        "written",
        [
            "=?utf-8?B?IkFubiBMZWUiIDxhbm5AZXhhbXBsZS50ZXN0Pg==?=",
            '=?utf-8?Q?"Ann Lee" <ann@example.test>?=',
            "=?utf-8?Q?ann@example.test?=",
            "=?utf-8?Q?ann=40example.test?=",
            "<=?utf-8?Q?ann@example.test?=>",
        ],
    )
    def test_an_address_inside_one_is_a_reported_error(self, written):
        with pytest.raises(UnreadableMail, match="no sender address"):
            parse_mail(raw_mail(f"From: {written}", body="hello"))


class TestSenders:
    @pytest.mark.parametrize(
        ("headers", "address", "name"),
        [
            (["From: Website <noreply@shop.example>", "Reply-To: Jane Doe <jane@x.test>"], "jane@x.test", "Jane Doe"),
            (["From: Website <noreply@shop.example>", "Reply-To: jane@x.test"], "jane@x.test", None),
            (["From: Jane Doe <Jane@X.test>", "Reply-To: jane@x.test"], "jane@x.test", "Jane Doe"),
            (["From: ann@x.test (Ann Lee)"], "ann@x.test", "Ann Lee"),
            (["From: <ann@x.test> (=?utf-8?Q?J=C3=B6rg?=)"], "ann@x.test", "Jörg"),
            (["From: ann@x.test (Ann \\(the boss\\) Lee), bob@x.test (Bob)"], "ann@x.test", "Ann (the boss) Lee"),
            (["From: ann@x.test, bob@x.test (Bob)"], "ann@x.test", None),
            (["From: Team: ann@x.test, bob@x.test;"], "ann@x.test", None),
            (["From: Team: Ann Lee <ann@x.test>, bob@x.test;"], "ann@x.test", "Ann Lee"),
            (['From: "Team: A" <ann@x.test>'], "ann@x.test", "Team: A"),
        ],
    )
    def test_a_name_belongs_to_the_address_beside_it(self, headers, address, name):
        one = parse_mail(raw_mail(*headers))
        assert (one.sender, one.sender_name) == (address, name)

    @pytest.mark.parametrize(
        ("headers", "address"),
        [
            (["From: Acme Support <support@acme.test>"], None),
            (["From: SUPPORT@ACME.TEST", "Reply-To: support@acme.test"], None),
            (["From: support@acme.test", f"Reply-To: r+{'0a' * 16}@in.acme.test"], None),
            (["From: support@acme.test", "Reply-To: Jane <jane@x.test>"], "jane@x.test"),
            (["From: ann@x.test", "Reply-To: support@acme.test"], "ann@x.test"),
            (
                [
                    "From: 'Ann' via S <support@acme.test>",
                    "Reply-To: support@acme.test",
                    "X-Original-Sender: ann@x.test",
                ],
                "ann@x.test",
            ),
            (["From: support@acme.test", "X-Original-From: Ann Lee <ann@x.test>"], "ann@x.test"),
            (["From: support@acme.test", "X-Google-Original-From: ann@x.test"], "ann@x.test"),
        ],
    )
    def test_our_own_address_is_no_customer_s(self, headers, address):
        found = parse_mail(raw_mail(*headers)).besides(OWN)
        assert (found.sender if found else None) == address


class TestAutomatic:
    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: auto-replied",
            "Auto-Submitted: auto-generated; owner-email=x",
            "X-Autoresponder: Will not send another autoreply for 86400 seconds",
            "X-FC-MachineGenerated: true",
            "X-Autoreply: yes",
            "X-AutoReply-From: ann@example.com",
            "X-Autorespond: x",
            "X-Auto-Reply: 1",
            "X-Mail-Autoreply: x",
            "X-Autogenerated: Reply",
            "X-Vacation: yes",
            "X-Auto-Response-Suppress: All",
            "X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply",
            "Precedence: bulk",
            "Precedence: auto_reply",
            "Precedence: auto-reply",
            "X-Precedence: junk",
            "X-POST-MessageClass: 9; Autoresponder",
            "Delivered-To: Autoresponder",
            "X-Cron-Env: <USER=root>",
            "Subject: Automatic reply: Your order",
            "Subject: Abwesenheitsnotiz: Ihre Bestellung",
            "Subject: =?utf-8?Q?R=C3=A9ponse_automatique_:_x?=",
            "Subject: 自動返信：ご注文",
            "X-Failed-Recipients: bob@example.test",
            "Return-Path: <>",
            "Return-Path: <MAILER-DAEMON>",
            "Return-Path: <MAILER-DAEMON@mx.test>",
            "Content-Type: multipart/report; report-type=disposition-notification",
            "X-MS-Exchange-Message-Is-Ndr: ",
        ],
    )
    def test_marks_of_machines(self, header):
        assert mail(header).automatic

    @pytest.mark.parametrize(
        "author",
        [
            "MAILER-DAEMON@mx.example.test (Mail Delivery System)",
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "MAILER-DAEMON",
            "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.test>",
        ],
    )
    def test_who_reports_bounces_is_no_person(self, author):
        assert is_automatic({"from": author})

    def test_a_postmaster_s_mail_is_a_bounce_by_its_subject(self):
        assert is_automatic({"from": "postmaster@x.test", "subject": "Undeliverable: Hello"})
        assert not is_automatic({"from": "postmaster@x.test", "subject": "Our invoice"})

    @pytest.mark.parametrize(
        "subject", ["Abwesenheit: Max, 3. bis 5. Mai", "Question about your automatic reply: off?"]
    )
    def test_a_person_s_subject_is_no_mark(self, subject):
        assert not is_automatic({"from": "ann@x.test", "subject": subject})

    @pytest.mark.parametrize(
        "header",
        [
            "Auto-Submitted: no",
            "Auto-Submitted: No (a person)",
            "Precedence: list",
            "Precedence: first-class",
            "X-Auto-Response-Suppress: OOF, AutoReply",
            "X-Autoreply: no",
            "List-ID: <support.acme.test>",
            "List-Unsubscribe: <mailto:x@y.test>",
            "Subject: Re: Automatic reply: Your order",
            "Subject: Automatic reply does not work",
            "Subject: Out of office hours",
            "X-Autofill: yes",
            "X-Automatic-Thing: yes",
            "Return-Path: <ann@example.com>",
        ],
    )
    def test_marks_that_people_s_mail_carries_too(self, header):
        assert not mail(header).automatic


class TestMailboxMarks:
    @pytest.mark.parametrize(
        ("header", "deleted"),
        [
            ("X-Mozilla-Status: 0009", True),
            ("X-Mozilla-Status: 0001", False),
            ("X-Mozilla-Status: zzzz", False),
            ("X-Evolution: 00000020-0003", True),
            ("X-Evolution: 00000020-0001", False),
            ("X-Gmail-Labels: Opened,Trash", True),
            ("X-Gmail-Labels: =?utf-8?q?Ge=C3=B6ffnet,Papierkorb?=", True),
            ("X-Gmail-Labels: Inbox,Trashy", False),
            ("Status: ROD", True),
            ("X-Status: AD", True),
            ("Status: RO", False),
        ],
    )
    def test_a_deleted_mail_is_known(self, header, deleted):
        assert mail(header).deleted is deleted

    @pytest.mark.parametrize("counter", ["X-IMAP: 1132742306 0000000001", "X-IMAPbase: 1 2"])
    def test_a_mail_server_s_own_notes_are_no_mail(self, counter):
        assert mail("Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA", counter).mailbox_data
        assert not mail("Subject: Hi", counter).mailbox_data
