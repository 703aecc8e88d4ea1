"""What two people say over dinner that is not meant for the assistant.

Sentences are composed from templates; many hold the words of a command ("let's start dinner", "can
you pass the salt please"), and none is a command.
"""

import re
from collections.abc import Container, Iterator
from random import Random

_LISTS: dict[str, tuple[str, ...]] = {
    "food": ("salt", "butter", "bread", "rice", "salad", "soup", "water", "pepper", "cheese",
             "sauce", "wine", "beans", "chicken", "lemon", "honey", "milk"),
    "thing": ("dishes", "laundry", "shopping list", "report", "garden", "taxes", "kitchen",
              "homework", "letter", "book", "car", "packing"),
    "person": ("your mother", "my sister", "the neighbor", "your brother", "anna", "the teacher",
               "my boss", "the doctor", "tom", "our friend from work", "grandpa", "the plumber"),
    "place": ("the market", "the station", "school", "the office", "the beach", "the hospital",
              "the garden", "the library", "town", "the mountains"),
    "day": ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
            "tomorrow", "next week", "the weekend"),
    "number": ("two", "three", "five", "seven", "ten", "fifteen", "twenty", "thirty"),
    "quality": ("good", "cold", "wonderful", "strange", "late", "lovely", "difficult", "funny",
                "quiet", "expensive", "salty", "nice"),
    "time": ("this morning", "last night", "yesterday", "on the weekend", "after lunch",
             "before bed", "at noon", "all day"),
}  # fmt: skip

_TEMPLATES = (
    # words of commands in ordinary talk
    "let's start dinner before the {food} gets cold",
    "let's start with the {food} and then we talk about {day}",
    "can you pass the {food} please",
    "could you pass me the {food} and the {food}",
    "i'm done with the {thing} so we can sit down",
    "are you done with the {thing} already",
    "i was done with the {thing} {time}",
    "{person} passed the exam {time}",
    "we should take a break from the {thing} on {day}",
    "i need a break after {place} and the {thing}",
    "stop putting so much {food} in the {food}",
    "the bus does not stop at {place} on {day}",
    "please stop worrying about the {thing}",
    "yes the {food} was really {quality}",
    "yes but {person} will not come on {day}",
    "no i have not seen {person} {time}",
    "no there is no {food} left in the fridge",
    "not now the {food} is still on the stove",
    "that is a {quality} question for {person}",
    "i have another question about the {thing}",
    "{person} asked me a {quality} question {time}",
    "can you repeat what {person} said {time}",
    "how much time do we need to get to {place}",
    "how much time is left before {person} comes",
    "there is more time on {day} i think",
    "we could continue with the {thing} on {day}",
    "skip the {food} if you do not like it",
    "it is getting louder near {place} every year",
    "{person} speaks a little slower than {person}",
    "you could drive a bit slower when we go to {place}",
    "go to sleep early if you were at {place} {time}",
    "the kids go to sleep at {number}",
    "wake up {person} at {number} please",
    "i could not wake up {time}",
    "help {person} with the {thing} please",
    "what can i say to {person} about the {thing}",
    "do you record the show on {day}",
    "what do you think about the {thing}",
    "it is my turn to do the {thing}",
    "whose turn is it to bring {food} on {day}",
    "turn the {food} around when it is {quality}",
    "turn the light off when you leave {place}",
    "we need a new table for the {thing}",
    "put the {food} on the table next to the {food}",
    "the old record player of {person} has a broken turntable",
    "let's start over with the {thing} {time}",
    "{person} wants to start the {thing} on {day}",
    "the weekly meeting with {person} was {quality}",
    "we check in at the hotel on {day} at {number}",
    "did you check in with {person} about the {thing}",
    "bedtime is at {number} for the children",
    "we had {food} for dinner and {food} for lunch",
    "forget everything {person} said about the {food}",
    "forget about the {thing} until {day}",
    "pause the film when {person} is at the door",
    "same time on {day} would be fine for {person}",
    "tomorrow at {number} i have to be at {place}",
    "{day} at {number} the {thing} should be ready",
    "we talked about business with {person} {time}",
    "that is a lighter meal than {food} with {food}",
    "the water is deeper behind {place}",
    "give me a {quality} piece of {food}",
    "ten minutes more in the oven and the {food} is {quality}",
    "i will be ready in {number} minutes",
    "{number} minutes are not enough for the {thing}",
    # ordinary talk
    "{person} called me {time}",
    "did you see {person} at {place}",
    "the {food} tastes {quality} today",
    "i think the {food} needs more {food}",
    "we were at {place} {time} and it was {quality}",
    "how was your day at {place}",
    "the weather will be {quality} on {day}",
    "i have to go to {place} on {day}",
    "{person} is coming for dinner on {day}",
    "my back hurts from the {thing}",
    "what shall we cook on {day}",
    "the train to {place} was {quality} again",
    "i bought {food} and {food} {time}",
    "{person} is looking for a new job near {place}",
    "remember to call {person} about the {thing}",
    "do you want some more {food} or {food}",
    "i like it when the house is {quality}",
    "it costs about {number} dollars at {place}",
    "{person} told me something {quality} {time}",
    "we could invite {person} on {day}",
    "i did not sleep well because of {person}",
    "this {food} comes from {place}",
    "the {thing} can wait until {day}",
    "you look tired from the {thing}",
    "there is a {quality} film on {day} at {number}",
    "oh that sounds {quality}",
    "why did {person} go to {place}",
    "i would love to go to {place} with you on {day}",
)


def compose(seed: int, commands: Container[str]) -> Iterator[str]:
    """Give ever new sentences, none twice, and none that is a command.

    Ends when the templates have little new to say.
    """
    draw = Random(seed)
    said: set[str] = set()
    tries = 0
    while tries < 1000:
        sentence = _filled(draw, draw.choice(_TEMPLATES))
        tries += 1
        if sentence not in said and sentence not in commands:
            said.add(sentence)
            tries = 0
            yield sentence


def _filled(draw: Random, template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: draw.choice(_LISTS[found[1]]), template)
