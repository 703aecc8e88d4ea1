"""Compiling a ritual's steps into a script of beats, in one of its lengths."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from assistant.conversation import script as beats
from assistant.conversation.script import Beat, Role, Script
from assistant.schema import (
    AppointStep,
    AskStep,
    BreatheStep,
    CloseStep,
    ConsentStep,
    Counted,
    FirstStep,
    Lines,
    QuestionStep,
    Ritual,
    SayStep,
    Step,
    TalkStep,
    Timed,
    TurnStep,
)


def pick_length(ritual: Ritual, name: str = "", minutes: int = 0) -> str:
    """The length that was asked for: by name, or the one nearest to `minutes`; else the usual."""
    names = list(ritual.lengths)
    by_size = sorted(names, key=lambda n: ritual.lengths[n])
    if minutes:
        return min(names, key=lambda n: abs(ritual.lengths[n] - minutes))
    if name in ritual.lengths:
        return name
    if name == "short":
        return by_size[0]
    if name == "longest":
        return by_size[-1]
    if name == "long":
        usual = by_size.index(names[0])
        return by_size[min(usual + 1, len(by_size) - 1)]
    return names[0]


@dataclass(slots=True)
class _Compiler:
    """What compiling one ritual needs to know."""

    ritual: Ritual
    lines: Lines
    length: str
    people: int
    each_turn: float
    """Minutes of every turn when they were asked for by voice; 0 for the ritual's own."""
    groups: int = field(default=0)

    def seconds(self, timed: Timed) -> float:
        minutes = timed[self.length] if isinstance(timed, dict) else timed
        return minutes * 60.0

    def count(self, counted: Counted) -> int:
        return counted[self.length] if isinstance(counted, dict) else counted

    def group(self) -> int:
        self.groups += 1
        return self.groups

    def total_seconds(self) -> float:
        """How long the ritual takes, for the sentence that asks for consent."""
        if not self.each_turn:
            return self.ritual.lengths[self.length] * 60.0
        return self.each_turn * 60.0 * self.people + 60.0

    def compile(self, steps: tuple[Step, ...]) -> Script:
        done: list[Beat] = []
        for step in steps:
            done.extend(_COMPILE[type(step)](self, step))
        return tuple(done)

    def ask_each(self, text: str, yes: Script, no: Script) -> Script:
        """Ask one after the other; only when all say yes does `yes` follow."""
        result = yes
        for position in reversed(range(self.people)):
            asked = beats.Ask(text, result, no, asked=position, seconds=self.total_seconds())
            result = (asked,)
        return result

    # ---- one function a step --------------------------------------------------------------

    def say(self, step: SayStep) -> Script:
        return (beats.Speak(step.text, prompt=True),)

    def close(self, step: CloseStep) -> Script:
        return (beats.Speak(step.text, prompt=True),)

    def consent(self, step: ConsentStep) -> Script:
        refused = (beats.Speak(step.no or self.lines.another_time), beats.Leave())
        return self.ask_each(step.ask, (), refused)

    def breathe(self, step: BreatheStep) -> Script:
        return self._rest(step, beats.Rest.Kind.QUIET)

    def talk(self, step: TalkStep) -> Script:
        return self._rest(step, beats.Rest.Kind.TALK)

    def _rest(self, step: BreatheStep | TalkStep, kind: beats.Rest.Kind) -> Script:
        rest = beats.Rest(self.seconds(step.minutes), kind)
        return (beats.Speak(step.text, seconds=rest.seconds, prompt=True), rest)

    def ask(self, step: AskStep) -> Script:
        yes, no = self.compile(step.yes), self.compile(step.no)
        return self.ask_each(step.text, yes, no) if step.each else (beats.Ask(step.text, yes, no),)

    def first(self, step: FirstStep) -> Script:
        """Ask each in turn whether to be first; where nobody says yes, nobody is made to."""
        script: Script = (beats.Speak(self.lines.another_time), beats.Leave())
        for _ in range(self.people):
            script = (beats.Ask(step.ask, no=(beats.SwapFirst(), *script), asked=0),)
        return script

    def appoint(self, step: AppointStep) -> Script:
        return (beats.AskDate(step.ask),)

    def turn(self, step: TurnStep) -> Script:
        done: list[Beat] = []
        for number in range(self.count(step.rounds)):
            done.extend(self._one_round(step, later=number > 0))
        return tuple(done)

    def _one_round(self, step: TurnStep, *, later: bool) -> list[Beat]:
        if step.who == "each":
            turns, reflects = self.group(), self.group()
        else:  # what balances it is another step: more time here would be more for one
            turns = reflects = beats.UNEXTENDED
        positions = {"each": range(self.people), "first": (0,), "second": (1,)}[step.who]
        done: list[Beat] = []
        for position in positions:
            prompt = step.prompt if position == 0 else step.second_prompt or step.prompt
            if later and step.later_prompt:
                prompt = step.later_prompt
            done += self._floor(prompt, beats.Floor(position, self._turn_seconds(step), turns))
            if step.reflect is not None:
                listener = (position + 1) % self.people
                prompt = step.reflect_prompt or self.lines.reflect
                seconds = self.seconds(step.reflect)
                done += self._floor(prompt, beats.Floor(listener, seconds, reflects, Role.REFLECT))
        return done

    def _turn_seconds(self, step: TurnStep) -> float:
        """A time asked for by voice is that of the main turns, not of short rounds around them."""
        own = self.seconds(step.minutes)
        longest = max(self.seconds(turn.minutes) for turn in _turns(self.ritual.steps))
        wished = self.each_turn and own == longest and step.who == "each"
        return self.each_turn * 60.0 if wished else own

    def _floor(self, prompt: str, floor: beats.Floor) -> list[Beat]:
        return [beats.Speak(prompt, opens=floor, prompt=floor.role is not Role.ANSWER), floor]

    def question(self, step: QuestionStep) -> Script:
        done: list[Beat] = []
        for number in range(self.count(step.count)):
            done.append(beats.Draw(step.decks, step.level if number == 0 else None))
            seconds = self.seconds(step.minutes)
            if step.together:
                done.append(beats.Rest(seconds, beats.Rest.Kind.TALK))
                continue
            group = self.group()
            for position in range(self.people):
                text = self.lines.answer_first if position == 0 else self.lines.answer_next
                done += self._floor(text, beats.Floor(position, seconds, group, Role.ANSWER))
        return tuple(done)


