"""What a check returns, and the report they make."""

from dataclasses import dataclass

OK, NOTE, FAULT = "ok", "note", "fault"
_MARKS = {OK: "✓", NOTE: "·", FAULT: "✗"}


@dataclass(frozen=True)
class Finding:
    """One line of a report: which check, its `status` (OK, NOTE or FAULT), what was found, what to do.

    A NOTE is nothing to mend in itself: a check that does not apply, or something to know.
    """

    check: str
    status: str
    found: str
    advice: str = ""

    def __str__(self):
        advice = f"\n    → {self.advice}" if self.status != OK and self.advice else ""
        return f"{_MARKS[self.status]} {self.found}{advice}"


@dataclass(frozen=True)
class Diagnosis:
    """The findings on one model, in the order of the checks; printed, one line each."""

    findings: tuple

    def __str__(self):
        return "\n".join(map(str, self.findings))

    def __getitem__(self, check):
        """The Finding of that check. Raises KeyError where there is none."""
        for finding in self.findings:
            if finding.check == check:
                return finding
        raise KeyError(f"no check {check!r}; there are {', '.join(f.check for f in self.findings)}")

    @property
    def faults(self):
        """The names of the checks that found a fault."""
        return tuple(finding.check for finding in self.findings if finding.status == FAULT)

    @property
    def healthy(self):
        """Whether no check found a fault."""
        return not self.faults
