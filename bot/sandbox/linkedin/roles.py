"""What the member who signed in may do on the page: by role, and by LinkedIn's own word."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.linkedin.core import ORGANIZATION, PERSON, Core
from bot.sandbox.service import Json

ADMIN = ("r_organization_admin", "rw_organization_admin")
SHARERS = {"ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "CONTENT_ADMIN", "DIRECT_SPONSORED_CONTENT_POSTER"}
_ACTION = re.compile(r"\(authorizationAction:\((\w+):\(actionType:(\w+)\)\)\)")


class Roles:
    """The endpoints of `/rest/organizationAcls` and `/rest/organizationAuthorizations`."""

    def __init__(self, core: Core) -> None:
        self._core = core

    async def roles(self, request: Request) -> Response:
        """GET /rest/organizationAcls?q=roleAssignee: what the member is on which page."""
        core = self._core
        core.versioned(request)
        core.signed_in(request, either=ADMIN)
        if request.query_params.get("q") != "roleAssignee":
            raise core.refuse(400, "Only the finder q=roleAssignee is known here", "ILLEGAL_ARGUMENT")
        role = {"roleAssignee": PERSON, "role": core.role, "state": "APPROVED"}
        paging = {"start": 0, "count": 10, "links": [], "total": 1}
        return Json({"paging": paging, "elements": [{**role, "organization": ORGANIZATION}]})

    async def allowed(self, request: Request) -> Response:
        """GET /rest/organizationAuthorizations?bq=authorizationActionsAndImpersonator: one list per action."""
        core, asked = self._core, request.query_params
        core.versioned(request)
        core.signed_in(request, either=ADMIN)
        actions = _ACTION.findall(asked.get("authorizationActions", ""))
        if asked.get("bq") != "authorizationActionsAndImpersonator" or not actions:
            raise core.refuse(
                400, "Only authorizationActionsAndImpersonator is known here", "ILLEGAL_ARGUMENT"
            )
        may = core.role in SHARERS or core.role in core.sharers
        return Json({"elements": [{"elements": [self._word(*one, may=may)]} for one in actions]})

    def _word(self, action: str, kind: str, *, may: bool) -> dict[str, object]:
        approved = may and kind == "ORGANIC_SHARE_CREATE"
        return {
            "impersonator": PERSON,
            "organization": ORGANIZATION,
            "action": {action: {"actionType": kind}},
            "status": {"approved": {}} if approved else {"denied": {"rationale": "NOT_AUTHORIZED"}},
        }
