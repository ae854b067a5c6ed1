"""What people write for a time, on Friday 20 November 2026 at 15:30 in Helsinki."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.when import Ask, Moment, read

HELSINKI = ZoneInfo("Europe/Helsinki")
NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)

# What is written -> the local time in Helsinki that is meant.
CLEAR = """
tomorrow 10:00                      | 2026-11-21 10:00
Tomorrow 10:00                      | 2026-11-21 10:00
TOMORROW AT 10                      | 2026-11-21 10:00
tomorrow at 10:00                   | 2026-11-21 10:00
tmrw 10am                           | 2026-11-21 10:00
10:00 tomorrow                      | 2026-11-21 10:00
tomorrow, 10:00                     | 2026-11-21 10:00
tomorrow – 10:00                    | 2026-11-21 10:00
tomorrow — 10:00                    | 2026-11-21 10:00
  tomorrow   10 : 00                | 2026-11-21 10:00
tomorrow 10:00?                     | 2026-11-21 10:00
tomorrow 10:00.                     | 2026-11-21 10:00
tomorrow klo 10                     | 2026-11-21 10:00
tomorrow kl. 10.00                  | 2026-11-21 10:00
tomorrow 9.10                       | 2026-11-21 09:10
tomorrow 1430                       | 2026-11-21 14:30
tomorrow 14h30                      | 2026-11-21 14:30
tomorrow 14h                        | 2026-11-21 14:00
tomorrow 10 o'clock                 | 2026-11-21 10:00
tomorrow 10 o’clock                 | 2026-11-21 10:00
tomorrow 1:30pm                     | 2026-11-21 13:30
tomorrow 1.30 pm                    | 2026-11-21 13:30
tomorrow 9 a.m.                     | 2026-11-21 09:00
tomorrow 12am                       | 2026-11-21 00:00
tomorrow 12pm                       | 2026-11-21 12:00
tomorrow morning at 9               | 2026-11-21 09:00
tomorrow evening at 8               | 2026-11-21 20:00
tomorrow afternoon at 3             | 2026-11-21 15:00
tomorrow at 3 in the afternoon      | 2026-11-21 15:00
day after tomorrow 9                | 2026-11-22 09:00
the day after tomorrow at 9:15      | 2026-11-22 09:15
tonight at 8                        | 2026-11-20 20:00
tonight 20:00                       | 2026-11-20 20:00
today 18                            | 2026-11-20 18:00
today at 18.30                      | 2026-11-20 18:30
later today 18:00                   | 2026-11-20 18:00
at 18                               | 2026-11-20 18:00
18:00                               | 2026-11-20 18:00
klo 17.30                           | 2026-11-20 17:30
kello 18                            | 2026-11-20 18:00
5pm                                 | 2026-11-20 17:00
thursday 9am                        | 2026-11-26 09:00
Thursday 9 AM                       | 2026-11-26 09:00
Thu 9am                             | 2026-11-26 09:00
thurs 9:00                          | 2026-11-26 09:00
on Thursday at 9                    | 2026-11-26 09:00
thursdays 9:00                      | 2026-11-26 09:00
9am thursday                        | 2026-11-26 09:00
fri 16:00                           | 2026-11-20 16:00
sat 14.00                           | 2026-11-21 14:00
Sunday at noon                      | 2026-11-22 12:00
mon. 8.30                           | 2026-11-23 08:30
next thursday 10:00                 | 2026-11-26 10:00
next tuesday 9am                    | 2026-11-24 09:00
this sunday 9:00                    | 2026-11-22 09:00
coming monday 9:00                  | 2026-11-23 09:00
friday next week 10:00              | 2026-11-27 10:00
next week friday 10                 | 2026-11-27 10:00
in 2 hours                          | 2026-11-20 17:30
in two hours                        | 2026-11-20 17:30
In 90 min                           | 2026-11-20 17:00
in 1h30                             | 2026-11-20 17:00
in 1.5 hours                        | 2026-11-20 17:00
in an hour                          | 2026-11-20 16:30
in half an hour                     | 2026-11-20 16:00
in an hour and a half               | 2026-11-20 17:00
in 1 hour and 30 minutes            | 2026-11-20 17:00
in 1 day 2 hours                    | 2026-11-21 17:30
2 hours from now                    | 2026-11-20 17:30
+2h                                 | 2026-11-20 17:30
in 3 days at 10                     | 2026-11-23 10:00
in a week 9:00                      | 2026-11-27 09:00
in 2 weeks at 9.30                  | 2026-12-04 09:30
2026-12-01 09:00                    | 2026-12-01 09:00
2026-12-01T09:00                    | 2026-12-01 09:00
2026-12-01t09:00:00                 | 2026-12-01 09:00
2026/12/01 09:00                    | 2026-12-01 09:00
2026‑12‑01 09:00                    | 2026-12-01 09:00
2026-12-01T09:00Z                   | 2026-12-01 11:00
2026-12-01T09:00:00.000Z            | 2026-12-01 11:00
2026-12-01T09:00:00+02:00           | 2026-12-01 09:00
2026-12-01T09:00:00-05:00           | 2026-12-01 16:00
2026-12-01T09:00+0100               | 2026-12-01 10:00
<time:2026-12-01T09:00:00+02:00>    | 2026-12-01 09:00
<time:2026-12-01T09:00+02:00>       | 2026-12-01 09:00
<time:2026-12-01T09:00:00Z>         | 2026-12-01 11:00
<time:2026-12-01 09:00>             | 2026-12-01 11:00
at <time:2026-12-01T09:00:00+02:00> | 2026-12-01 09:00
<time:1796115600>                   | 2026-12-01 11:00
1 Dec 9:00                          | 2026-12-01 09:00
1. Dec 9:00                         | 2026-12-01 09:00
1 Dec. 2026, 9:00                   | 2026-12-01 09:00
Dec 1 at 9                          | 2026-12-01 09:00
December 1st, 2026 at 9am           | 2026-12-01 09:00
1st of December 9:00                | 2026-12-01 09:00
the 1st of December at 9:00         | 2026-12-01 09:00
9:00 on 1 December                  | 2026-12-01 09:00
noon on 1 Dec                       | 2026-12-01 12:00
1 Dec at noon                       | 2026-12-01 12:00
1 Dec 2026 14.30                    | 2026-12-01 14:30
1 Dec klo 14                        | 2026-12-01 14:00
Tue 1 Dec 10:00                     | 2026-12-01 10:00
tuesday 1.12. 10:00                 | 2026-12-01 10:00
30.11. 14.30                        | 2026-11-30 14:30
30.11. 14.30.                       | 2026-11-30 14:30
30.11. klo 14.30                    | 2026-11-30 14:30
30.11.2026 klo 14                   | 2026-11-30 14:00
30.11.26 14:00                      | 2026-11-30 14:00
30. 11. 2026 14:00                  | 2026-11-30 14:00
14.30 30.11.                        | 2026-11-30 14:30
mon 30.11 10:00                     | 2026-11-30 10:00
30.11 10                            | 2026-11-30 10:00
3.12 10:00                          | 2026-12-03 10:00
30-11-2026 10:00                    | 2026-11-30 10:00
25/12 10:00                         | 2026-12-25 10:00
12/25 10:00                         | 2026-12-25 10:00
25/12/2026 10:00                    | 2026-12-25 10:00
31/1 9.00                           | 2027-01-31 09:00
12/12 9.00                          | 2026-12-12 09:00
2 Jan 9:00                          | 2027-01-02 09:00
1.7. 9:00                           | 2027-07-01 09:00
1 July 9:00                         | 2027-07-01 09:00
midnight                            | 2026-11-21 00:00
midnight tonight                    | 2026-11-21 00:00
0:00 25.12.                         | 2026-12-25 00:00
tomorrow 10:00 Europe/Oslo          | 2026-11-21 11:00
tomorrow 10:00 europe/oslo          | 2026-11-21 11:00
tomorrow 10:00 Oslo                 | 2026-11-21 11:00
tomorrow 10:00 Oslo time            | 2026-11-21 11:00
tomorrow 10:00 New York             | 2026-11-21 17:00
tomorrow 10:00 America/New_York     | 2026-11-21 17:00
tomorrow 10:00 local time           | 2026-11-21 10:00
tomorrow 10:00 UTC                  | 2026-11-21 12:00
tomorrow 10:00 GMT                  | 2026-11-21 12:00
tomorrow 10:00Z                     | 2026-11-21 12:00
tomorrow 10:00 UTC+2                | 2026-11-21 10:00
tomorrow 10:00 UTC +5:30            | 2026-11-21 06:30
tomorrow 10:00 UTC−5                | 2026-11-21 17:00
tomorrow 10:00 GMT+01:00            | 2026-11-21 11:00
tomorrow 10:00 +01:00               | 2026-11-21 11:00
Thu 9am CET                         | 2026-11-26 10:00
thu 9:00 EET                        | 2026-11-26 09:00
1 july 9:00 CEST                    | 2027-07-01 10:00
1 july 9:00 EEST                    | 2027-07-01 09:00
thu 9am PST                         | 2026-11-26 19:00
17:00 UTC                           | 2026-11-20 19:00
1 Jan 2031 10:00 really             | 2031-01-01 10:00
"""


def _cases(table: str) -> list[tuple[str, str]]:
    pairs = (line.partition("|") for line in table.strip("\n").split("\n"))
    return [(text.rstrip(), meant.strip()) for text, _, meant in pairs]


@pytest.mark.parametrize("text,meant", _cases(CLEAR))
def test_a_clear_time_is_one_instant(text: str, meant: str) -> None:
    moment = read(text, now=NOW, zone=HELSINKI)
    assert isinstance(moment, Moment), moment
    assert moment.kind == "at"
    assert moment.at is not None
    assert moment.at.tzinfo is UTC
    assert moment.at.astimezone(HELSINKI).strftime("%Y-%m-%d %H:%M") == meant


@pytest.mark.parametrize("text", ["now", "Now!", "right now", "asap", "immediately", "once approved"])
def test_now_is_no_instant(text: str) -> None:
    assert read(text, now=NOW, zone=HELSINKI) == Moment("now")


@pytest.mark.parametrize("text", ["next", "next slot", "Next free slot", "the next slot", "in the next slot"])
def test_next_is_the_next_slot(text: str) -> None:
    assert read(text, now=NOW, zone=HELSINKI) == Moment("next")


# What is written -> words of the question, and the offers that stand in it.
UNCLEAR = """
03/04                    | may be 3 April or 4 March     | 3 Apr 10:00, 4 Mar 10:00
03/04/2027 10:00         | may be 3 April or 4 March     | 3 Apr 2027 10:00, 4 Mar 2027 10:00
03-04-2027 10:00         | may be 3 April or 4 March     | 3 Apr 2027 10:00, 4 Mar 2027 10:00
9.10                     | may be a time or a date       | tomorrow 9:10
thursday                 | what time on Thursday 26      | 26 Nov 2026 10:00, 26 Nov 2026 14:30
1 Dec                    | what time on Tuesday 1 Dec    | 1 Dec 2026 10:00, 1 Dec 2026 14:30
30.11.                   | what time on Monday 30 Nov    | 30 Nov 2026 10:00, 30 Nov 2026 14:30
2026-12-01               | what time on Tuesday 1 Dec    | 1 Dec 2026 10:00, 1 Dec 2026 14:30
tomorrow                 | what time on Saturday         | 21 Nov 2026 10:00, 21 Nov 2026 14:30
tomorrow evening         | what time on Saturday         | 21 Nov 2026 18:00, 21 Nov 2026 20:00
in 3 days                | what time on Monday           | 23 Nov 2026 10:00, 23 Nov 2026 14:30
today                    | what time on Friday           | 20 Nov 2026 16:00
next week                | On which day                  | 24 Nov 2026 10:00, 26 Nov 2026 10:00
next week 10:00          | On which day                  |
next month               | On which day                  |
march                    | On which day                  |
the 3rd 10:00            | Of which month                |
tomorrow at 3            | 3:00 at night or 15:00        | 21 Nov 2026 3:00, 21 Nov 2026 15:00
tue 26 nov 10:00         | is a Thursday, not a Tuesday  | Thu 26 Nov 2026 10:00, Tue 24 Nov 2026 10:00
tomorrow friday 10:00    | is a Saturday, not a Friday   | Sat 21 Nov 2026 10:00, Fri 27 Nov 2026 10:00
31 Feb 10:00             | February has no day 31        | 28 Feb 10:00, 1 Mar 10:00
31.4. 10:00              | April has no day 31           | 30 Apr 10:00, 1 May 10:00
32.11. 10:00             | no day `32.11.`               | 30.11. 10:00, 30 Nov 10:00
2026-13-01 10:00         | no day `1.13.2026`            | 30.11. 10:00, 30 Nov 10:00
25:00                    | no time of day                | thursday 9:00, thursday 14:30
25:00 tomorrow           | no time of day                | thursday 9:00, thursday 14:30
tomorrow 24:00           | a day begins with 0:00        | tomorrow 0:00
tomorrow 9:75            | no time of day                | thursday 9:00, thursday 14:30
tomorrow 13pm            | no time of day                | thursday 13:00
tomorrow 0am             | no time of day                | thursday 0:00
10                       | do not understand `10`        | tomorrow 10:00
10:00                    | is past                       | 21 Nov 2026 10:00
noon                     | is past                       | 21 Nov 2026 12:00
klo 14.30                | is past                       | 21 Nov 2026 14:30
today 10:00              | is past                       | 21 Nov 2026 10:00
fri 14.00                | is past                       | 27 Nov 2026 14:00
this monday 9:00         | is past                       | 23 Nov 2026 9:00
yesterday 10:00          | is past                       | 21 Nov 2026 10:00
30 Oct 9:00              | is past                       | 30 Oct 2027 9:00, 21 Nov 2026 9:00
2020-01-01 10:00         | is past                       | 21 Nov 2026 10:00, 22 Nov 2026 10:00
2020-01-01               | is past                       | tomorrow 10:00
<time:2020-01-01T09:00Z> | is past                       | in 1 hour, tomorrow 10:00
10:00 Europe/Oslo        | is past                       | 21 Nov 2026 10:00 Europe/Oslo
in 0 minutes             | is past                       | in 1 hour, tomorrow 10:00
1 jan 2031 10:00         | more than two years away      | 1 Jan 2031 10:00 really
in 20000 hours           | more than two years away      | 2 Mar 2029 23:30 really
thu 10:00 CEST           | CEST is not in force          | 26 Nov 2026 10:00 CET, 26 Nov 2026 10:00 Europe/Brussels
1 july 10:00 CET         | CET is not in force           | 1 Jul 2027 10:00 CEST, 1 Jul 2027 10:00 Europe/Brussels
thu 10:00 EEST           | EEST is not in force          | 26 Nov 2026 10:00 EET, 26 Nov 2026 10:00 Europe/Helsinki
thu 10:00 PDT            | PDT is not in force           | 26 Nov 2026 10:00 PST, 26 Nov 2026 10:00 America/Los_Angeles
thu 10:00 IST            | means different clocks        | thu 10:00 Asia/Kolkata, thu 10:00 Europe/Dublin, thu 10:00 Asia/Jerusalem
thu 10:00 CST            | means different clocks        | thu 10:00 America/Chicago, thu 10:00 Asia/Shanghai
thu 10:00 EST            | means different clocks        | thu 10:00 America/New_York, thu 10:00 Australia/Sydney
thu 10:00 BST            | means different clocks        | thu 10:00 Europe/London, thu 10:00 Asia/Dhaka
thu 10:00 XYZ            | do not know the zone `XYZ`    | thu 10:00 Europe/Oslo, thu 10:00 UTC+2
thu 10:00 Mars/Base      | do not know the zone          | thu 10:00 Europe/Oslo, thu 10:00 UTC+2
thu 10:00 UTC+25         | No place on earth             | thu 10:00 UTC
thu 10:00 CET EET        | two zones                     |
thu 10:00 11:00          | two times                     |
thu fri 10:00            | two days                      |
1 Dec 2 Dec 10:00        | two days                      |
tomorrow 10:00-11:00     | is a span                     | tomorrow 10:00
soon                     | do not understand `soon`      | thursday 10:00, in 2 hours, now
when it is ready         | do not understand `when`      | thursday 10:00, in 2 hours, now
9:5                      | do not understand `9:5`       | thursday 10:00, in 2 hours, now
<time:tomorrow>          | do not understand             | <time:2026-11-21T13:00:00+00:00>
in 999999 weeks          | not within the calendar       | thursday 10:00, 1 Dec 14:30
9999-12-31 23:59 UTC-12  | not within the calendar       | thursday 10:00, 1 Dec 14:30
"""


def _asked(table: str) -> list[tuple[str, str, tuple[str, ...]]]:
    rows = (line.split("|") for line in table.strip("\n").split("\n"))
    return [
        (text.rstrip(), what.strip(), tuple(one.strip() for one in offers.split(",") if one.strip()))
        for text, what, offers in rows
    ]


@pytest.mark.parametrize("text,what,offers", _asked(UNCLEAR))
def test_an_unclear_time_is_asked_about(text: str, what: str, offers: tuple[str, ...]) -> None:
    answer = read(text, now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask), answer
    assert what in answer.question
    assert answer.offers == offers
    assert all(f"`{offer}`" in answer.question for offer in offers)


@pytest.mark.parametrize("text", ["", "   ", "...", "?", "\n", "\u200b"])
def test_nothing_is_asked_about(text: str) -> None:
    answer = read(text, now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.question.startswith("There is no time here")


def test_next_thursday_on_a_tuesday_may_mean_two_days() -> None:
    tuesday = datetime(2026, 11, 17, 8, tzinfo=UTC)
    answer = read("next thursday 10:00", now=tuesday, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.offers == ("19 Nov 2026 10:00", "26 Nov 2026 10:00")


def test_tomorrow_in_a_zone_where_it_is_another_day_is_asked_about() -> None:
    late = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)  # half past midnight on Saturday in Helsinki
    answer = read("tomorrow 10:00 UTC", now=late, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert answer.offers == ("22 Nov 2026 10:00 UTC", "21 Nov 2026 10:00 UTC")


def test_what_was_written_is_said_back_harmlessly() -> None:
    answer = read("`@**all**` " + "x" * 100, now=NOW, zone=HELSINKI)
    assert isinstance(answer, Ask)
    assert "`@" not in answer.question
    assert len(answer.question) < 200
