"""Whether an account may post for its page: role, permissions, version, and what they warn of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx

from handlers.base import Rejected
from handlers.linkedin import errors, stored
from handlers.linkedin.api import Api
from handlers.web import json_object

WRITE, READ = "w_organization_social", "r_organization_social"
MEDIA_ROLES: Final = frozenset({"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"})
"""Who may bring pictures, videos and documents to a page (permission tables of the Images and Videos API)."""
TEXT_ROLES: Final = MEDIA_ROLES | {"CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}
"""Who may post."""
QUIET_ROLES: Final = frozenset({"ANALYST", "CURATOR", "LEAD_CAPTURE_ADMINISTRATOR", "LEAD_GEN_FORMS_MANAGER"})
"""Who may not. (Organization Access Control; roles that are in none of these sets are asked for by what they may do.)"""
SHARE: Final = (
    "(authorizationAction:(organizationContentAuthorizationAction:(actionType:ORGANIC_SHARE_CREATE)))"
)

TEXT_ONLY: Final = (
    "The account that signed in is no administrator of LinkedIn's page: it may post text, but LinkedIn may refuse "
    "pictures, videos and documents."
)
BLIND: Final = (
    f"LinkedIn does not show the bot the page's posts (`{READ}`): when an answer is lost, people must look whether "
    "the post is out, and files cannot be waited for."
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found."""

    warnings: tuple[str, ...] = ()
    no_files: bool = False
    """The role is known, and it is one that may not bring files."""


def ask(api: Api) -> Found:
    """Ask for our role on the page and for its posts. Raises `Rejected` where the account may not post."""
    no_files, warnings = _role(api)
    scopes = api.scopes()
    if scopes and WRITE not in scopes:
        raise Rejected(
            f"LinkedIn would refuse: the sign-in does not include `{WRITE}`. The owner of the LinkedIn app "
            f"runs `social login {api.account}` as an administrator of the page."
        )
    return Found((*warnings, *_sight(api)), no_files)


def _role(api: Api) -> tuple[bool, list[str]]:
    try:
        roles = _roles(api)
    except errors.Forbidden:
        return False, ["LinkedIn does not tell the bot its role on the page (`r_organization_admin`)."]
    if MEDIA_ROLES & roles:
        return False, []
    if TEXT_ROLES & roles:
        return True, [TEXT_ONLY]
    try:
        if roles - QUIET_ROLES and _may_share(api):
            return True, [TEXT_ONLY]
    except errors.Forbidden:  # it wants `rw_organization_admin`, which is more than this bot asks for
        told = " and ".join(errors.word(one) or "of a strange name" for one in sorted(roles - QUIET_ROLES))
        return False, [
            f"LinkedIn does not tell the bot whether a member with the role {told} may post for the page."
        ]
    raise Rejected(
        "LinkedIn would refuse: the account that signed in may not post for this page. An admin of the "
        "page makes it an administrator or content admin there."
    )


def _roles(api: Api) -> set[str]:
    """Our approved roles on the page."""
    answer = api.call(
        "GET", "/rest/organizationAcls?q=roleAssignee&count=100", finder="FINDER", doing="show our roles"
    )
    page = api.settings.organization
    return {
        str(one.get("role", ""))
        for one in _elements(json_object(answer))
        if page in (one.get("organization"), one.get("organizationTarget"))
        and one.get("state", "APPROVED") == "APPROVED"
    }


def _may_share(api: Api) -> bool:
    """Whether LinkedIn itself says that we may post: it invents roles, and asks not to conclude from their names.

    Raises `Forbidden` where it does not say.
    """
    try:
        answer = _permissions(api)
    except errors.Forbidden:
        raise
    except Rejected:
        return False
    found = [one for batch in _elements(json_object(answer)) for one in _elements(batch)]
    return any(
        one.get("organization") == api.settings.organization
        and isinstance(status := one.get("status"), dict)
        and "approved" in status
        for one in found
    )


def _permissions(api: Api) -> httpx.Response:
    return api.call(
        "GET",
        f"/rest/organizationAuthorizations?bq=authorizationActionsAndImpersonator&authorizationActions=List({SHARE})",
        finder="BATCH_FINDER",
        doing="show what we may do",
    )


def _sight(api: Api) -> list[str]:
    try:
        stored.newest(api, 1)
    except errors.Forbidden:
        return [BLIND]
    return []


def _elements(body: dict[str, Any]) -> list[dict[str, Any]]:
    found = body.get("elements")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
