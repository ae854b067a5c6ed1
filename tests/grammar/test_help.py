"""The help is made from the table of verbs, and every example in it is understood as what it explains."""

import re

import pytest

import bot.grammar
from bot.grammar import HELP, OVERVIEW, Command, Written, parse
from bot.grammar.known import KNOWN
from bot.grammar.verbs import VERBS, Verb

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_example_is_understood_as_its_verb(verb: Verb) -> None:
    for example in verb.examples:
        said = parse(example, accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(said, Command)
        named = {"plan", "history"} if verb.name in {"plan", "history"} else {verb.name}
        assert said.verb in named, example


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_verb_has_help_with_its_form_and_examples(verb: Verb) -> None:
    text = HELP[verb.name]
    assert verb.usage in text
    assert verb.what in text
    assert all(f"`{example}`" in text for example in verb.examples)
    assert parse(f"help {verb.name}", accounts=ACCOUNTS, defaults=ACCOUNTS) == Command("help", rest=verb.name)


def test_there_is_help_on_nothing_else_but_drafts_and_times() -> None:
    assert set(HELP) == {verb.name for verb in VERBS} | {"draft", "time"}


def test_the_grammar_in_the_docstring_has_every_verb_and_every_option() -> None:
    grammar = bot.grammar.__doc__ or ""
    assert [verb.usage for verb in VERBS if verb.usage not in grammar] == []
    assert [name for name in KNOWN if not re.search(rf"^    {name}  ", grammar, re.MULTILINE)] == []


def test_the_help_on_drafts_has_every_option() -> None:
    assert [
        name for name in KNOWN if f"`{name}:" not in HELP["draft"] and f"`{name}: " not in HELP["draft"]
    ] == []


def test_the_overview_names_every_verb_and_is_short() -> None:
    quoted = re.findall(r"`([^`]+)`", OVERVIEW)
    said = [parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS) for text in quoted]
    assert {one.verb for one in said if isinstance(one, Command)} == {verb.name for verb in VERBS}
    assert len(OVERVIEW) < 1500


def test_the_draft_in_the_help_is_without_problems() -> None:
    blocks = re.findall(r"```\n(.*?)```", HELP["draft"], re.DOTALL)
    for block in blocks:
        said = parse(block, accounts=ACCOUNTS, defaults=ACCOUNTS)
        assert isinstance(said, Written)
        assert [one for one in said.problems if one.error] == []
    assert len(blocks) == 2
