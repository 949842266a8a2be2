"""The frozen message of a mass reply, as the preflight and the pump use it."""

from app.attachments.upload import attachments_of
from app.delivery.sql import preparation
from app.domain.errors import NotFound
from app.domain.preflight import MessagePlan
from app.domain.text.approved_templates import frozen_template
from app.domain.text.message import FrozenMessage
from app.domain.words import MassReplyId
from app.store.transactions import TenantTx


async def load_plan(tx: TenantTx, id_: MassReplyId) -> MessagePlan:
    """Load the frozen message of a mass reply. Raise NotFound if there is no such mass reply."""
    wording = await preparation.wording(tx, id_)
    if wording is None:
        raise NotFound("There is no such mass reply.")
    return MessagePlan(
        message=FrozenMessage(wording.source.text, wording.source.html),
        on_unresolved=wording.on_unresolved,
        author=wording.author,
        tenant_name=wording.tenant_name,
        unknown_snippets=wording.source.unknown_snippets,
        attachments=await attachments_of(tx, wording.attachment_ids),
        template=frozen_template(wording.whatsapp_template),
        guards=wording.guards,
    )
