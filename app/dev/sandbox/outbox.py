"""The page at `/outbox`: messages as their recipients would see them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from urllib.parse import urlencode

from app.dev.sandbox.journal import Journal, JournalEntry, SentReceipt
from app.dev.sandbox.markup import Markup, fill, join, page
from app.dev.sandbox.provider import Provider

SHOWN = 200
"""Messages on the page. The journal has them all."""

CARD = """<article>
<header><strong>{}</strong><span class="{}">{}</span></header>
<div class="soft">{}</div>
<dl>{}</dl>
<pre>{}</pre>
</article>"""

BODY = """<h1><a href="/">Provider sandbox</a>: outbox</h1>
<form action="/outbox" role="search">
<input type="search" name="q" value="{}" placeholder="recipient, subject, text …" aria-label="Search">
<input type="hidden" name="channel" value="{}"><button>Search</button>
</form>
<main>
{}
{}
</main>
<script src="/outbox.js"></script>"""

SCRIPT = """// Show the current page every other second, and leave what is being typed into the search.
const shown = document.querySelector("main");
async function refresh() {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (fresh && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
  } catch {
    // The sandbox has stopped, or is restarting.
  }
  setTimeout(refresh, 2000);
}
setTimeout(refresh, 2000);
"""


def outbox_page(journal: Journal, providers: Mapping[str, Provider], channel: str | None, wanted: str = "") -> str:
    """Return messages, newest first, on all channels or one. `wanted` are words that each of them must hold."""
    totals = Counter(entry.message.channel for entry in journal if entry.message.channel)
    found = _found(journal, providers, channel, wanted.casefold().split())
    cards = [_card(entry, providers[entry.message.account.provider], journal.reports(entry)) for entry in found]
    older = Markup('<p class="soft">Older ones are in the journal.</p>') if len(found) == SHOWN else Markup()
    nothing = Markup("<p>Nothing was found.</p>" if totals else "<p>Nothing was received yet.</p>")
    messages = fill("{}\n{}", join(cards), older) if cards else nothing
    return page("Outbox", fill(BODY, wanted, channel or "", _nav(totals, channel, wanted), messages))


def _found(
    journal: Journal, providers: Mapping[str, Provider], channel: str | None, words: Sequence[str]
) -> Sequence[JournalEntry]:
    of_channel = (each for each in reversed(journal) if each.message.channel and _is_on(channel, each))
    return list(islice((each for each in of_channel if _holds(each, providers, words)), SHOWN))


def _is_on(channel: str | None, entry: JournalEntry) -> bool:
    return not channel or entry.message.channel == channel


def _holds(entry: JournalEntry, providers: Mapping[str, Provider], words: Sequence[str]) -> bool:
    if not words:
        return True
    reading = providers[entry.message.account.provider].reading(entry.message)
    parts = (entry.message.recipient, reading.sender, reading.subject, reading.text, entry.message.correlation)
    text = " ".join(part for part in parts if part).casefold()
    return all(word in text for word in words)


def _nav(totals: Mapping[str, int], channel: str | None, wanted: str) -> Markup:
    asked = {"q": wanted} if wanted else {}
    links = [_link("all", sum(totals.values()), _address(asked), chosen=not channel)]
    links += [
        _link(name, totals[name], _address({"channel": name, **asked}), chosen=name == channel)
        for name in sorted(totals)
    ]
    return fill("<nav>{}</nav>", join(links))


def _address(asked: Mapping[str, str]) -> str:
    return "/outbox?" + urlencode(asked) if asked else "/outbox"


def _link(name: str, total: int, url: str, *, chosen: bool) -> Markup:
    current = Markup(' aria-current="page"') if chosen else Markup()
    return fill('<a href="{}"{}>{} ({})</a>', url, current, name, total)


def _card(entry: JournalEntry, provider: Provider, reports: Sequence[SentReceipt]) -> Markup:
    reading, message = provider.reading(entry.message), entry.message
    when = f"{message.channel}, {entry.at:%Y-%m-%d %H:%M:%S} UTC, {provider.name}, from {reading.sender or 'nobody'}"
    facts = [("Subject", reading.subject), *reading.threading, ("Correlation", message.correlation)]
    rows = join([fill("<dt>{}</dt><dd>{}</dd>", name, value) for name, value in facts if value])
    outcome = "accepted" if entry.accepted else "refused"
    return fill(CARD, message.recipient, outcome, _status(entry, reports), when, rows, reading.text)


def _status(entry: JournalEntry, reports: Sequence[SentReceipt]) -> str:
    if entry.problem:
        return f"refused: {entry.problem.code}"
    steps = ["accepted" if entry.accepted else "refused"]
    steps += [report.kind if report.taken else f"{report.kind} (not taken)" for report in reports]
    return " → ".join(steps) + (f" [{entry.fault}]" if entry.fault else "")
