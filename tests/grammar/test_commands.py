"""Orders and questions in the wordings of volunteers."""

import time

import pytest

from bot.grammar import Command, Unknown, Written, parse
from bot.grammar.verbs import VERBS

ACCOUNTS = ("mastodon", "linkedin", "x", "youtube", "zulip")


def _say(text: str, accounts: tuple[str, ...] = ACCOUNTS) -> Command | Unknown:
    said = parse(text, accounts=accounts, defaults=accounts)
    assert isinstance(said, Command | Unknown)
    return said


ORDERS = """
approve 12                               | approve 12
Approve 12                               | approve 12
APPROVE   #12                            | approve 12
approve # 12                             | approve 12
approve post 12                          | approve 12
approve no. 12                           | approve 12
please approve #12.                      | approve 12
approve 12 please                        | approve 12
approve 12, please!                      | approve 12
approve 12, thanks!                      | approve 12
can you approve 12                       | approve 12
Could you please approve 12!             | approve 12
I approve 12                             | approve 12
approved 12                              | approve 12
lgtm 12                                  | approve 12
👍 12                                    | approve 12
:+1: 12                                  | approve 12
12 approve                               | approve 12
#12: approve                             | approve 12
12 lgtm                                  | approve 12
`approve 12`                             | approve 12
**approve 12**                           | approve 12
approve 12 all                           | approve 12
approve 12 looks great!                  | approve 12
withdraw 12                              | withdraw 12
withdraw my approval of 12               | withdraw 12
withdraw my veto on 12                   | withdraw 12
take back my approval of 12              | withdraw 12
unapprove 12                             | withdraw 12
veto 12                                  | veto 12
reject 12                                | veto 12
12 veto                                  | veto 12
hold 12                                  | hold 12
hold #12!                                | hold 12
put 12 on hold                           | hold 12
can you put #12 on hold, please?         | hold 12
pause 12                                 | hold 12
stop 12                                  | hold 12
stop 12 now                              | hold 12
resume 12                                | resume 12
unhold 12                                | resume 12
take 12 off hold                         | resume 12
cancel 12                                | cancel 12
please delete 12                         | cancel 12
now 12                                   | now 12
12 now                                   | now 12
publish 12 now                           | now 12
post 12 right now                        | now 12
send out 12                              | now 12
retry 9                                  | retry 9
try 9 again                              | retry 9
copy 12                                  | copy 12
duplicate 12                             | copy 12
show 12                                  | show 12
show me 12                               | show 12
Show me post 12?                         | show 12
12                                       | show 12
#12                                      | show 12
#12?                                     | show 12
what's up with 12                        | show 12
What’s up with #12?                      | show 12
what about 12?                           | show 12
where is 12?                             | show 12
how is 12 doing?                         | show 12
status 12                                | show 12
what is the status of 12?                | show 12
log 12                                   | log 12
history of 12                            | log 12
who approved 12?                         | log 12
what happened to #12?                    | log 12
"""


@pytest.mark.parametrize("line", ORDERS.strip("\n").split("\n"))
def test_an_order_in_many_wordings(line: str) -> None:
    text, _, meant = line.rpartition("|")
    verb, number = meant.split()
    assert _say(text.rstrip()) == Command(verb, int(number))


@pytest.mark.parametrize(
    "text,verb,accounts",
    [
        ("approve 12 mastodon", "approve", ("mastodon",)),
        ("approve 12 for mastodon", "approve", ("mastodon",)),
        ("approve 12 Twitter and Mastodon", "approve", ("mastodon", "x")),
        ("approve 12 linkedin only", "approve", ("linkedin",)),
        ("approve 12 on x, please", "approve", ("x",)),
        ("12 approve mastodon", "approve", ("mastodon",)),
        ("withdraw 12 mastodon", "withdraw", ("mastodon",)),
        ("retry 12 LinkedIn", "retry", ("linkedin",)),
        ("retry 12 on linked in", "retry", ("linkedin",)),
        ("try 12 again on youtube", "retry", ("youtube",)),
        ("retry 12 all but x", "retry", ("mastodon", "linkedin", "youtube", "zulip")),
    ],
)
def test_platforms_behind_the_number(text: str, verb: str, accounts: tuple[str, ...]) -> None:
    assert _say(text) == Command(verb, 12, accounts)


