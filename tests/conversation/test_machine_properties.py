"""Whatever happens at the table, in whatever order: the house's rules hold.

Hypothesis plays the partners, the clock, the voice and the faults, and long random evenings reach
every cell of the table. The second half of this file breaks the machine on purpose, rule by rule,
and sees that each breach is noticed.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistant.conversation.table import TABLE, Place
from assistant.events import (
    DateArrived,
    DatesChanged,
    Event,
    NotUnderstood,
    Part,
    PartBack,
    PartLost,
    SpeechFinished,
    Tick,
    VoiceEnded,
    VoiceStarted,
    When,
)
from tests.conversation.evening import SENSE, Evening, wishes

RITUALS = SENSE["ritual"]
WISHES = st.randoms(use_true_random=False).map(wishes)
SMALL = (Tick(), VoiceStarted(), VoiceEnded(), NotUnderstood())
REMINDERS = ("", "kind_word", "connecting_act", "waltz")
TIMES = (0.1, 2.0, 7.0, 60.0, 300.0)


class AnyEvening(RuleBasedStateMachine):
    """Hypothesis chooses what happens next."""

    @initialize(people=st.integers(2, 4), starts=st.integers(1, 9), seed=st.integers(0, 9))
    def sit_down(self, people: int, starts: int, seed: int) -> None:
        self.evening = Evening(people, starts, seed)

    @rule(name=st.sampled_from([*sorted(TABLE), "Waltz"]), slots=WISHES, addressed=st.booleans())
    def says_anything(self, name: str, slots: dict[str, str | int], addressed: bool) -> None:
        self.evening.hear(name, slots, addressed=addressed)

    @rule(which=st.integers(0, 40), slots=WISHES, addressed=st.booleans())
    def says_what_means_something(
        self, which: int, slots: dict[str, str | int], addressed: bool
    ) -> None:
        self.evening.hear_what_means_something(which, slots, addressed=addressed)

    @precondition(lambda self: self.evening.place in {Place.IDLE, Place.INVITED})
    @rule(ritual=st.sampled_from(RITUALS), times=st.integers(0, 14))
    def begins_a_ritual(self, ritual: str, times: int) -> None:
        self.evening.begin(ritual, times)

    @rule(times=st.integers(1, 6))
    def goes_on(self, times: int) -> None:
        self.evening.go_on(times)

    @rule(slow=st.booleans())
    def sentences_take_time_or_none(self, slow: bool) -> None:
        self.evening.slow = slow

    @rule(seconds=st.floats(0, 400) | st.sampled_from(TIMES))
    def lets_time_pass(self, seconds: float) -> None:
        self.evening.let_pass(seconds)

    @rule()
    def lets_time_pass_to_the_deadline(self) -> None:
        self.evening.tick_when_due()

    @rule(seconds=st.floats(0, 5000), event=st.sampled_from(SMALL))
    def was_suspended(self, seconds: float, event: Event) -> None:
        self.evening.be_suspended(seconds, event)

    @rule(event=st.sampled_from(SMALL))
    def sound_or_nothing(self, event: Event) -> None:
        self.evening.feed(event)

    @rule(number=st.integers(-1, 60))
    def some_sentence_is_reported_as_spoken(self, number: int) -> None:
        self.evening.feed(SpeechFinished(number))

    @rule(part=st.sampled_from(Part), back=st.booleans())
    def a_part_is_lost_or_back(self, part: Part, back: bool) -> None:
        self.evening.feed(PartBack(part) if back else PartLost(part))

    @rule(ritual=st.sampled_from([*RITUALS, "waltz", ""]), reminder=st.sampled_from(REMINDERS))
    def a_date_comes(self, ritual: str, reminder: str) -> None:
        self.evening.feed(DateArrived(ritual, reminder))

    @rule(name=st.sampled_from([*RITUALS, "waltz"]), time=st.sampled_from(["", "8:00", "6:15"]))
    def dates_change(self, name: str, time: str) -> None:
        self.evening.feed(DatesChanged(((name, When("sunday", time)),)))

    @rule(less=st.booleans())
    def content_is_renewed(self, less: bool) -> None:
        self.evening.renew(less=less)

    def teardown(self) -> None:
        if hasattr(self, "evening"):
            self.evening.end()


THOROUGH = settings(
    max_examples=100,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_rules_hold_whatever_happens() -> None:
    run_state_machine_as_test(AnyEvening, settings=THOROUGH)  # type: ignore[no-untyped-call]


# ---- long evenings ------------------------------------------------------------------------------


def random_evening(seed: int, steps: int = 150) -> Evening:
    """An evening that a die decides."""
    order = Random(seed)  # noqa: S311 - no secret
    evening = Evening(order.randint(2, 4), order.randint(1, 4), seed)
    dice: list[tuple[int, Callable[[], None]]] = [
        (
            8,
            lambda: evening.hear_what_means_something(
                order.randrange(99), wishes(order), addressed=order.random() < 0.5
            ),
        ),
        (3, lambda: evening.hear(order.choice(sorted(TABLE)), wishes(order))),
        (8, lambda: evening.go_on(order.randint(1, 5))),
        (2, lambda: evening.let_pass(order.choice(TIMES) * order.random())),
        (1, lambda: evening.be_suspended(order.uniform(0, 900), order.choice(SMALL))),
        (3, lambda: evening.feed(order.choice(SMALL))),
        (1, lambda: evening.feed(SpeechFinished(order.randrange(60)))),
        (1, lambda: evening.feed(PartBack(order.choice(list(Part))))),
        (1, lambda: evening.feed(DateArrived(order.choice(RITUALS)))),
        (1, lambda: evening.feed(DateArrived(reminder=order.choice(REMINDERS)))),
        (1, lambda: evening.renew(less=order.random() < 0.3)),
        (1, lambda: setattr(evening, "slow", not evening.slow)),
    ]
    weights, deeds = zip(*dice, strict=True)
    for _ in range(steps):
        if evening.place is Place.IDLE and order.random() < 0.7:
            evening.begin(order.choice(RITUALS), order.randint(0, 14))
        for deed in order.choices(deeds, weights):
            deed()
    evening.end()
    return evening


def test_long_evenings_keep_the_rules_and_reach_every_cell_of_the_table() -> None:
    reached: Counter[tuple[str, Place]] = Counter()
    for seed in range(60):
        reached += random_evening(seed).reached
    cells = {(intent, place) for intent, row in TABLE.items() for place in row}
    assert cells - set(reached) == set()
