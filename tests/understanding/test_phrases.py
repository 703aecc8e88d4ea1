"""Templates become whole phrases, and whatever is wrong with them is one line with its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz

from assistant import content
from assistant.errors import BadContent
from assistant.events import Intent
from assistant.hearing.models import rehearsal_model
from assistant.hearing.vosk_recognizer import VoskRecognizer
from assistant.understanding.name import heard_name
from assistant.understanding.phrases import Phrases, load_phrases
from assistant.understanding.sound import sound_of

HEAD = "language: en\n"


def load(folder: Path, *texts: str) -> Phrases:
    files = []
    for number, text in enumerate(texts):
        file = folder / f"{number}.yaml"
        file.write_text(HEAD + text, encoding="utf-8")
        files.append(file)
    return load_phrases(files)


def intents(**sentences: str) -> str:
    lines = [
        f'  {name}:\n    data: [{{sentences: ["{text}"]}}]' for name, text in sentences.items()
    ]
    return "intents:\n" + "\n".join(lines) + "\n"


def texts(phrases: Phrases) -> set[str]:
    return {phrase.text for phrase in phrases}


@pytest.fixture(scope="module")
def shipped() -> Phrases:
    return load_phrases(content.intent_files("en"))


# ---- what templates mean -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("stop", {"stop"}),
        ("Stop  Now", {"stop now"}),
        ("(i'm|i am) done", {"i'm done", "i am done"}),
        ("louder [please]", {"louder", "louder please"}),
        ("[a] lighter question", {"lighter question", "a lighter question"}),
        ("(one;two)", {"one two", "two one"}),
        ("(start|begin) [(our|the)] talk", {
            "start talk", "start our talk", "start the talk",
            "begin talk", "begin our talk", "begin the talk",
        }),
    ],
)  # fmt: skip
def test_a_template_is_expanded(tmp_path: Path, template: str, said: set[str]) -> None:
    assert texts(load(tmp_path, intents(Stop=template))) == said


def test_a_list_gives_slots_that_keep_their_type(tmp_path: Path) -> None:
    lists = 'lists: {minutes: {values: [{in: "two", out: 2}]}, pace: {values: [slowly]}}\n'
    phrases = load(tmp_path, intents(StartTurns="{minutes} minute turns {pace:how}") + lists)
    (phrase,) = phrases
    assert phrase.text == "two minute turns slowly"
    assert phrase.slots == {"minutes": 2, "how": "slowly"}


def test_a_value_of_a_list_is_a_template_too(tmp_path: Path) -> None:
    lists = 'lists: {deck: {values: [{in: "(light|everyday)", out: "light"}]}}\n'
    phrases = load(tmp_path, intents(GiveQuestion="a {deck} question") + lists)
    assert texts(phrases) == {"a light question", "a everyday question"}
    assert {str(phrase.slots) for phrase in phrases} == {"{'deck': 'light'}"}


def test_a_rule_is_used_by_name(tmp_path: Path) -> None:
    rules = 'expansion_rules: {polite: "[please]"}\n'
    assert texts(load(tmp_path, intents(Done="pass <polite>") + rules)) == {"pass", "pass please"}


def test_slots_of_the_sentences_are_added(tmp_path: Path) -> None:
    text = 'intents: {StartTurns: {data: [{sentences: ["short turns"], slots: {length: short}}]}}'
    (phrase,) = load(tmp_path, text)
    assert phrase.slots == {"length": "short"}


def test_a_second_file_adds_to_lists_and_intents_of_the_first(tmp_path: Path) -> None:
    first = intents(StartRitual="start {ritual}") + "lists: {ritual: {values: [repair]}}\n"
    second = intents(StartRitual="let's have {ritual}") + "lists: {ritual: {values: [picnic]}}\n"
    phrases = load(tmp_path, first, second)
    assert texts(phrases) == {
        "start repair", "start picnic", "let's have repair", "let's have picnic",
    }  # fmt: skip


def test_an_intent_may_be_named_yes(tmp_path: Path) -> None:
    assert load(tmp_path, intents(Yes="yes", No="no")).intents == {"Yes", "No"}


# ---- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (intents(Stop="stop {pace}"), 'list "pace"'),
        (intents(Stop="stop <polite>"), 'rule "polite"'),
        (intents(Stop="stop ("), "well-formed"),
        (intents(Stop="stop [now"), "well-formed"),
        (intents(Stop="stop 2 times"), "only words"),
        (intents(Stop="[stop]"), "only words"),
        (intents(Stop="stop <a>") + 'expansion_rules: {a: "now <a>"}\n', ""),
        (intents(Stop="stop <a>") + 'expansion_rules: {a: "<a>"}\n', ""),
        (intents(Stop="(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)"), "3,000"),
        (intents(Stop="s" * 500), "400"),
        (intents(Stop=""), "Stop"),
    ],
)
def test_a_bad_template_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadContent) as error:
        load(tmp_path, text)
    assert error.value.file == str(tmp_path / "0.yaml")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_the_line_of_a_bad_template_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadContent) as error:
        load(tmp_path, intents(Stop="stop", Done="pass {nothing}"))
    assert error.value.line == 1 + 5


@pytest.mark.parametrize(
    "text",
    [
        "intents: {Stop: {data: [{sentences: [stop], tone: loud}]}}",
        "intents: {Stop: {data: [{sentences: [stop, 5]}]}}",
        "intents: {Stop: [stop]}",
        "lists: {minutes: {values: [{in: two}]}}",
        "lists: {minutes: {range: {from: 1, to: 5}}}",
        "skip_words: [please]",
        "intents: [",
    ],
)
def test_what_is_not_in_the_schema_is_refused_with_its_file(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadContent) as error:
        load(tmp_path, text)
    assert error.value.file == str(tmp_path / "0.yaml")


def test_one_text_cannot_mean_two_things(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match="both Stop and Done"):
        load(tmp_path, intents(Stop="(stop|no more)"), intents(Done="no [more]"))


def test_one_text_cannot_mean_two_values(tmp_path: Path) -> None:
    lists = 'lists: {n: {values: [{in: "a few", out: 2}, {in: "a few", out: 3}]}}\n'
    with pytest.raises(BadContent, match="a few"):
        load(tmp_path, intents(Stop="{n} more") + lists)


def test_the_same_text_twice_with_one_meaning_is_one_phrase(tmp_path: Path) -> None:
    assert len(load(tmp_path, intents(Stop="stop"), intents(Stop="stop [now]"))) == 2


@given(
    st.text(alphabet="ab ([{<|>}])':;[unk]", min_size=1, max_size=30).filter(
        lambda text: "'" not in text
    )
)
def test_any_template_is_expanded_or_refused(
    tmp_path_factory: pytest.TempPathFactory, template: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    try:
        phrases = load(folder, f"intents: {{Stop: {{data: [{{sentences: ['{template}']}}]}}}}")
    except BadContent:
        return
    assert all(text == " ".join(text.split()) and text for text in texts(phrases))


# ---- the vocabulary ----------------------------------------------------------------------------


def test_a_word_the_model_lacks_is_told_with_file_line_and_phrase(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop", Done="pass the quokka"))
    phrases.check_vocabulary(lambda _: True)
    with pytest.raises(BadContent) as error:
        phrases.check_vocabulary(lambda word: word != "quokka")
    assert '"quokka" of the phrase "pass the quokka"' in str(error.value)
    assert (error.value.file, error.value.line) == (str(tmp_path / "0.yaml"), 6)


def test_the_rehearsal_model_knows_every_word_we_ship(shipped: Phrases) -> None:
    model = VoskRecognizer(rehearsal_model())
    shipped.check_vocabulary(model.knows)
    assert all(map(model.knows, heard_name("turntable", model.knows).split()))


def test_no_phrase_we_ship_is_longer_than_a_breath(shipped: Phrases) -> None:
    """Ten words are about four seconds at a calm pace: the longest command that is decoded."""
    assert max(len(phrase.text.split()) for phrase in shipped) <= 10


# ---- the closed set of a moment ----------------------------------------------------------------


def test_bare_intents_are_heard_with_and_without_the_name(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop", Done="pass", Help="help"))
    closed = phrases.closed_set(frozenset({"Stop", "Done"}), frozenset({"Stop"}), "turn table")
    assert dict(closed.intents) == {
        "stop": Intent("Stop"),
        "turn table stop": Intent("Stop", addressed=True),
        "turn table pass": Intent("Done", addressed=True),
    }


def test_the_same_moment_gives_the_same_set(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop", Done="pass"))
    one, two = frozenset({"Stop"}), frozenset({"Stop", "Done"})
    assert phrases.closed_set(two, one, "robin") is phrases.closed_set(two, one, "robin")
    assert phrases.closed_set(two, one, "robin") is not phrases.closed_set(two, two, "robin")
    assert phrases.closed_set(two, one, "robin") is not phrases.closed_set(two, one, "wren")


def test_a_bare_intent_that_is_not_listened_for_is_not_heard(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop", Done="pass"))
    closed = phrases.closed_set(frozenset({"Stop"}), frozenset({"Stop", "Done"}), "robin")
    assert set(closed.texts) == {"stop", "robin stop"}


def test_a_phrase_that_a_longer_one_begins_with_may_continue(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(AnotherQuestion="another question [about dreams]"))
    every = frozenset({"AnotherQuestion"})
    closed = phrases.closed_set(every, every, "robin")
    assert closed.may_continue("another question")
    assert closed.may_continue("robin")
    assert not closed.may_continue("another question about dreams")
    assert not closed.may_continue("another quest")


def test_nothing_to_listen_for_is_an_empty_set(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop"))
    assert not phrases.closed_set(frozenset(), frozenset(), "robin")


# ---- decoys ------------------------------------------------------------------------------------


def test_decoys_of_all_files_are_in_every_moment_once(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Stop="stop") + "decoys: [salt, garden]\n", "decoys: [salt]\n")

    closed = phrases.closed_set(frozenset({"Stop"}), frozenset(), "turntable")

    assert closed.decoys == ("salt", "garden")
    assert set(closed.texts) == {"turntable stop"}  # they mean nothing


def test_a_word_of_the_moment_is_no_decoy(tmp_path: Path) -> None:
    phrases = load(tmp_path, intents(Skip="skip", Stop="stop now") + "decoys: [skip, now, salt]\n")

    assert phrases.closed_set(frozenset({"Skip"}), frozenset(), "turntable").decoys == (
        "now",
        "salt",
    )
    assert phrases.closed_set(frozenset({"Stop"}), frozenset(), "salt").decoys == ("skip",)


@pytest.mark.parametrize("decoy", ["two words", "Salt", "", "[unk]", "a" * 31])
def test_a_decoy_is_one_word(tmp_path: Path, decoy: str) -> None:
    with pytest.raises(BadContent, match="decoys"):
        load(tmp_path, f'decoys: ["{decoy}"]\n')


def test_no_decoy_we_ship_sounds_like_a_word_of_a_phrase(shipped: Phrases) -> None:
    words = {word for text in texts(shipped) for word in text.split()}
    decoys = shipped.closed_set(frozenset(), frozenset(), "turntable").decoys

    assert len(decoys) > 50
    assert not [(decoy, word) for decoy in decoys for word in words if alike(decoy, word)]
    assert alike("know", "no")
    assert alike("weight", "wait")


def alike(one: str, other: str) -> bool:
    """Whether two words are nearly the same sound or nearly the same letters."""
    return fuzz.ratio(sound_of(one), sound_of(other)) >= 90 or fuzz.ratio(one, other) >= 80
