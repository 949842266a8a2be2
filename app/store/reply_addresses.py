"""Where a reply on a conversation goes, as SQL."""

ADDRESS = """
    coalesce(c.address, CASE WHEN c.channel = 'email' THEN k.email
                             WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone END)
"""
"""Where a reply on conversation `c` of contact `k` goes, as `Contact.address_on` says it."""


KEY = """
    coalesce(c.address_key, CASE WHEN c.channel = 'email' THEN k.email_key
                                 WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone_key END)
"""
"""The same address, as addresses are compared."""
