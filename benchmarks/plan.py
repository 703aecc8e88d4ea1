"""How much is measured: the sizes of everything, for a full run and for a quick look."""

from dataclasses import dataclass

SEED = 20_240
"""All that is drawn at random is drawn from this."""

SNRS = (None, 24.0, 12.0, 6.0)
"""Signal-to-noise ratios in dB; None is clean."""

STATES = ("idle", "asked", "floor")
"""Moments in which the ear listens: `turntable hear --state` knows the same."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes of one run.

    Attributes:
        espeak_commands: commands by each held-out espeak-ng voice.
        unseen_commands: commands by each other held-out voice.
        trained_commands: commands by each voice the model was trained with.
        trained_espeak_voices: how many espeak-ng voices of the training are heard.
        talk_minutes: conversation of all kinds; dinner sentences fill up what recordings leave.
        least_dinner_minutes: dinner sentences at least, however many recordings there are.
        noise_minutes: of each kind of synthesized household noise, for false actions.
        most_recorded_minutes: of each folder of recordings.
        broad_minutes: talk that is heard in the state after a question too, and by loop (b).
        rule_minutes: talk on which each rule is switched off.
        forced_minutes: talk that is heard by a decoder that cannot reject.
        cost_seconds: of each material for processor time.
    """

    espeak_commands: int
    unseen_commands: int
    trained_commands: int
    trained_espeak_voices: int
    talk_minutes: float
    least_dinner_minutes: float
    noise_minutes: float
    most_recorded_minutes: float
    broad_minutes: float
    rule_minutes: float
    forced_minutes: float
    cost_seconds: float


FULL = Plan(
    espeak_commands=16,
    unseen_commands=32,
    trained_commands=8,
    trained_espeak_voices=5,
    talk_minutes=122,
    least_dinner_minutes=60,
    noise_minutes=2,
    most_recorded_minutes=60,
    broad_minutes=45,
    rule_minutes=16,
    forced_minutes=45,
    cost_seconds=60,
)

QUICK = Plan(
    espeak_commands=2,
    unseen_commands=3,
    trained_commands=1,
    trained_espeak_voices=1,
    talk_minutes=5,
    least_dinner_minutes=4,
    noise_minutes=0.1,
    most_recorded_minutes=0.7,
    broad_minutes=4,
    rule_minutes=1,
    forced_minutes=6,
    cost_seconds=10,
)
