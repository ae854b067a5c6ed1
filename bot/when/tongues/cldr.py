"""Names of days and months and words such as `tomorrow`, as Unicode's CLDR has them. Made, not written.

`python tests/when/cldr_table.py` makes it of the data in the package Babel. A bot that runs needs no Babel: to load its eleven
languages takes 18 MiB and 0.07 s, all tables here 1 MiB and 0.02 s. Single letters are left out.

Copyright © 1991-2026 Unicode, Inc.; Unicode License V3.
"""

from __future__ import annotations

CLDR: dict[str, str] = {
    "en": """
days = Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
short days = Mon, Tue, Wed, Thu, Fri, Sat, Sun
short days = Mo, Tu, We, Th, Fr, Sa, Su
months = January, February, March, April, May, June, July, August, September, October, November, December
short months = Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep, Oct, Nov, Dec
yesterday = yesterday
today = today
tomorrow = tomorrow
last week = last week
this week = this week
next week = next week
last month = last month
this month = this month
next month = next month
in # minutes = in # minute, in # minutes
in # hours = in # hour, in # hours
in # days = in # day, in # days
in # weeks = in # week, in # weeks
""",
    "de": """
days = Montag, Dienstag, Mittwoch, Donnerstag, Freitag, Samstag, Sonntag
short days = Mo, Di, Mi, Do, Fr, Sa, So
months = Januar, Februar, März, April, Mai, Juni, Juli, August, September, Oktober, November, Dezember
short months = Jan, Feb, Mär, Apr, Mai, Jun, Jul, Aug, Sep, Okt, Nov, Dez
short months = Jan, Feb, März, Apr, Mai, Juni, Juli, Aug, Sept, Okt, Nov, Dez
yesterday = gestern
today = heute
tomorrow = morgen
day after tomorrow = übermorgen
last week = letzte Woche
this week = diese Woche
next week = nächste Woche
last month = letzten Monat
this month = diesen Monat
next month = nächsten Monat
in # minutes = in # Minute, in # Minuten
in # hours = in # Stunde, in # Stunden
in # days = in # Tag, in # Tagen
in # weeks = in # Woche, in # Wochen
""",
    "fi": """
days = maanantai, tiistai, keskiviikko, torstai, perjantai, lauantai, sunnuntai
days = maanantaina, tiistaina, keskiviikkona, torstaina, perjantaina, lauantaina, sunnuntaina
short days = ma, ti, ke, to, pe, la, su
months = tammikuu, helmikuu, maaliskuu, huhtikuu, toukokuu, kesäkuu, heinäkuu, elokuu, syyskuu, lokakuu, marraskuu, joulukuu
months = tammikuuta, helmikuuta, maaliskuuta, huhtikuuta, toukokuuta, kesäkuuta, heinäkuuta, elokuuta, syyskuuta, lokakuuta, marraskuuta, joulukuuta
short months = tammi, helmi, maalis, huhti, touko, kesä, heinä, elo, syys, loka, marras, joulu
yesterday = eilen
today = tänään
tomorrow = huomenna
day after tomorrow = ylihuomenna
last week = viime viikolla
this week = tällä viikolla
next week = ensi viikolla
last month = viime kuussa
this month = tässä kuussa
next month = ensi kuussa
in # minutes = # minuutin päästä
in # hours = # tunnin päästä
in # days = # päivän päästä
in # weeks = # viikon päästä
""",
    "sv": """
days = måndag, tisdag, onsdag, torsdag, fredag, lördag, söndag
short days = mån, tis, ons, tors, fre, lör, sön
short days = må, ti, on, to, fr, lö, sö
months = januari, februari, mars, april, maj, juni, juli, augusti, september, oktober, november, december
short months = jan, feb, mars, apr, maj, juni, juli, aug, sep, okt, nov, dec
yesterday = i går
today = i dag
tomorrow = i morgon
day after tomorrow = i övermorgon
last week = förra veckan
this week = denna vecka
next week = nästa vecka
last month = förra månaden
this month = den här månaden
next month = nästa månad
in # minutes = om # minut, om # minuter
in # hours = om # timmar, om # timme
in # days = om # dag, om # dagar
in # weeks = om # vecka, om # veckor
""",
    "nb": """
days = mandag, tirsdag, onsdag, torsdag, fredag, lørdag, søndag
short days = man, tir, ons, tor, fre, lør, søn
short days = ma, ti, on, to, fr, lø, sø
months = januar, februar, mars, april, mai, juni, juli, august, september, oktober, november, desember
short months = jan, feb, mar, apr, mai, jun, jul, aug, sep, okt, nov, des
short months = jan, feb, mars, apr, mai, juni, juli, aug, sep, okt, nov, des
yesterday = i går
today = i dag
tomorrow = i morgen
day after tomorrow = i overmorgen
last week = forrige uke
this week = denne uken
next week = neste uke
last month = forrige måned
this month = denne måneden
next month = neste måned
in # minutes = om # minutt, om # minutter
in # hours = om # time, om # timer
in # days = om # døgn
in # weeks = om # uke, om # uker
""",
    "nn": """
days = måndag, tysdag, onsdag, torsdag, fredag, laurdag, søndag
short days = må, ty, on, to, fr, la, sø
months = januar, februar, mars, april, mai, juni, juli, august, september, oktober, november, desember
short months = jan, feb, mar, apr, mai, jun, jul, aug, sep, okt, nov, des
short months = jan, feb, mars, apr, mai, juni, juli, aug, sep, okt, nov, des
yesterday = i går
today = i dag
tomorrow = i morgon
day after tomorrow = i overmorgon
last week = førre veke
this week = denne veka
next week = neste veke
last month = førre månad
this month = denne månaden
next month = neste månad
in # minutes = om # minutt
in # hours = om # timar, om # time
in # days = om # døgn
in # weeks = om # veke, om # veker
""",
    "da": """
days = mandag, tirsdag, onsdag, torsdag, fredag, lørdag, søndag
short days = man, tirs, ons, tors, fre, lør, søn
short days = ma, ti, on, to, fr, lø, sø
months = januar, februar, marts, april, maj, juni, juli, august, september, oktober, november, december
short months = jan, feb, mar, apr, maj, jun, jul, aug, sep, okt, nov, dec
yesterday = i går
today = i dag
tomorrow = i morgen
day after tomorrow = i overmorgen
last week = sidste uge
this week = denne uge
next week = næste uge
last month = sidste måned
this month = denne måned
next month = næste måned
in # minutes = om # minut, om # minutter
in # hours = om # time, om # timer
in # days = om # dag, om # dage
in # weeks = om # uge, om # uger
""",
    "et": """
days = esmaspäev, teisipäev, kolmapäev, neljapäev, reede, laupäev, pühapäev
months = jaanuar, veebruar, märts, aprill, mai, juuni, juuli, august, september, oktoober, november, detsember
short months = jaan, veebr, märts, apr, mai, juuni, juuli, aug, sept, okt, nov, dets
yesterday = eile
today = täna
tomorrow = homme
day after tomorrow = ülehomme
last week = eelmine nädal
this week = käesolev nädal
next week = järgmine nädal
last month = eelmine kuu
this month = käesolev kuu
next month = järgmine kuu
in # minutes = # minuti pärast
in # hours = # tunni pärast
in # days = # päeva pärast
in # weeks = # nädala pärast
""",
    "fr": """
days = lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche
short days = lun, mar, mer, jeu, ven, sam, dim
short days = lu, ma, me, je, ve, sa, di
months = janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, novembre, décembre
short months = janv, févr, mars, avr, mai, juin, juil, août, sept, oct, nov, déc
yesterday = hier
today = aujourd’hui
tomorrow = demain
day after tomorrow = après-demain
last week = la semaine dernière
this week = cette semaine
next week = la semaine prochaine
last month = le mois dernier
this month = ce mois-ci
next month = le mois prochain
in # minutes = dans # minute, dans # minutes
in # hours = dans # heure, dans # heures
in # days = dans # jour, dans # jours
in # weeks = dans # semaine, dans # semaines
""",
    "nl": """
days = maandag, dinsdag, woensdag, donderdag, vrijdag, zaterdag, zondag
short days = ma, di, wo, do, vr, za, zo
months = januari, februari, maart, april, mei, juni, juli, augustus, september, oktober, november, december
short months = jan, feb, mrt, apr, mei, jun, jul, aug, sep, okt, nov, dec
yesterday = gisteren
today = vandaag
tomorrow = morgen
day after tomorrow = overmorgen
last week = vorige week
this week = deze week
next week = volgende week
last month = vorige maand
this month = deze maand
next month = volgende maand
in # minutes = over # minuten, over # minuut
in # hours = over # uur
in # days = over # dag, over # dagen
in # weeks = over # week, over # weken
""",
    "is": """
days = mánudagur, þriðjudagur, miðvikudagur, fimmtudagur, föstudagur, laugardagur, sunnudagur
short days = mán, þri, mið, fim, fös, lau, sun
short days = má, þr, mi, fi, fö, la, su
months = janúar, febrúar, mars, apríl, maí, júní, júlí, ágúst, september, október, nóvember, desember
short months = jan, feb, mar, apr, maí, jún, júl, ágú, sep, okt, nóv, des
yesterday = í gær
today = í dag
tomorrow = á morgun
day after tomorrow = eftir tvo daga
last week = í síðustu viku
this week = í þessari viku
next week = í næstu viku
last month = í síðasta mánuði
this month = í þessum mánuði
next month = í næsta mánuði
in # minutes = eftir # mínútu, eftir # mínútur
in # hours = eftir # klukkustund, eftir # klukkustundir
in # days = eftir # dag, eftir # daga
in # weeks = eftir # viku, eftir # vikur
""",
}
"""Language -> lines of `days`, `months` (from Monday and January on) and their short forms; `English words = words`, where
`#` is a number.
"""
