"""Words of time that CLDR has not, in German, Dutch, French and English: as people of these languages write them.

The form is that of `cldr`; `{day}` stands for each day of the week. `-` means nothing by itself; `klo` and `at` stand before an
hour (`klo` where nobody says 3 for 15), `uhr` and `o'clock` behind one.
"""

from __future__ import annotations

WESTERN: dict[str, str] = {
    "en": """
short days = -, Tues, Weds, Thur, -, -, -
short days = -, -, -, Thurs, -, -, -
short months = -, -, -, -, -, -, -, -, Sept, -, -, -
week # = week #
""",
    "de": """
{day} = {day}s
days = -, -, -, -, -, Sonnabend, -
{day} morning = {day}morgen, {day} morgen, {day}vormittag, {day}früh
{day} afternoon = {day}nachmittag
{day} evening = {day}abend
two = zwei
at = um
uhr = Uhr
cet = MEZ
cest = MESZ
on {day} = am {day}
am {day} = am {day}
on # = am #
on next = am nächsten
on coming = am kommenden
on = auf
the = den, dem, der, die, des
in = im
this = diesen, dieser, dieses
next = nächsten, nächster, nächste, nächstes
coming = kommenden, kommender, kommende
last = letzten, letzter, letzte, vorigen, vergangenen
this week = in dieser Woche, dieser Woche
next week = nächster Woche, der nächsten Woche, in der nächsten Woche, kommende Woche, kommender Woche, in der kommenden Woche
last week = letzter Woche, in der letzten Woche, vorige Woche, vergangene Woche
this month = dieser Monat, in diesem Monat
next month = nächster Monat, im nächsten Monat, kommenden Monat
last month = letzter Monat, im letzten Monat
this weekend = dieses Wochenende, am Wochenende, Wochenende
next weekend = nächstes Wochenende
week # = KW #, Woche #, Kalenderwoche #
tonight = heute Abend, heut Abend
today morning = heute Morgen, heute früh
tomorrow morning = morgen früh
morning = früh, Vormittag, vormittags, morgens, am Morgen, in der Früh
noon = Mittag
afternoon = Nachmittag, nachmittags, mittags
evening = Abend, abends
night = nachts
midnight = Mitternacht
in 1 hour = in einer Stunde
in 30 minutes = in einer halben Stunde
in 90 minutes = in anderthalb Stunden
in 1 day = in einem Tag
in 1 week = in einer Woche
now = jetzt, sofort
""",
    "nl": """
{day} morning = {day}ochtend, {day}morgen
{day} afternoon = {day}middag
{day} evening = {day}avond
two = twee
at = om
o'clock = uur
#h = # u
#h# = # u #
on = op
the = de
this = deze
next = volgende
coming = komende, aanstaande
last = vorige, afgelopen
in = in
this week = in deze week
next week = komende week
last week = afgelopen week
next month = komende maand
this weekend = dit weekend
week # = week #
tonight = vanavond
today morning = vanochtend, vanmorgen
today afternoon = vanmiddag
tomorrow morning = morgenochtend, morgenvroeg, morgenmorgen
tomorrow afternoon = morgenmiddag
tomorrow evening = morgenavond
morning = 's ochtends, 's morgens, ochtend
afternoon = 's middags, middag
evening = 's avonds, avond
night = 's nachts
in # minutes = over # min
midnight = middernacht
in 1 hour = over een uur, over één uur
in 30 minutes = over een half uur
in 1 day = over een dag
in 1 week = over een week
now = nu, meteen, onmiddellijk
""",
    "fr": """
next {day} = {day} prochain
last {day} = {day} dernier
two = deux
at = à, a
uhr = heures, heure
#:# = # heures #
#h# = # h #
# = # er
on = le, du, ce
the = de la
in = en, au
this week = cette semaine-ci, dans la semaine
next week = semaine prochaine, de la semaine prochaine
last week = semaine dernière, de la semaine dernière
this month = ce mois
next month = mois prochain
last month = mois dernier
this weekend = ce week-end, ce weekend
week # = semaine #
tonight = ce soir
today morning = ce matin
today afternoon = cet après-midi
morning = matin, du matin, au matin
afternoon = après-midi, de l'après-midi, l'après-midi
evening = soir, du soir, au soir
noon = midi
in # minutes = dans # min
midnight = minuit
in 1 hour = dans une heure
in 30 minutes = dans une demi-heure
in 1 day = dans un jour
in 1 week = dans une semaine
now = maintenant, tout de suite, immédiatement
""",
}
"""Language -> its lines."""

ENGLISH = ("a", "an", "at", "for", "in", "la", "last", "man", "next", "of", "on", "over", "the", "this")
"""English words that other languages have too, with another meaning in a time."""
EVERYWHERE = ("am #",)
"""What every language may write in a time as English does: `12 am 3 December`."""
OTHER_ENGLISH = ("do", "me", "so", "to", "we")
"""Likewise; they say nothing in a time, but may stand in one by mistake."""
