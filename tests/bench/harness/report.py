"""Figures as people read them: a table a condition, and the targets at the end."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Figure:
    """What several rounds gave, in the order of the rounds."""

    rounds: list

    @property
    def median(self):
        return statistics.median(self.rounds)

    @property
    def least(self):
        return min(self.rounds)

    def over(self, other):
        """Round by round: what ran side by side is compared."""
        return Figure([mine / theirs for mine, theirs in zip(self.rounds, other.rounds, strict=True)])


@dataclasses.dataclass(frozen=True)
class Verdict:
    """One line of the targets."""

    condition: str
    what: str
    reached: str
    wanted: str
    is_met: bool


class Report:
    """Prints as figures come, and remembers what was wanted of them."""

    def __init__(self):
        self.verdicts = []
        self.failures = []

    def say(self, line=""):
        print(line, flush=True)

    def condition(self, condition, rates):
        """A condition's table; `rates` are mails a second by tool, rounds in the same order."""
        ours = rates["roomkey"]
        rounds = len(ours.rounds)
        self.say(f"\n{condition.name}: {condition.what}; median of {rounds} (minimum)")
        self.say(f"  {'tool':<14}{'mails':>9}{'mails/s':>20}{'roomkey is':>18}")
        for tool, rate in rates.items():
            ratio = ours.over(rate)
            shown = "" if tool == "roomkey" else f"{ratio.median:.2f} x ({ratio.least:.2f})"
            mails = f"{rate.median:,.0f} ({rate.least:,.0f})"
            self.say(f"  {tool:<14}{condition.counts[tool]:>9,}{mails:>20}{shown:>18}")
            if tool in condition.targets:
                self.at_least(condition.name, f"x {tool}", ratio, condition.targets[tool])

    def at_least(self, condition, what, figure, least):
        reached = f"{figure.median:.2f} ({figure.least:.2f})"
        self.verdicts.append(Verdict(condition, what, reached, f"at least {least:g}", figure.median >= least))

    def at_most(self, condition, what, figure, most, unit):
        digits = 2 if most < 10 else 0
        reached = f"{figure.median:.{digits}f} (worst {max(figure.rounds):.{digits}f}) {unit}"
        self.verdicts.append(Verdict(condition, what, reached, f"under {most:g} {unit}", figure.median < most))

    def failed(self, condition, failure):
        self.failures.append(condition)
        self.say(f"\n{condition}: FAILED: {failure}")

    def targets(self):
        """All that was wanted, each line marked."""
        if self.verdicts:
            self.say("\ntargets")
        for it in self.verdicts:
            mark = "met" if it.is_met else "NOT MET"
            self.say(f"  {it.condition:<13}{it.what:<20}{it.reached:<32}{it.wanted:<20}{mark}")
        met = sum(it.is_met for it in self.verdicts)
        self.say(f"{met} of {len(self.verdicts)} targets met" + "".join(f"; {name} FAILED" for name in self.failures))
