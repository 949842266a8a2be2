"""The page at `/`: where each provider is, and which recipients ask for which fault."""

from collections.abc import Iterable

from app.dev.sandbox.faults import MAGIC
from app.dev.sandbox.markup import Markup, fill, join, page

BODY = """<h1>Provider sandbox</h1>
<p>It takes messages as the providers do, and delivers them to nobody. See them in the <a href="/outbox">outbox</a>;
machines read the <a href="/journal">journal</a> and its <a href="/journal/counts">counts</a>.</p>
<p>A customer writes by <code>POST /sandbox/inbound</code> with
<code>{{"provider": "twilio", "sender": "+12025550123", "text": "STOP"}}</code>; where a provider has several
accounts, by the <code>identity</code> of one of them.</p>
<h2>Addresses</h2>
<table><tr><th>Provider</th><th>Base URL, or host and port</th></tr>
{}
</table>
<h2>Magic recipients</h2>
<p>An e-mail address asks by the start of its local part, a number or a person's id by its digits; <code>x</code> is
any digit. A WhatsApp user id has its country in front: <code>US.555010…</code> The mail server refuses in the words of
SMTP, and simply takes a mail whose trouble would be reported later, or be an error although it was accepted.</p>
<table><tr><th>E-mail</th><th>Number, or id</th><th>What happens</th></tr>
{}
</table>"""


def start_page(addresses: Iterable[tuple[str, str]]) -> str:
    """`addresses` are the providers' addresses, by provider name."""
    return page("Provider sandbox", fill(BODY, _addresses(addresses), _magic()))


def _addresses(addresses: Iterable[tuple[str, str]]) -> Markup:
    return join([fill("<tr><td>{}</td><td><code>{}</code></td></tr>", *address) for address in addresses])


def _magic() -> Markup:
    row = (
        "<tr><td><code>{}…@</code></td><td><code>+15005550{}x</code>, <code>+1555010{}xx</code>{}, "
        "<code>555010{}xxxxxxxx</code></td><td>{}</td></tr>"
    )
    return join([fill(row, m.fault, m.block, m.block, _also(m.twilio_number), m.block, m.what) for m in MAGIC])


def _also(number: str | None) -> Markup:
    return fill(", <code>{}</code>", number) if number else Markup()
