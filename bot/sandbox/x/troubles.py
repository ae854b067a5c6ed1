"""How X can refuse, in its own words: the faults that answer for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.sandbox.service import Aim, Json, bad_gateway

if TYPE_CHECKING:
    from bot.sandbox.x.core import Core

PROBLEMS = "https://api.x.com/2/problems"
POSTING = Aim("POST", "/2/tweets")
OWN: Mapping[str, Aim] = {
    "402": POSTING,
    "403-duplicate": POSTING,
    "403-reply": POSTING,
    "403-suspended": POSTING,
    "403-client": POSTING,
    "403-scope": POSTING,
    "403-video": POSTING,
    "403-too-long": POSTING,
    "400-too-long": POSTING,
    "400-media": POSTING,
    "400-url": POSTING,
    "429-day": POSTING,
    "502-after": POSTING,
    "200-errors": POSTING,
    "200-empty": POSTING,
    "200-hidden": Aim("GET", "/tweets"),
    "upload-gone": Aim("POST", "/append"),
    "processing-failed": Aim("POST", "/finalize"),
    "processing-slow": Aim("POST", "/finalize"),
    "invalid-grant": Aim("POST", "/2/oauth2/token"),
}
"""Fault -> the requests that it hits unless its order says otherwise. `403-reply` refuses answers only, and counts
every post; `502-after` and `200-errors` publish first.
"""
TOO_LONG = (
    "Your Tweet text is too long. For more information on how Twitter determines text length see "
    "https://github.com/twitter/twitter-text."
)
NOT_SUMMONED = (
    "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
    "author of the post you are replying to."
)
LONG_VIDEO = "This user is not allowed to post a video longer than 20 minutes."


def answer(core: Core, fault: str) -> Response | None:
    """X's own answer for a fault, or None where the request shall reach its endpoint, marked."""
    made = _ANSWERS.get(fault)
    return made(core) if made else None


def out_of_credits(core: Core) -> Response:
    """402: nothing is left to pay with; no time is told."""
    told = "Your enrolled account does not have any credits to fulfill this request."
    return core.problem(402, "CreditsDepleted", told, f"{PROBLEMS}/credits")


def _suspended(core: Core) -> Response:
    told = "Your account is suspended and is not permitted to access this feature."
    return core.problem(403, "Forbidden", told, f"{PROBLEMS}/user-suspended")


def _client(core: Core) -> Response:
    told = (
        "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter "
        "developer App that is attached to a Project."
    )
    more = {"reason": "client-not-enrolled", "required_enrollment": "Appropriate Level of API Access"}
    return core.problem(403, "Client Forbidden", told, f"{PROBLEMS}/client-forbidden", **more)


def _scope(core: Core) -> Response:
    told = "Your client app is not permitted to perform this action: missing scope tweet.write."
    return core.problem(403, "Forbidden", told)


def _day(core: Core) -> Response:
    """429 for the day's limit: the headers of the quarter of an hour still have room."""
    limited = core.too_many("POST /2/tweets")
    reset = int(core.now().timestamp()) + 9 * 3600
    limited.headers["x-rate-limit-remaining"] = "42"
    limited.headers["x-user-limit-24hour-limit"] = "100"
    limited.headers["x-user-limit-24hour-remaining"] = "0"
    limited.headers["x-user-limit-24hour-reset"] = str(reset)
    return limited


def _empty(_core: Core) -> Response:
    told = {
        "title": "Service Unavailable",
        "detail": "Something broke.",
        "type": f"{PROBLEMS}/internal-error",
    }
    return Json({"errors": [told]}, 200)


_ANSWERS: Mapping[str, Callable[[Core], Response]] = {
    "500": lambda core: core.problem(
        500, "Internal Server Error", "Something is broken.", f"{PROBLEMS}/internal-error"
    ),
    "502-html": lambda _core: bad_gateway(),
    "503": lambda core: core.problem(503, "Service Unavailable", "Service Unavailable"),
    "429": lambda core: core.too_many("POST /2/tweets"),
    "429-day": _day,
    "expired-token": lambda core: core.problem(401, "Unauthorized", "Unauthorized"),
    "402": out_of_credits,
    "403-duplicate": lambda core: core.duplicate().response,
    "403-suspended": _suspended,
    "403-client": _client,
    "403-scope": _scope,
    "403-video": lambda core: core.forbidden(LONG_VIDEO).response,
    "403-too-long": lambda core: core.forbidden(TOO_LONG).response,
    "400-too-long": lambda core: core.invalid(TOO_LONG).response,
    "400-media": lambda core: core.invalid("Your media IDs are invalid.").response,
    "400-url": lambda core: core.invalid("The Tweet contains an invalid URL.").response,
    "200-empty": _empty,
    "200-hidden": _empty,
    "invalid-grant": lambda core: core.bad_token(),
}