ASKED = """
1 approved?                    | approve 1
approved 1?                    | approve 1
approve 1?                     | approve 1
lgtm 1?                        | approve 1
accept 1 ?                     | approve 1
👍 1?                          | approve 1
can you approve 1?             | approve 1
approve 1 mastodon?            | approve 1
approve 1? looks good          | approve 1
approve 1？                    | approve 1
approve 1 :question:           | approve 1
now 1?                         | now 1
publish 1 now?                 | now 1
move 1 to now?                 | now 1
can you move 1 to now?         | now 1
move 1 immediately?            | now 1
retry 1?                       | retry 1
try 1 again on x?              | retry 1
resume 1?                      | resume 1
resume 1, 2?                   | resume 1
take 1 off hold?               | resume 1
1 is out on x?                 | published 1
published 1 linkedin https://example.org/?a=1 ? | published 1
"""


@pytest.mark.parametrize("line", ASKED.strip("\n").split("\n"))
def test_a_question_brings_nothing_out(line: str) -> None:
    """`1 approved?` is how people ask; it once approved the post. It is shown, and how the order is written."""
    text, _, order = line.rpartition(" | ")
    assert _say(text.rstrip()) == Command("show", 1, rest=order.strip())


def test_the_question_mark_of_an_address_asks_nothing() -> None:
    said = _say("published 9 linkedin https://example.org/?a=1")
    assert said == Command("published", 9, ("linkedin",), "https://example.org/?a=1")


@pytest.mark.parametrize("verb", ["hold", "cancel", "veto", "withdraw"])
def test_what_stops_a_post_may_be_said_as_a_question(verb: str) -> None:
    assert _say(f"can we {verb} 1?") == Command(verb, 1)


def test_an_account_among_several_of_a_platform() -> None:
    several = ("mastodon:fosstodon", "mastodon:nordic-rse", "x")
    assert _say("approve 12 fosstodon", several) == Command("approve", 12, ("mastodon:fosstodon",))
    assert _say("approve 12 mastodon:nordic-rse", several) == Command("approve", 12, ("mastodon:nordic-rse",))
    assert _say("approve 12 mastodon", several) == Command("approve", 12, several[:2])


