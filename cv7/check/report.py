"""What a check found, for people and for machines. Imports no torch."""

import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any

GREEN, RED, BOLD, DIM, RESET = "\033[32m", "\033[31m", "\033[1m", "\033[2m", "\033[0m"


@dataclass(frozen=True)
class Outcome:
    """One check: its title says what is right, its message what is not, or is worth knowing.

    Lines of the message that are indented are code; `read` is a place on the site.
    """

    title: str
    passed: bool
    message: str = ""
    read: str = ""


@dataclass(frozen=True)
class Report:
    """The outcomes up to the first that is wrong; `total` checks there are."""

    exercise: str
    file: str
    outcomes: tuple[Outcome, ...]
    total: int
    seconds: float
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return len(self.outcomes) == self.total and all(o.passed for o in self.outcomes)

    def as_dict(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise,
            "file": self.file,
            "passed": self.passed,
            "checks": [asdict(outcome) for outcome in self.outcomes],
            "total": self.total,
            "seconds": round(self.seconds, 1),
            "versions": self.versions,
        }

    def text(self, *, colour: bool = False, plain: bool = False) -> str:
        """The report to read; `plain` avoids the marks that not every terminal can show."""
        green, red, bold, dim, reset = (
            (GREEN, RED, BOLD, DIM, RESET) if colour else ("", "", "", "", "")
        )
        good, bad = ("ok   ", "WRONG") if plain else ("✓", "✗")
        lines = [f"{bold}{self.exercise} · {self.file}{reset}", ""]
        for outcome in self.outcomes:
            mark = f"{green}{good}{reset}" if outcome.passed else f"{red}{bad}{reset}"
            lines.append(f"  {mark} {outcome.title}")
            if outcome.message:
                told = f"Worth knowing: {outcome.message}" if outcome.passed else outcome.message
                lines += ["", _wrapped(told), ""]
            if outcome.read and not outcome.passed:
                lines += [f"    {dim}Read: {outcome.read}{reset}", ""]
        if lines[-1]:
            lines.append("")
        done = sum(outcome.passed for outcome in self.outcomes)
        if self.passed:
            lines.append(f"{green}All {self.total} checks passed. Well done!{reset}")
        elif self.total == 1:
            lines.append("The checks begin once this is right.")
        else:
            rest = "; the rest waits until this one is right" if done + 1 < self.total else ""
            lines.append(f"{done} of {self.total} checks passed{rest}.")
        return "\n".join(lines)

    def __repr__(self) -> str:  # what a notebook shows
        return self.text()


def _wrapped(message: str) -> str:
    return "\n".join(
        f"    {line}"
        if line.startswith(" ")
        else textwrap.indent(textwrap.fill(line, 80, break_on_hyphens=False), "    ")
        for line in message.splitlines()
    )
