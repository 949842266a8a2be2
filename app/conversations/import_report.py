"""The outcome of every line or e-mail of an import: each is counted in exactly one of five numbers."""

from dataclasses import dataclass, field

from app.conversations.import_chunk import LineOutcome
from app.conversations.import_line import InvalidLine

LISTED = 1_000


@dataclass(frozen=True, slots=True)
class LineNote:
    line: int
    code: str
    detail: str


class LeftOut(Exception):
    """An e-mail that is not a customer's message; `detail` says why."""

    def __init__(self, code: str, detail: str) -> None:
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}")


@dataclass(slots=True)
class ImportReport:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    left_out: int = 0
    errors: list[LineNote] = field(default_factory=list)
    """The first LISTED of them."""
    warnings: list[LineNote] = field(default_factory=list)
    """The first LISTED of them; each e-mail that was left out has one."""
    unlisted_warnings: int = 0

    @property
    def unlisted_errors(self) -> int:
        return self.failed - len(self.errors)

    def count(self, outcome: LineOutcome) -> None:
        match outcome:
            case LineOutcome.CREATED:
                self.created += 1
            case LineOutcome.UPDATED:
                self.updated += 1
            case LineOutcome.UNCHANGED:
                self.unchanged += 1

    def refuse(self, line: int, error: InvalidLine) -> None:
        self.failed += 1
        if len(self.errors) < LISTED:
            self.errors.append(LineNote(line, error.code, error.detail))

    def leave_out(self, line: int, why: LeftOut) -> None:
        self.left_out += 1
        self.warn(line, why.code, why.detail)

    def warn(self, line: int, code: str, detail: str) -> None:
        if len(self.warnings) < LISTED:
            self.warnings.append(LineNote(line, code, detail))
        else:
            self.unlisted_warnings += 1

    def sort(self) -> None:
        """Sort the notes by line."""
        self.errors.sort(key=lambda note: note.line)
        self.warnings.sort(key=lambda note: note.line)
