"""The dependencies of routes, as types: `caller: Sender` admits only callers who may send."""

from typing import Annotated

from fastapi import Depends

from app.api.auth import Allow, AllowByTicket, EnoughTime, current_runtime
from app.api.problems import NotReady
from app.attachments.files import Files
from app.domain.permissions import Caller, Permission
from app.runtime import Runtime

RuntimeDep = Annotated[Runtime, Depends(current_runtime)]


async def _files(runtime: RuntimeDep) -> Files:
    if runtime.files is None:
        raise NotReady("This installation stores no attachments: MASS_REPLY_ATTACHMENTS_URL is not set.")
    return runtime.files


FilesDep = Annotated[Files, Depends(_files)]

MAY_TAKE_LONG = [Depends(EnoughTime())]
"""The dependencies of a route whose cost its body decides."""

AnyCaller = Annotated[Caller, Depends(Allow(None))]
ConversationReader = Annotated[Caller, Depends(Allow(Permission.CONVERSATIONS_READ))]
ConversationFollower = Annotated[Caller, Depends(AllowByTicket(Permission.CONVERSATIONS_READ))]
ConversationWriter = Annotated[Caller, Depends(Allow(Permission.CONVERSATIONS_WRITE))]
Sender = Annotated[Caller, Depends(Allow(Permission.MASS_REPLIES_SEND))]
Approver = Annotated[Caller, Depends(Allow(Permission.MASS_REPLIES_APPROVE))]
Administrator = Annotated[Caller, Depends(Allow(Permission.ADMIN))]
