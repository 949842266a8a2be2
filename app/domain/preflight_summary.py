"""The preflight of many conversations, in numbers and a few samples: what a person reads before confirming."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.domain.preflight import PreflightWarning, Verdict
from app.domain.words import Channel, ReasonCode

SAMPLES = 10

WARNING_DETAILS: Mapping[PreflightWarning, str] = {
    PreflightWarning.ATTACHMENT_DROPPED: "This channel does not carry the attachment; the text is sent without it.",
    PreflightWarning.SENT_AS_TEMPLATE: "Outside the reply window; the approved template is sent instead of the text.",
    PreflightWarning.INACTIVE_CONVERSATION: "The customer has not written for so long that it counts as inactive.",
    PreflightWarning.DUPLICATE_CONTACT: "Another selected conversation belongs to the same contact, who gets both.",
    PreflightWarning.RECENT_MASS_REPLY: "The contact got another mass reply within the last 24 hours, or is about to.",
    PreflightWarning.MULTIPLE_SEGMENTS: "The text takes more than one SMS segment; each is billed.",
    PreflightWarning.UNKNOWN_SNIPPET: "The text holds a /shortcode that names no snippet; it is sent as it stands.",
}


@dataclass(frozen=True, slots=True)
class Sample:
    conversation_id: UUID
    channel: Channel
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """Deliveries that are skipped after all, with what the preflight had counted for each of them."""

    channel: Channel
    code: ReasonCode
    times: int
    warnings: tuple[PreflightWarning, ...]
    segments: int
    """Of all of them together; the same goes for `templates`."""
    templates: int
    files: int = 0
    """Files that would have gone as messages of their own."""


@dataclass(slots=True)
class Summary:
    """The preflight of many conversations, in numbers. Each page has its own, and the mass reply has their sum."""

    selected: Counter[Channel] = field(default_factory=Counter)
    skipped: Counter[tuple[ReasonCode, Channel]] = field(default_factory=Counter)
    warnings: Counter[tuple[PreflightWarning, Channel]] = field(default_factory=Counter)
    sms_segments: int = 0
    whatsapp_in_window: int = 0
    whatsapp_templates: int = 0
    samples: list[Sample] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        channel = verdict.recipient.channel
        self.selected[channel] += 1
        if verdict.refusal is not None:
            self.skipped[verdict.refusal.code, channel] += 1
            return
        self.warnings.update((warning, channel) for warning in verdict.warnings)
        self._bill(verdict)
        self._sample(verdict)

    def _bill(self, verdict: Verdict) -> None:
        self.sms_segments += verdict.segments
        if verdict.recipient.channel is Channel.WHATSAPP:
            self.whatsapp_templates += verdict.used_template
            self.whatsapp_in_window += 0 if verdict.used_template else 1 + verdict.files

    def _sample(self, verdict: Verdict) -> None:
        if verdict.text is not None:
            self._show(Sample(verdict.recipient.conversation_id, verdict.recipient.channel, verdict.text))

    def _show(self, sample: Sample) -> None:
        """Keep a few texts from as many channels as possible: once it is full, the channel with the most gives one
        up."""
        if len(self.samples) == SAMPLES and all(each.channel is sample.channel for each in self.samples):
            return
        self.samples.append(sample)
        if len(self.samples) > SAMPLES:
            shown = Counter(each.channel for each in self.samples)
            fullest = max(shown, key=lambda channel: shown[channel])
            last = max(place for place, each in enumerate(self.samples) if each.channel is fullest)
            del self.samples[last]

    def merge(self, other: "Summary") -> None:
        self.selected += other.selected
        self.skipped += other.skipped
        self.warnings += other.warnings
        self.sms_segments += other.sms_segments
        self.whatsapp_in_window += other.whatsapp_in_window
        self.whatsapp_templates += other.whatsapp_templates
        for sample in other.samples:
            self._show(sample)

    def withdraw(self, withdrawn: Withdrawn) -> None:
        """Count deliveries as skipped that were counted as sent. Drop the samples: they may belong to these."""
        channel, times = withdrawn.channel, withdrawn.times
        self.skipped[withdrawn.code, channel] += times
        self.warnings -= Counter({(warning, channel): times for warning in withdrawn.warnings})
        self.sms_segments -= withdrawn.segments
        if channel is Channel.WHATSAPP:
            self.whatsapp_templates -= withdrawn.templates
            self.whatsapp_in_window -= times - withdrawn.templates + withdrawn.files
        self.samples = []

    @property
    def recipients(self) -> int:
        return self.selected.total() - self.skipped.total()

    def skipped_on(self, channel: Channel) -> int:
        return sum(count for (_, skipped_channel), count in self.skipped.items() if skipped_channel is channel)

    def to_json(self) -> dict[str, Any]:
        """The `preflight` of the API, and the stored form."""
        return {
            "by_channel": [
                {
                    "channel": channel,
                    "selected": count,
                    "recipients": count - self.skipped_on(channel),
                    "skipped": self.skipped_on(channel),
                }
                for channel, count in sorted(self.selected.items())
            ],
            "skipped": [
                {"code": code, "channel": channel, "count": count}
                for (code, channel), count in sorted(self.skipped.items())
            ],
            "warnings": [
                {"code": code, "channel": channel, "count": count, "detail": WARNING_DETAILS[code]}
                for (code, channel), count in sorted(self.warnings.items())
            ],
            "billable": {
                "sms_segments": self.sms_segments,
                "whatsapp_in_window": self.whatsapp_in_window,
                "whatsapp_templates": self.whatsapp_templates,
            },
            "samples": [
                {"conversation_id": str(sample.conversation_id), "channel": sample.channel, "text": sample.text}
                for sample in self.samples
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Summary":
        return cls(
            Counter({Channel(item["channel"]): item["selected"] for item in data["by_channel"]}),
            Counter({(ReasonCode(i["code"]), Channel(i["channel"])): i["count"] for i in data["skipped"]}),
            Counter({(PreflightWarning(i["code"]), Channel(i["channel"])): i["count"] for i in data["warnings"]}),
            data["billable"]["sms_segments"],
            data["billable"]["whatsapp_in_window"],
            data["billable"]["whatsapp_templates"],
            [Sample(UUID(i["conversation_id"]), Channel(i["channel"]), i["text"]) for i in data["samples"]],
        )