@pytest.mark.parametrize(
    "text,command",
    [
        ("veto 12 because the date is wrong", Command("veto", 12, rest="the date is wrong")),
        ("veto 12: CET in May?", Command("veto", 12, rest="CET in May?")),
        ("veto 12 – too early.", Command("veto", 12, rest="too early.")),
        ("veto 12 reason: too early", Command("veto", 12, rest="too early")),
        ("veto 12\nThe link\nis dead", Command("veto", 12, rest="The link\nis dead", line=2)),
        ("move 12 to friday 9:00", Command("move", 12, rest="friday 9:00")),
        ("Move #12 to 30.11. 14.30", Command("move", 12, rest="30.11. 14.30")),
        ("move 12 to 30.11.", Command("move", 12, rest="30.11.")),
        ("reschedule 12 for tomorrow 10:00, please?", Command("move", 12, rest="tomorrow 10:00")),
        ("postpone 12 until next week", Command("move", 12, rest="next week")),
        ("schedule 12 for thursday 9am", Command("move", 12, rest="thursday 9am")),
        ("move 12 tomorrow 10:00", Command("move", 12, rest="tomorrow 10:00")),
        ("move 12 to <time:2026-12-01T09:00:00+02:00>", Command("move", 12, rest="<time:2026-12-01T09:00:00+02:00>")),
        ("put 12 on friday 9:00", Command("move", 12, rest="friday 9:00")),
        ("edit 12 The new text?", Command("edit", 12, rest="The new text?")),
        ("edit 12 :mega: New", Command("edit", 12, rest=":mega: New")),
        ("edit 12\n\n    code\n", Command("edit", 12, rest="    code", line=3)),
        ("edit 12: The new text, please", Command("edit", 12, rest="The new text, please")),
        ("edit 12\nto: x\n\nThe new\n  text", Command("edit", 12, rest="to: x\n\nThe new\n  text", line=2)),
        ("change the text of 12 Hello", Command("edit", 12, rest="Hello")),
        ("alt 12 1 Learners around a table", Command("alt", 12, rest="1 Learners around a table")),
        ("alt #12 #2: A chart.", Command("alt", 12, rest="2 A chart.")),
        ("alt 12 picture 2 A chart\nof things", Command("alt", 12, rest="2 A chart\nof things")),
        ("alt text for 12 1 A chart", Command("alt", 12, rest="1 A chart")),
        ("published 9 linkedin https://example.org/1", Command("published", 9, ("linkedin",), "https://example.org/1")),
        ("published 9 on LinkedIn: <https://example.org/1>.", Command("published", 9, ("linkedin",), "https://example.org/1")),
        ("published 9 on linkedin at https://example.org/1", Command("published", 9, ("linkedin",), "https://example.org/1")),
        ("9 is out on x", Command("published", 9, ("x",))),
    ],
)  # fmt: skip
def test_what_follows_is_kept_as_it_was_written(text: str, command: Command) -> None:
    assert _say(text) == command


QUESTIONS = """
queue                                      | plan |
Queue?                                     | plan |
show me the queue                          | plan |
scheduled                                  | plan |
schedule                                   | plan |
plan                                       | plan |
the plan                                   | plan |
calendar                                   | plan |
upcoming                                   | plan |
what's next?                               | plan |
what is coming up?                         | plan |
what is scheduled?                         | plan |
this week                                  | plan | this week
THIS WEEK?                                 | plan | THIS WEEK
next week                                  | plan | next week
today                                      | plan | today
tomorrow                                   | plan | tomorrow
march                                      | plan | march
March 2027                                 | plan | March 2027
30.11.                                     | plan | 30.11.
1 Dec                                      | plan | 1 Dec
friday                                     | plan | friday
week 48                                    | plan | week 48
next month                                 | plan | next month
what is scheduled this week?               | plan | this week
What is scheduled this week                | plan | this week
what's scheduled for this week?            | plan | this week
whats scheduled this week                  | plan | this week
What’s planned for tomorrow?               | plan | tomorrow
can you show me what is planned for march? | plan | march
what goes out next week                    | plan | next week
what is going out today?                   | plan | today
is anything going out on friday?           | plan | friday
what do we post on friday?                 | plan | friday
what is on 30.11.?                         | plan | 30.11.
what happens on the 1st of December?       | plan | 1st of December
what's in the queue for next month         | plan | next month
please list the posts for week 48          | plan | week 48
plan for next 7 days                       | plan | next 7 days
drafts                                     | drafts |
show drafts                                | drafts |
which drafts are open?                     | drafts |
are there any drafts?                      | drafts |
list all drafts, please                    | drafts |
waiting                                    | waiting |
what is waiting for me?                    | waiting |
what's waiting                             | waiting |
my approvals                               | waiting |
what needs my approval?                    | waiting |
what should I approve?                     | waiting |
pending                                    | waiting |
history                                    | history |
show the history                           | history |
what went out?                             | history |
what has been published?                   | history |
last month                                 | history | last month
last week                                  | history | last week
yesterday                                  | history | yesterday
history march                              | history | march
what went out last week                    | history | last week
what did we post in march?                 | history | march
what was published yesterday?              | history | yesterday
status                                     | status |
what is the status?                        | status |
health                                     | status |
help                                       | help |
Help!                                      | help |
?                                          | help |
help me please                             | help |
what can you do?                           | help |
hello                                      | help |
help draft                                 | help | draft
help with drafts                           | help | drafts
help reschedule                            | help | move
help on times                              | help | time
how do I approve?                          | help | approve
how do I write a post?                     | help | draft
how can we move a post?                    | help | move
what does hold do?                         | help | hold
"""


