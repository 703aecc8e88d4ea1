"""Whatever happens at the table, in whatever order: the house's rules hold.

Hypothesis plays the partners, the clock, the voice and the faults, and long random evenings reach
every cell of the table. The second half of this file breaks the machine on purpose, rule by rule,
and sees that each breach is noticed.
"""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from assistant.config import Timing
from assistant.conversation import activities, machine, wording
from assistant.conversation.activities import Activity, Holding, Paused
from assistant.conversation.shares import Shares
from assistant.conversation.stage import Stage
from assistant.conversation.table import TABLE, Place
from assistant.conversation.turns import Turn
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
from tests.conversation.rules import RuleBroken

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

    @invariant()
    def a_stop_that_is_meant_would_end_it(self) -> None:
        self.evening.check_stop()

    def teardown(self) -> None:
        if hasattr(self, "evening"):
            self.evening.check_rest()


THOROUGH = settings(
    max_examples=100,
    stateful_step_count=50,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_rules_hold_whatever_happens() -> None:
    run_state_machine_as_test(AnyEvening, settings=THOROUGH)


# ---- long evenings ------------------------------------------------------------------------------


def random_evening(seed: int, reached: Counter[tuple[str, Place]]) -> None:
    """An evening that a die decides; what was seldom said is said more often."""
    order = Random(seed)  # noqa: S311 - no secret
    evening = Evening(order.randint(2, 4), order.randint(1, 4), seed, reached)
    dice: list[tuple[int, Callable[[], None]]] = [
        (
            8,
            lambda: evening.hear_what_means_something(
                order.randrange(2), wishes(order), addressed=order.random() < 0.5
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
    rare = {Place.QUIET, Place.DATE, Place.BREAK}
    for _ in range(100):
        if evening.place is Place.IDLE and order.random() < 0.7:
            evening.begin(order.choice(RITUALS), int(15 * order.random() ** 2))
        often = 30 if evening.place in rare else 8
        order.choices(deeds, [often, *weights[1:]])[0]()
        evening.check_stop()
        if order.random() < 0.1:
            evening.check_rest()


def long_evenings() -> set[tuple[str, Place]]:
    """Many evenings; gives what was said at which place."""
    reached: Counter[tuple[str, Place]] = Counter()
    for seed in range(60):
        random_evening(seed, reached)
    return set(reached)


def test_long_evenings_keep_the_rules_and_reach_every_cell_of_the_table() -> None:
    cells = {(intent, place) for intent, row in TABLE.items() for place in row}
    assert cells - long_evenings() == set()


# ---- each breach is noticed ---------------------------------------------------------------------


def keeps_the_clock_running(_: Stage, holding: Holding, __: float) -> Holding:
    return holding


def forgets_that_it_waits(
    activity: Activity, timing: Timing, quiet_since: float | None
) -> float | None:
    return (
        None if isinstance(activity, Paused) else activities.deadline(activity, timing, quiet_since)
    )


BREACHES = [
    (Stage, "stand_still", keeps_the_clock_running, "speaks while a partner holds the floor"),
    (Stage, "listen", lambda _: None, "listens for None"),
    (Stage, "end_open_turn", lambda _: None, "but told|holds the floor"),
    (Stage, "_clear", Stage.end_open_turn, "stop"),
    (Shares, "owed", lambda *_: [], "unequal time at the close"),
    (Shares, "granted", lambda _, floor: floor.seconds, "unequal time at the close"),
    (machine, "deadline", forgets_that_it_waits, "does not come to rest from Place.PAUSED"),
    (Turn, "resumed", lambda turn, _: turn, "a paused turn has no deadline"),
    (wording, "fill", lambda text, _: text, "speaks a placeholder"),
]


@pytest.mark.parametrize(("where", "what", "fault", "noticed"), BREACHES)
def test_a_breach_of_a_rule_is_noticed(
    monkeypatch: pytest.MonkeyPatch, where: object, what: str, fault: object, noticed: str
) -> None:
    monkeypatch.setattr(where, what, fault)
    with pytest.raises((RuleBroken, ValueError), match=noticed):
        long_evenings()
