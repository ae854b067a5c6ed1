"""The words of the question what is planned, or what went out, in the languages of the people: `was ist diese Woche geplant?`

Each language is read by itself, for a word of one is another in the next: `was` asks in German and looks back in English.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What one language says in such a question."""

    plan: frozenset[str]
    history: frozenset[str]
    filler: frozenset[str]
    """What says nothing about what is asked."""

    def verb(self, word: str) -> str | None:
        """What this word asks for, if it tells."""
        return "plan" if word in self.plan else "history" if word in self.history else None

    def asks(self, word: str) -> bool:
        """Whether this word may stand in such a question."""
        return not word or word in self.filler or self.verb(word) is not None


def _words(plan: str, history: str, filler: str) -> Words:
    return Words(frozenset(plan.split()), frozenset(history.split()), frozenset(filler.split()))


ABROAD = (
    _words(  # German
        "geplant planung plan ansteht anstehend vorgesehen",
        "war waren veröffentlicht erschienen rausgegangen",
        "was ist sind steht stehen an gibt gibt's es kommt kommen geht gehen raus welche beiträge beitrag posts post für in auf "
        "bei der die das uns wir unser haben hat bitte zeig zeige mir alles alle und noch denn schon so wurde wurden",
    ),
    _words(  # Finnish
        "suunniteltu suunnitelma suunnitelmissa ajastettu tulossa luvassa",
        "julkaistu julkaistiin meni",
        "mitä mikä mitkä on onko oli kaikki julkaisut postaukset meillä näytä menee tulee ulos julkaistaan",
    ),
    _words(  # Swedish
        "planerat planerad planerade plan schemalagt",
        "publicerat publicerades gick",
        "vad är det som för oss vi har inlägg vilka ut upp visa alla finns kommer går händer på i under",
    ),
    _words(  # Norwegian, both kinds
        "planlagt planlagd plan planen",
        "publisert gikk gjekk",
        "hva kva er det som for oss vi har innlegg hvilke ut vis alle finnes skjer kommer går på i til ble vart skal",
    ),
    _words(  # Danish
        "planlagt plan planen",
        "udgivet offentliggjort gik",
        "hvad er der det som for os vi har indlæg opslag hvilke ud vis alle findes sker kommer går på i til blev skal",
    ),
    _words(  # Estonian
        "plaanis planeeritud kavas tulemas",
        "ilmus avaldati avaldatud",
        "mis mida on meil postitused kõik näita tuleb ilmub läheb oli välja",
    ),
    _words(  # French
        "prévu prévue prévus prévues planifié programmé planning calendrier",
        "publié publiés publiées sorti sortis parti",
        "qu'est-ce que qui quoi est sont il y a nous avons les des posts publications quel quels quelles montre montre-moi "
        "de pour ce c'est sur a-t-il était étaient a été ont",
    ),
    _words(  # Dutch
        "gepland planning",
        "gepubliceerd geplaatst",
        "wat is er zijn de het berichten posts bericht welke we wij hebben voor ons in uit op staat staan komt gaat gaan was waren",
    ),
    _words(  # Icelandic
        "dagskrá áætlað planað",
        "birtist birt",
        "hvað er á í það sem við höfum færslur fer út kemur allt fór var",
    ),
)
"""The words of each language but English."""