@pytest.mark.parametrize("line", QUESTIONS.strip("\n").split("\n"))
def test_a_question_in_many_wordings(line: str) -> None:
    text, verb, rest = (part.strip() for part in line.split("|"))
    assert _say(text) == Command(verb, rest=rest)


def test_a_question_may_name_platforms() -> None:
    assert _say("what is scheduled on LinkedIn this week?") == Command(
        "plan", None, ("linkedin",), "this week"
    )
    assert _say("what went out on mastodon and x?") == Command("history", None, ("mastodon", "x"))


NOT_UNDERSTOOD = """
approve                       | approve 12
approve foo                   | approve 12
approve 0                     | approve 12
approve 12345678901234567890  | approve 12
approve -3                    | approve 12
approve twelve                | approve 12
approve 12 mastdon            | approve 12 mastodon
approve 12 bluesky            | approve 12
approve 12 but not x          | show 12
aprove 7                      | approve 7
approv #7                     | approve 7
please aprove 7               | approve 7
don't approve 12              | veto 12
move 12                       | move 12 to friday 9:00
move                          | move 12 to friday 9:00
edit 7?                       | edit 7 Registration is open until Friday!
edit 7                        | edit 7 Registration is open until Friday!
alt 7                         | alt 7 1 Learners around a table, laptops open
published 7                   | published 7 mastodon
published 7 mastdon           | published 7 mastodon
hold                          | hold 12
hold it                       | hold 12
hold 12 more hours            | hold 12
hold 1-99                     | hold 1
hold 3-1                      | hold 3
cancel 2026-12-01             | cancel 2026
cancel 12 hours before        | cancel 12
cancel 12 mastodon            | cancel 12
don't hold 12                 | hold 12
hold on, the date is wrong 12 | hold 12
if it rains, cancel 12        | cancel 12
if it rains, hold 12 places   | hold 12
no, don't hold 12             | hold 12
cancel 12, mastodon           | cancel 12
cancel 12 (mastodon only)     | cancel 12
cancel 12? No, keep it        | cancel 12
cancel 12 - 3                 | cancel 12
resume 12, all is well        | show 12
not 7                         |
not 7 now                     |
not now 7                     |
no, not 7                     |
know 7                        |
new 7                         |
nwo 7                         |
love 7                        |
more 7                        |
remote 7                      |
shit 7                        |
don't move 7                  |
don't cancel 7                |
please do not cancel 7        |
never approve 7               | veto 7
should we approve 7           | how do I approve?
approve or resume, who knows 7 | approve 12
mvoe 7                        | move 7 to friday 9:00
cancle 12                     | cancel 12
retyr 9                       | retry 9
help aprove                   | help approve
help xyzzy                    | help
histroy                       | history
qeue                          | queue
drfats                        | drafts
stauts                        | status
wat is scheduled this week    | what is scheduled this week?
what is schedlued this week?  | what is scheduled this week?
darft Registration is open    | draft Registration is open
foo                           |
"""


@pytest.mark.parametrize("line", NOT_UNDERSTOOD.strip("\n").split("\n"))
def test_what_is_not_understood_gets_the_nearest_command(line: str) -> None:
    text, nearest = (part.strip() for part in line.split("|"))
    said = _say(text)
    assert isinstance(said, Unknown), said
    assert said.text == text
    assert said.nearest == (nearest or None)


