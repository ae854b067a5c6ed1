"""What people of eleven languages write for a time, on Friday 20 November 2026 at 15:30 in Helsinki.

`phrases/de.txt` and its like were written before the code: what is written, and the local time in Helsinki that is meant,
or `asked` with words of the question, or `not understood`; behind `week:` what is asked about, and its days. Nothing may be
read as another time than the one that is meant.
"""

import importlib.util
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.when import Ask, Moment, Period, is_time, period, read
from bot.when.tongues import LANGUAGES
from bot.when.tongues.lexicon import lexicon

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
PHRASES = Path(__file__).parent / "phrases"
MEANINGLESS = "I do not understand"


def phrases(language: str) -> Iterator[tuple[str, str]]:
    for line in (PHRASES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        text, _, meant = line.partition("|")
        yield text.strip(), meant.strip()


def told(text: str) -> str:
    """What becomes of a phrase, in the words of the tables; a question in its own words."""
    if text.startswith("week:"):
        found = period(text.removeprefix("week:"), now=NOW, zone=HELSINKI)
        if isinstance(found, Period):
            return " ".join(one.astimezone(HELSINKI).date().isoformat() for one in (found.start, found.end))
        return found.question if found else "none"
    moment = read(text, now=NOW, zone=HELSINKI)
    if isinstance(moment, Ask):
        return moment.question
    return f"{moment.at.astimezone(HELSINKI):%Y-%m-%d %H:%M}" if moment.at else moment.kind


def fits(text: str, meant: str) -> bool:
    got = told(text)
    if meant.startswith("asked"):
        words = meant.removeprefix("asked").split(", ")
        return got[-1] in ".?" and MEANINGLESS not in got and all(one.strip() in got for one in words)
    if meant == "not understood":
        return got.startswith(MEANINGLESS)
    return got == meant


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrases_of_a_language_mean_what_they_mean(language: str) -> None:
    table = list(phrases(language))
    assert len(table) >= 40
    assert [f"{text} -> {told(text)}, not {meant}" for text, meant in table if not fits(text, meant)] == []


def test_the_table_of_days_and_months_is_the_one_of_cldr() -> None:
    """The table is made by a program, so that nobody needs Babel to run the bot; see `cldr_table`."""
    pytest.importorskip("babel")
    found = importlib.util.spec_from_file_location("cldr_table", Path(__file__).parent / "cldr_table.py")
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    assert made.MODULE.read_text(encoding="utf-8") == made.module()


FORMS = (
    "full",
    "long",
    "short",
    "EEEE d. MMMM HH:mm",
    "EEE d.M.yyyy HH.mm",
    "d MMM HH:mm",
    "EEEEEE d.M. HH:mm",
)
"""How CLDR's own forms and people write a date; the names of the last form are the shortest."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cldr_writes_is_read_as_the_same_time_or_asked_about(language: str) -> None:
    dates = pytest.importorskip("babel.dates")
    wrong: list[str] = []
    understood = 0
    for number in range(10):
        wall = datetime(2026, 11, 21, 7 * number % 24, (0, 30)[number % 2], tzinfo=HELSINKI)
        wall += timedelta(days=27 * number)
        for form in FORMS:
            if form in {"full", "long"}:
                day = dates.format_date(wall, form, locale=language)
                text = f"{day} {dates.format_time(wall, 'short', tzinfo=HELSINKI, locale=language)}"
            else:
                text = dates.format_datetime(wall, form, tzinfo=HELSINKI, locale=language)
            answer = read(text, now=NOW, zone=HELSINKI)
            understood += isinstance(answer, Moment)
            if isinstance(answer, Moment) and answer.at != wall.astimezone(UTC):
                wrong.append(f"{text} -> {answer.at}")
    assert wrong == []
    assert understood >= 10 * (len(FORMS) - 2), (
        "Estonian has days of one letter, English and Dutch ask about 3/12"
    )


def differing() -> list[str]:
    """Every word that means two days, months or hours to two languages."""
    return sorted(phrase for phrase, known in lexicon().items() if len(known) > 1 and "#" not in phrase)


@pytest.mark.parametrize("phrase", differing())
def test_a_word_that_two_languages_read_differently_is_asked_about(phrase: str) -> None:
    """Found by program over all tables: where the readings make two times, nobody's is taken."""
    words = {one.words for one in lexicon()[phrase]}
    for text in (f"{phrase} 10:00", f"{phrase} 16:00", f"{phrase} 26.11. 10:00", f"{phrase} 24.11. 10:00"):
        answers = {
            str(read(text.replace(phrase, one), now=NOW, zone=HELSINKI, languages=())) for one in words
        }
        moments = {one for one in answers if one.startswith("Moment")}
        answer = read(text, now=NOW, zone=HELSINKI)
        assert isinstance(answer, Ask) or {str(answer)} == moments, (text, answer, answers)


@pytest.mark.parametrize(
    "text,languages,meant",
    [("morgen 10:00", ("de",), "2026-11-21 10:00"), ("ma 9:00", ("fi",), "2026-11-23 09:00"),
     ("ma 9:00", ("fr",), "2026-11-24 09:00"), ("di 11:00", ("fr", "en"), "2026-11-22 11:00"),
     ("mar 10:00", ("en",), ""), ("torsdag 10:00", ("fi", "de"), ""), ("torsdag 10:00", ("sv",), "2026-11-26 10:00"),
     ("huomenna 10:00", ("sv",), ""), ("thursday 10:00", ("fi",), "2026-11-26 10:00"), ("mars 1 10:00", (), "")],
)  # fmt: skip
def test_only_the_languages_of_the_community_are_read_and_english(
    text: str, languages: tuple[str, ...], meant: str
) -> None:
    answer = read(text, now=NOW, zone=HELSINKI, languages=languages)
    if not meant:
        assert isinstance(answer, Ask), answer
        return
    assert isinstance(answer, Moment), answer
    assert answer.at is not None
    assert f"{answer.at.astimezone(HELSINKI):%Y-%m-%d %H:%M}" == meant


def test_the_question_says_what_a_word_means_in_which_language_and_offers_both() -> None:
    answer = read("ma 9:00", now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.question == (
        "`ma` is Monday in Finnish, Norwegian, Danish and Dutch; Tuesday in French: "
        "write `23 Nov 2026 9:00` or `24 Nov 2026 9:00`."
    )


@pytest.mark.parametrize(
    "text,lost",
    [("om 2 timmar och 30 minuter", "om 2 timmar och 30 minuter"), ("torsdag halv 3", "halv"),
     ("nächstes Wochenende 10 Uhr", "nächstes wochenende 10 uhr"), ("ensi kuun 3. päivä klo 10", "ensi kuun 3. päivä klo 10")],
)  # fmt: skip
def test_what_is_not_understood_is_said_in_the_words_that_were_written(text: str, lost: str) -> None:
    answer = read(text, now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.question.startswith(f"I do not understand `{lost}` in a time: write ")


@pytest.mark.parametrize("text", ["la", "to", "mar", "di", "man", "sam", "me", "des", "on", "so"])
def test_a_short_form_alone_is_no_time_and_no_period(text: str) -> None:
    """`what is man?` asks nothing about Monday."""
    found = period(text, now=NOW, zone=HELSINKI)
    assert found is None or (text == "mar" and isinstance(found, Period) and found.label == "March 2027")
    assert not is_time(text)


@pytest.mark.parametrize(
    "piece", ["to ", "mar ", "om to timer ", "on di ", "14 h 30 ", "kl.", "1 er ", "viikko 49. "]
)
def test_many_words_with_two_meanings_are_no_work(piece: str, linear: Callable[..., None]) -> None:
    def asked(text: str) -> None:
        assert isinstance(read(text, now=NOW, zone=HELSINKI), Ask)
        period(text, now=NOW, zone=HELSINKI)

    asked((piece * 200)[:199])
    whole = (piece * 10_000)[:10_000]
    linear(asked, whole, whole[:1_250])


def test_the_sign_of_a_number_is_no_number() -> None:
    for text in ("# heures #", "# h #", "klo #", "#. Dezember #"):
        assert isinstance(read(text, now=NOW, zone=HELSINKI), Ask)
        assert not is_time(text)
        period(text, now=NOW, zone=HELSINKI)
