"""The written list of options: their names, what people write for them, and the words that they take."""

from __future__ import annotations

KNOWN = (
    "to",
    "at",
    "not after",
    "title",
    "cw",
    "lang",
    "visibility",
    "alt",
    "thread",
    "link",
    "poll",
    "poll for",
    "poll multiple",
    "tags",
    "playlist",
    "category",
    "licence",
    "for kids",
    "campaign",
    "note",
)
"""Every option there is."""

SPELLINGS = {"notafter": "not after", "license": "licence", "made for kids": "for kids"}
"""Names that are as right as those of the list."""

OTHER_WORDS = {
    "platforms": "to",
    "platform": "to",
    "accounts": "to",
    "account": "to",
    "targets": "to",
    "target": "to",
    "where": "to",
    "post to": "to",
    "send to": "to",
    "when": "at",
    "time": "at",
    "date": "at",
    "schedule": "at",
    "scheduled": "at",
    "publish at": "at",
    "post at": "at",
    "on": "at",
    "before": "not after",
    "until": "not after",
    "expires": "not after",
    "deadline": "not after",
    "no later than": "not after",
    "headline": "title",
    "subject": "title",
    "content warning": "cw",
    "warning": "cw",
    "sensitive": "cw",
    "language": "lang",
    "privacy": "visibility",
    "alt text": "alt",
    "alttext": "alt",
    "description": "alt",
    "split": "thread",
    "url": "link",
    "survey": "poll",
    "vote": "poll",
    "poll options": "poll",
    "choices": "poll",
    "answers": "poll",
    "poll duration": "poll for",
    "poll time": "poll for",
    "poll length": "poll for",
    "poll until": "poll for",
    "poll ends": "poll for",
    "open for": "poll for",
    "multiple": "poll multiple",
    "multiple choice": "poll multiple",
    "keywords": "tags",
    "copyright": "licence",
    "kids": "for kids",
    "children": "for kids",
    "for children": "for kids",
    "notes": "note",
    "comment": "note",
}
"""What people write for an option: refused with its right name, because it may be text as well."""

LANGUAGES = {
    "english": "en",
    "finnish": "fi",
    "suomi": "fi",
    "swedish": "sv",
    "svenska": "sv",
    "norwegian": "no",
    "norsk": "no",
    "danish": "da",
    "dansk": "da",
    "icelandic": "is",
    "estonian": "et",
    "latvian": "lv",
    "lithuanian": "lt",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "dutch": "nl",
    "spanish": "es",
    "italian": "it",
    "polish": "pl",
    "portuguese": "pt",
}

VISIBLE = {
    "quiet public": "unlisted",
    "followers": "private",
    "followers only": "private",
    "followers-only": "private",
}
"""Other names of Mastodon's visibilities."""

LICENCES = {
    "youtube": "youtube",
    "standard": "youtube",
    "standard youtube": "youtube",
    "youtube standard": "youtube",
    "creative commons": "creative commons",
    "creative common": "creative commons",
    "creativecommon": "creative commons",
    "creativecommons": "creative commons",
    "cc": "creative commons",
    "cc by": "creative commons",
    "cc by 3.0": "creative commons",
    "cc by 4.0": "creative commons",
}
"""The two licences that a video can have on YouTube, and what people write for them."""

YES = {"yes", "y", "on", "true", "ok", "allowed"}
NO = {"no", "n", "off", "false", "never", "not"}