STOPPED = """
hold 1 and 2                                | hold 1 2
hold #1, #2                                 | hold 1 2
hold 1-3                                    | hold 1 2 3
hold 1, 4155552671                          | hold 1 4155552671
cancel 4155552671, 1                        | cancel 4155552671 1
hold 1, 99999999999999999999                | hold 1 999999999999
veto 0000000000001 and 2                    | veto 1 2
hold posts 1, 2 and 5, please!              | hold 1 2 5
put 1 & 2 on hold                           | hold 1 2
cancel 1 and 2 because the course is full   | cancel 1 2 = the course is full
cancel 12 because of the rain               | cancel 12 = of the rain
cancel 12: wrong link                       | cancel 12 = wrong link
veto 1 and 2, the date is wrong             | veto 1 2 = the date is wrong
withdraw 1 and 2                            | withdraw 1 2
resume 1-2                                  | resume 1 2
don't publish 1                             | hold 1
Do not publish 1!                           | hold 1
please don’t post 1 and 2                   | hold 1 2
never send out 1                            | hold 1
STOP!!! 1                                   | hold 1
hold **#1**                                 | hold 1
hold 12 until the talk is over              | hold 12 = until the talk is over
hold 12 the date is wrong                   | hold 12 = the date is wrong
cancel 22, the course is full               | cancel 22 = the course is full
cancel 2 - wrong date                       | cancel 2 = wrong date
cancel 5. It is wrong                       | cancel 5 = It is wrong
cancel 3 (double)                           | cancel 3 = double
cancel 3! It is there twice (see #2).       | cancel 3 = It is there twice (see #2).
cancel 3; wrong                             | cancel 3 = wrong
cancel 3 please, it is double               | cancel 3 = it is double
cancel 3 now – because it is double         | cancel 3 = it is double
cancel 1, 2 - wrong date                    | cancel 1 2 = wrong date
ok, hold 2                                  | hold 2
OK hold 2                                   | hold 2
stop! hold 2                                | hold 2
stop it! hold 2                             | hold 2
can we hold 3?                              | hold 3
please hold 3!                              | hold 3
sorry, please cancel 3, it is double        | cancel 3 = it is double
no, veto 3                                  | veto 3
No! Veto 3 because it is wrong              | veto 3 = it is wrong
we must cancel 3                            | cancel 3
not yet 7                                   | hold 7
Not yet: 7!                                 | hold 7
7 not yet                                   | hold 7
wait! 7                                     | hold 7
the date is wrong, hold 12                  | hold 12
The link is dead – please hold #12!         | hold 12
I asked Ada: veto 12                        | veto 12
"""


@pytest.mark.parametrize("line", STOPPED.strip("\n").split("\n"))
def test_who_stops_something_in_a_hurry_is_understood(line: str) -> None:
    """Also with other words behind `hold`, which were asked about before: meanwhile the post could go out."""
    text, _, meant = line.rpartition("|")
    order, _, reason = meant.strip().partition(" = ")
    verb, number, *others = order.split()
    assert _say(text.rstrip()) == Command(verb, int(number), rest=reason, others=tuple(map(int, others)))


RISKY = ("approve", "now", "move", "cancel", "retry", "resume", "published", "edit")


@pytest.mark.parametrize("verb", RISKY)
def test_what_publishes_deletes_or_moves_is_never_suggested_for_another_word(verb: str) -> None:
    words = [
        "no",
        "not",
        "nope",
        "know",
        "how",
        "new",
        "snow",
        "love",
        "more",
        "mode",
        "past",
        "most",
        "lost",
        "host",
        "shit",
        "resort",
        "remote",
        "sent",
        "mope",
    ]
    for word in words:
        for text in (f"{word} 3", f"{word}, 3", f"{word} 3 now", f"not {verb} 3", f"please don't {verb} 3"):
            said = _say(text)
            if text == "no 3 now":
                continue  # that is `number 3 now`
            nearest = said.nearest if isinstance(said, Unknown) else said.verb
            assert (nearest or "").partition(" ")[0] != verb, text


