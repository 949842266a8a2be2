"""The address of a reply on a conversation, as SQL."""

ADDRESS = """
    coalesce(c.address, CASE WHEN c.channel = 'email' THEN k.email
                             WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone END)
"""
"""The address of a reply on conversation `c` of contact `k`, as `Contact.address_on` returns it."""


KEY = """
    coalesce(c.address_key, CASE WHEN c.channel = 'email' THEN k.email_key
                                 WHEN c.channel IN ('sms', 'voice', 'whatsapp') THEN k.phone_key END)
"""
"""The same address as a key."""
