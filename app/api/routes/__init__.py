"""One file of routes per kind of object. A route parses, opens the transaction, calls one use case and answers."""

from fastapi import APIRouter

from app.api.routes import (
    api_keys,
    approvals,
    attachments,
    audit_log,
    automation_rules,
    callbacks,
    channel_accounts,
    chat,
    contacts,
    conversations,
    health,
    mass_replies,
    mass_reply_actions,
    mass_reply_results,
    me,
    metrics,
    settings,
    snippets,
    webhook_endpoints,
)

ROUTERS: tuple[APIRouter, ...] = (
    me.router,
    conversations.router,
    contacts.router,
    mass_replies.router,
    mass_reply_actions.router,
    approvals.router,
    mass_reply_results.router,
    channel_accounts.router,
    settings.router,
    webhook_endpoints.router,
    automation_rules.router,
    snippets.router,
    attachments.router,
    api_keys.router,
    audit_log.router,
    callbacks.router,
    chat.router,
    health.router,
    metrics.router,
)