def _turns(steps: tuple[Step, ...]) -> Iterator[TurnStep]:
    """All turn steps, also those after an answer."""
    for step in steps:
        if isinstance(step, TurnStep):
            yield step
        elif isinstance(step, AskStep):
            yield from _turns(step.yes + step.no)


_COMPILE: Mapping[type, Callable[..., Script]] = {
    SayStep: _Compiler.say,
    ConsentStep: _Compiler.consent,
    BreatheStep: _Compiler.breathe,
    TurnStep: _Compiler.turn,
    QuestionStep: _Compiler.question,
    TalkStep: _Compiler.talk,
    AskStep: _Compiler.ask,
    FirstStep: _Compiler.first,
    AppointStep: _Compiler.appoint,
    CloseStep: _Compiler.close,
}


def compile_ritual(
    ritual: Ritual, lines: Lines, *, length: str, people: int, each_turn: float = 0.0
) -> Script:
    """The script of a ritual in one of its lengths.

    Args:
        ritual: as loaded and checked.
        lines: for the sentences a step leaves to the house.
        length: one of `ritual.lengths`.
        people: how many hold the floor in turn.
        each_turn: minutes of every turn, where they were asked for by voice; 0 for its own.
    """
    compiler = _Compiler(ritual, lines, length, people, each_turn)
    compiled = compiler.compile(ritual.steps)
    if ritual.audience == "alone" and ritual.people != "one":
        refused = (beats.Speak(lines.another_time), beats.Leave())
        return compiler.ask_each(lines.are_you_alone, (), refused) + compiled
    return compiled
