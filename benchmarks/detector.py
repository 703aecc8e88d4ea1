"""The detector's answers, recorded once and replayed.

The gate hears the same sound for every state and rule; only the first run computes.
"""

from collections.abc import Sequence

from assistant.hearing.gate import Detector, Silero


class Recording:
    """Silero's detector, which remembers what it answered."""

    def __init__(self) -> None:
        """Load the detector."""
        self._detector: Detector = Silero()
        self.answers: list[float] = []
        self.asleep = False
        """Whether it says that nothing is voice, without listening."""

    def process_samples(self, samples: Sequence[float]) -> float:
        """Judge one block."""
        if self.asleep:
            return 0.0
        self.answers.append(self._detector.process_samples(list(samples)))
        return self.answers[-1]

    def reset(self) -> None:
        """Forget what came before."""
        self._detector.reset()


class Replaying:
    """Gives recorded answers again, to a gate that hears the same sound."""

    def __init__(self, answers: Sequence[float]) -> None:
        """Take the answers."""
        self._answers = iter(answers)
        self.asleep = False
        """As of `Recording`: what it says then is not among the answers."""

    def process_samples(self, samples: Sequence[float]) -> float:  # noqa: ARG002
        """Give the next answer."""
        return 0.0 if self.asleep else next(self._answers)

    def reset(self) -> None:
        """Do nothing: the answers are known."""
