"""LinkedIn's Posts, Images, Videos, Documents and Organization APIs as far as this bot asks them.

LinkedIn publishes no machine-readable document. This one was written by hand from its pages (November 2026, versions
202601 to 202609; see the facts on platforms, section 3), as strictly as they allow: a property that they do not name
is a violation. Paths are compared after decoding; whether a URN was encoded is the stand-in's business.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]


def _object(properties: Schema, *optional: str) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _text(most: int | None = None, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, **({"maxLength": most} if most else {})}


def _urn(*kinds: str) -> Schema:
    return {"type": "string", "pattern": rf"^urn:li:({'|'.join(kinds)}):[\w-]+$"}


def _array(items: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


def _enum(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


OWNER = _urn("organization")
VERSION = {
    "in": "header",
    "name": "LinkedIn-Version",
    "required": True,
    "schema": {"type": "string", "pattern": r"^20\d\d(0[1-9]|1[0-2])$"},
}
PROTOCOL = {
    "in": "header",
    "name": "X-Restli-Protocol-Version",
    "required": True,
    "schema": _enum("2.0.0"),
}
TOKEN = {
    "in": "header",
    "name": "Authorization",
    "required": True,
    "schema": {"type": "string", "pattern": "^Bearer .+"},
}
REST = [VERSION, PROTOCOL, TOKEN]

RESERVED = r"|{}@\[\]()<>*_~"
COMMENTARY: Schema = {
    "type": "string",
    "maxLength": 3000,
    # everything reserved is escaped but for hashtags and mentions
    "pattern": rf"^(?:\\[\\{RESERVED}#]|[^\\{RESERVED}#]|#(?=\w)|@\[(?:\\.|[^\\\[\]])+\]\(urn:li:(?:organization|person):[\w-]+\))*$",
}
ALT = _text(4086)
CONTENT: Schema = {
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        "media": {
            "anyOf": [
                _object({"id": _urn("image"), "altText": ALT}, "altText"),
                _object({"id": _urn("video"), "title": _text(400)}, "title"),
                _object({"id": _urn("document"), "title": _text(400)}),
            ]
        },
        "multiImage": _object(
            {"images": _array(_object({"id": _urn("image"), "altText": ALT}, "altText"), 2, 20)}
        ),
        "article": _object(
            {
                "source": {"type": "string", "pattern": "^https?://"},
                "title": _text(400),
                "description": _text(4086),
                "thumbnail": _urn("image"),
            },
            "description",
            "thumbnail",
        ),
        "poll": _object(
            {
                "question": _text(140),
                "options": _array(_object({"text": _text(30)}), 2, 4),
                "settings": _object(
                    {"duration": _enum("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")}
                ),
            }
        ),
    },
}
POST = _object(
    {
        "author": OWNER,
        "commentary": COMMENTARY,
        "visibility": _enum("PUBLIC", "LOGGED_IN", "CONNECTIONS"),
        "distribution": _object(
            {
                "feedDistribution": _enum("MAIN_FEED", "NONE"),
                "targetEntities": {"type": "array", "maxItems": 0},
                "thirdPartyDistributionChannels": {"type": "array", "maxItems": 0},
            }
        ),
        "content": CONTENT,
        "lifecycleState": _enum("PUBLISHED"),
        "isReshareDisabledByAuthor": {"type": "boolean"},
    },
    "content",
)
FILM = {"type": "integer", "minimum": 75 * 1024, "maximum": 5 * 1024**3}
BEGIN = _object({"initializeUploadRequest": _object({"owner": OWNER})})
BEGIN_VIDEO = _object(
    {
        "initializeUploadRequest": _object(
            {
                "owner": OWNER,
                "fileSizeBytes": FILM,
                "uploadCaptions": {"type": "boolean"},
                "uploadThumbnail": {"type": "boolean"},
            }
        )
    }
)
FINALIZE = _object(
    {
        "finalizeUploadRequest": _object(
            {
                "video": _urn("video"),
                "uploadToken": {"type": "string"},
                "uploadedPartIds": _array(_text(), 1, 1280),
            }
        )
    }
)


def _query(name: str, schema: Schema, *, required: bool = True) -> Schema:
    return {"in": "query", "name": name, "required": required, "schema": schema}


def _json(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _method(name: str) -> Schema:
    return {"in": "header", "name": "X-RestLi-Method", "required": True, "schema": _enum(name)}


def _asset(kind: str, begin: Schema, *actions: str) -> Schema:
    urn = {"in": "path", "name": "urn", "required": True, "schema": _urn(kind.removesuffix("s"))}
    return {
        f"/rest/{kind}": {
            "post": {
                "parameters": [*REST, _query("action", _enum("initializeUpload", *actions))],
                "requestBody": _json(begin),
            }
        },
        f"/rest/{kind}/{{urn}}": {"get": {"parameters": [*REST, urn]}},
    }


DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {"title": "LinkedIn, written by hand", "version": "202609"},
    "paths": {
        "/rest/posts": {
            "post": {"parameters": REST, "requestBody": _json(POST)},
            "get": {
                "parameters": [
                    *REST,
                    _method("FINDER"),
                    _query("q", _enum("author")),
                    _query("author", OWNER),
                    _query("count", {"type": "integer", "minimum": 1, "maximum": 100}, required=False),
                ]
            },
        },
        "/rest/posts/{urn}": {
            "get": {
                "parameters": [
                    *REST,
                    {"in": "path", "name": "urn", "required": True, "schema": _urn("share", "ugcPost")},
                    _query("viewContext", _enum("READER", "AUTHOR"), required=False),
                ]
            }
        },
        **_asset("images", BEGIN),
        **_asset("documents", BEGIN),
        **_asset("videos", {"anyOf": [BEGIN_VIDEO, FINALIZE]}, "finalizeUpload"),
        "/rest/organizationAcls": {
            "get": {
                "parameters": [
                    *REST,
                    _method("FINDER"),
                    _query("q", _enum("roleAssignee")),
                    _query("count", {"type": "integer", "minimum": 1, "maximum": 100}, required=False),
                ]
            }
        },
        "/rest/organizationAuthorizations": {
            "get": {
                "parameters": [
                    *REST,
                    _method("BATCH_FINDER"),
                    _query("bq", _enum("authorizationActionsAndImpersonator")),
                    _query("authorizationActions", {"type": "string", "pattern": r"^List\(\(.+\)\)$"}),
                ]
            }
        },
        # the addresses of uploads are LinkedIn's to choose: these are the stand-in's
        "/dms-uploads/{asset}/{key}": {"put": {"requestBody": {"required": True, "content": {}}}},
        "/oauth/v2/accessToken": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": _object(
                                {
                                    "grant_type": _enum("refresh_token"),
                                    "refresh_token": _text(),
                                    "client_id": _text(),
                                    "client_secret": _text(),
                                }
                            )
                        }
                    },
                }
            }
        },
    },
}
"""In the form of OpenAPI, so that the checker of X and Mastodon reads it too."""

for _kind in ("image/jpeg", "image/png", "image/gif", "application/pdf", "application/octet-stream"):
    DOCUMENT["paths"]["/dms-uploads/{asset}/{key}"]["put"]["requestBody"]["content"][_kind] = {"schema": {}}
