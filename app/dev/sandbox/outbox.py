"""The page at `/outbox`: the messages as their recipients would have got them."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from app.dev.sandbox.journal import Entry, Journal, Report
from app.dev.sandbox.markup import Markup, fill, join, page
from app.dev.sandbox.provider import Provider

SHOWN = 200
"""Messages per channel on the page; the journal has them all."""

CARD = """<article>
<header><strong>{}</strong><span class="{}">{}</span></header>
<div class="soft">{}</div>
<dl>{}</dl>
<pre>{}</pre>
</article>"""


def outbox_page(journal: Journal, providers: Mapping[str, Provider], channel: str | None) -> str:
    """Newest first, a section for each channel; `channel` shows one of them alone."""
    totals = Counter(entry.message.channel for entry in journal if entry.message.channel)
    shown = [name for name in sorted(totals) if channel in (None, "", name)]
    newest = _newest(journal, shown)
    sections = [_section(name, totals[name], newest[name], journal, providers) for name in shown]
    body = fill('<h1><a href="/">Provider sandbox</a>: outbox</h1>\n{}\n{}', _nav(totals, channel), join(sections))
    return page("Outbox", body if sections else fill("{}\n<p>Nothing was received yet.</p>", body))


def _newest(journal: Journal, channels: Sequence[str]) -> Mapping[str, Sequence[Entry]]:
    newest: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in reversed(journal):
        channel = entry.message.channel
        if channel in channels and len(newest[channel]) < SHOWN:
            newest[channel].append(entry)
    return newest


def _nav(totals: Mapping[str, int], channel: str | None) -> Markup:
    links = [_link("all", sum(totals.values()), "/outbox", chosen=not channel)]
    links += [
        _link(name, totals[name], "/outbox?" + urlencode({"channel": name}), chosen=name == channel)
        for name in sorted(totals)
    ]
    return fill("<nav>{}</nav>", join(links))


def _link(name: str, total: int, url: str, *, chosen: bool) -> Markup:
    current = Markup(' aria-current="page"') if chosen else Markup()
    return fill('<a href="{}"{}>{} ({})</a>', url, current, name, total)


def _section(
    channel: str, total: int, entries: Sequence[Entry], journal: Journal, providers: Mapping[str, Provider]
) -> Markup:
    cards = [_card(entry, providers[entry.message.account.provider], journal.reports(entry)) for entry in entries]
    older = fill('<p class="soft">{} older ones are in the journal.</p>', total - len(entries))
    return fill("<h2>{}</h2>\n{}\n{}", channel, join(cards), older if total > len(entries) else Markup())


def _card(entry: Entry, provider: Provider, reports: Sequence[Report]) -> Markup:
    reading, message = provider.reading(entry.message), entry.message
    when = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC, {provider.name}, from {reading.sender or 'nobody'}"
    facts = [("Subject", reading.subject), *reading.threading, ("Correlation", message.correlation)]
    rows = join([fill("<dt>{}</dt><dd>{}</dd>", name, value) for name, value in facts if value])
    outcome = "accepted" if entry.accepted else "refused"
    return fill(CARD, message.recipient, outcome, _status(entry, reports), when, rows, reading.text)


def _status(entry: Entry, reports: Sequence[Report]) -> str:
    if entry.problem:
        return f"refused: {entry.problem.code}"
    steps = ["accepted" if entry.accepted else "refused"]
    steps += [report.kind if report.taken else f"{report.kind} (not taken)" for report in reports]
    return " → ".join(steps) + (f" [{entry.fault}]" if entry.fault else "")
