"""The week question in the languages of the people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.grammar import Command, Said

ASKED = """
diese Woche                                 | plan    | diese Woche
Was ist diese Woche geplant?                | plan    | diese Woche
was steht nächste Woche an?                 | plan    | nächste Woche
Was kommt morgen raus?                      | plan    | morgen
was diese Woche?                            | plan    | diese Woche
was war letzte Woche?                       | history | letzte Woche
Was wurde im Oktober veröffentlicht?        | history | im Oktober
was ist geplant?                            | plan    |
KW 49                                       | plan    | KW 49
Was ist in KW 49 auf Mastodon geplant?      | plan    | in KW 49
Mitä tällä viikolla?                        | plan    | tällä viikolla
mitä on suunniteltu ensi viikolle?          | plan    | ensi viikolle
viikko 49                                   | plan    | viikko 49
mitä julkaistiin viime viikolla?            | history | viime viikolla
Vad är planerat den här veckan?             | plan    | den här veckan
vad händer vecka 49?                        | plan    | vecka 49
vad gick ut förra veckan?                   | history | förra veckan
Hva er planlagt denne uken?                 | plan    | denne uken
hva skjer i morgen                          | plan    | i morgen
uke 49                                      | plan    | uke 49
kva er planlagt neste veke?                 | plan    | neste veke
Hvad er planlagt i denne uge?               | plan    | i denne uge
hvad gik ud i sidste uge?                   | history | i sidste uge
Mis on sel nädalal plaanis?                 | plan    | on sel nädalal
mis ilmus eelmisel nädalal?                 | history | eelmisel nädalal
Qu'est-ce qui est prévu cette semaine ?     | plan    | cette semaine
quoi de prévu la semaine prochaine ?        | plan    | la semaine prochaine
semaine 49                                  | plan    | semaine 49
Wat staat er deze week gepland?             | plan    | deze week
wat was er vorige week?                     | history | vorige week
Hvað er á dagskrá í þessari viku?           | plan    | í þessari viku
what is scheduled diese Woche?              | plan    | diese Woche
what went out viime viikolla?               | history | viime viikolla
What was published last week?               | history | last week
"""
NOT_ASKED = (
    "es geht", "was ist das?", "was ist los", "so", "man", "mail", "la", "c'est la vie", "on y va", "hva er det?", "to do",
    "what is man?", "when is Mai here?", "das ist für uns", "wat is er?", "is er iets?", "mais non", "sam",
)  # fmt: skip


@pytest.mark.parametrize("line", ASKED.strip().splitlines())
def test_the_plan_is_asked_for_in_the_languages_of_the_people(line: str, said: Callable[[str], Said]) -> None:
    text, verb, period = (part.strip() for part in line.split("|"))
    found = said(text)
    assert isinstance(found, Command), found
    assert (found.verb, found.rest) == (verb, period)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_words_that_only_sound_like_it_ask_for_no_plan(text: str, said: Callable[[str], Said]) -> None:
    found = said(text)
    assert not isinstance(found, Command) or found.verb not in {"plan", "history"}