BEFORE = ("Hi!", "Good morning everybody,", "Hello all\n", "> what somebody said\n", "Dear bot,")


@pytest.mark.parametrize("before", BEFORE)
def test_an_order_may_stand_behind_a_greeting_or_a_quote(before: str) -> None:
    lines = 2 + before.count("\n")
    for order, said in (
        ("approve 12", Command("approve", 12, line=lines)),
        ("hold 1-2", Command("hold", 1, line=lines, others=(2,))),
    ):
        assert _say(f"{before}\n{order}") == said


def test_what_stops_a_post_may_stand_behind_any_words_that_are_no_order() -> None:
    assert _say("I think the date is wrong.\nhold 12") == Command("hold", 12, line=2)
    for text in (
        "I think it is fine.\napprove 12",
        "Register now!\nHold 2 places for friends",
    ):
        assert isinstance(_say(text), Unknown), text


@pytest.mark.parametrize("verb", [one.name for one in VERBS])
def test_blanks_without_end_take_no_time(verb: str) -> None:
    """The thread that hears everybody reads this: `1` with 9,000 blanks behind it once took it minutes."""
    begun = time.process_time()
    for blank in (" ", "\n", " \n"):
        many = blank * (9000 // len(blank))
        for text in (
            f"{verb}{many}x",
            f"{verb} 1{many}x",
            f"1{many}{verb}",
            f"{verb} 1 at{many}x",
            f"1 {verb} 2,{many}x",
        ):
            parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert time.process_time() - begun < 5


def test_a_comment_under_an_order_is_not_swallowed() -> None:
    said = _say("approve 12\nbut please correct the date first")
    assert isinstance(said, Unknown)
    assert said.nearest == "show 12"
    assert said.why


def test_a_sentence_that_merely_contains_such_words_is_no_question() -> None:
    for text in ("we need to post more next week about the workshop", "the schedule was changed by Alice"):
        assert isinstance(_say(text), Unknown)


def test_a_text_without_draft_is_offered_to_be_one() -> None:
    said = _say("Registration for the `spring` workshop is open for everybody!")
    assert (
        said == Unknown(said.text, "draft Registration for the 'spring' …")
        if isinstance(said, Unknown)
        else None
    )


MAY_STOP = """
please don't let 1 go out yet               | 1
1 must not be published                     | 1
nicht veröffentlichen 1                     | 1
ei vielä 12 ja 13                           | 12 13
do not publish any of 1-3 please            | 1 2 3
that must never go out!                     |
the link in #12 is wrong, 2 days too early  | 12
not the one of 10:00, and not 2026-12-01    |
never let 4155552671 and 1 go out           | 1
"""


STOP_WORDS = """
cancle 1, hodl 1, vetto 1, delet 1, withdrw 1, delay 1, unpost 1, unpublish 1, retract 1, no 1, nope 1, 1 nope, halte 1 an,
stopp 1, storniere 1, lösche 1, zurückhalten 1, verwijder 1, wacht 1, annuleer 1, stoppa 1, ta bort 1, avbryt 1, avboka 1,
slett 1, utsett 1, avlys 1, afbryd 1, slet 1, annullér 1, fjern 1, peru 1, keskeytä 1, poista 1, tühista 1, peata 1,
kustuta 1, arrête 1, annule 1, supprime 1, suspendre 1, hætta við 1, stöðvaðu 1, bíddu 1
"""


@pytest.mark.parametrize("text", [one.strip() for one in STOP_WORDS.split(",")])
def test_a_slip_and_the_words_of_all_languages_for_a_stop_keep_the_post_back(text: str) -> None:
    said = _say(text)
    assert isinstance(said, Unknown)
    assert said.stops == (1,)


@pytest.mark.parametrize("text", ["wait", "Wait!", "*wait*", "👎", "🛑", "✋🏽", ":stop_sign:", "hodl it!"])
def test_a_stop_that_names_no_post_asks_which(text: str) -> None:
    said = _say(text)
    assert isinstance(said, Unknown)
    assert (said.nearest, said.stops) == ("hold 12", ())


@pytest.mark.parametrize(
    "text,verb",
    [(f"{sign} 7", "hold") for sign in ("🛑", "✋", "✋🏽", "⛔", "⛔\ufe0f", ":hand:", ":octagonal_sign:", ":stop_sign:")]
    + [("👎 7", "veto"), ("👎🏽 7", "veto"), ("7 ⛔", "hold"), ("take 7 down", "hold"), ("please take #7 down!", "hold")]
    + [("_hold 7_", "hold"), ("i take back 7", "withdraw"), ("I withdraw my approval of 7", "withdraw")],
)  # fmt: skip
def test_signs_that_stop_and_their_dress_are_orders(text: str, verb: str) -> None:
    assert _say(text) == Command(verb, 7)


@pytest.mark.parametrize("text", ["holdall", "Stopall!", "holdeverything now"])
def test_a_stop_of_everything_may_be_one_word(text: str) -> None:
    assert _say(text) == Command("hold")


@pytest.mark.parametrize(
    "text", ["no. 1", "nr 1", "I told 3 people", "move 1", "waiting", "voter 1", "shows 1"]
)
def test_words_that_are_near_to_a_stop_are_none(text: str) -> None:
    said = _say(text)
    assert not isinstance(said, Unknown) or said.stops is None


@pytest.mark.parametrize("line", MAY_STOP.strip("\n").split("\n"))
def test_what_may_be_meant_to_stop_a_post_is_told_apart(line: str) -> None:
    text, _, posts = line.rpartition("|")
    said = _say(text.strip())
    assert isinstance(said, Unknown)
    assert said.stops == tuple(map(int, posts.split()))


@pytest.mark.parametrize(
    "text", ["wat is with 1 today", "don't cancel 7", "please do not hold 7 any longer", "12 no. 13 x", "foo"]
)
def test_what_is_not_meant_to_stop_a_post_is_not(text: str) -> None:
    said = _say(text)
    assert isinstance(said, Unknown)
    assert said.stops is None


@pytest.mark.parametrize(
    "text,accounts",
    [
        ("toot Hello all", ("mastodon",)),
        ("tweet: Hello all", ("x",)),
        ("post on linkedin: Hello all", ("linkedin",)),
        ("please post to X and Mastodon: Hello all", ("mastodon", "x")),
    ],
)
def test_a_post_for_a_platform_is_a_draft(text: str, accounts: tuple[str, ...]) -> None:
    draft = parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS)
    assert isinstance(draft, Written)
    assert (draft.accounts, draft.text, draft.problems) == (accounts, "Hello all", ())


@pytest.mark.parametrize(
    "text", ["tweet 12", "post on monday: Hello", "toots are fun", "post 12 on linkedin"]
)
def test_other_words_for_posting_are_no_draft(text: str) -> None:
    assert not isinstance(parse(text, accounts=ACCOUNTS, defaults=ACCOUNTS), Written)


@pytest.mark.parametrize("text", ["39 is wrong, dont post it!!", "39 has a typo", "#39 is not right"])
def test_who_says_that_a_post_is_wrong_is_shown_how_to_stop_it(text: str) -> None:
    found = _say(text)
    assert (found.nearest if isinstance(found, Unknown) else found) == "hold 39"


def test_questions_about_one_post_slots_and_threads_are_answered() -> None:
    for text in ("when does 12 go out?", "when will #12 be out?", "when is 12 out"):
        assert _say(text) == Command("show", 12)
    assert _say("slots") == Command("plan")
    assert _say("help thread") == Command("help", rest="draft")
