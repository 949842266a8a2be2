"""Stored addresses get the keys by which they are matched from now on."""

from tests.store.test_migrations import TENANT, Old, before, old

__all__ = ["old"]

ROWS = f"""
    INSERT INTO tenants (id, name) VALUES ('{TENANT}', 'Example Ltd');
    INSERT INTO contacts (tenant_id, external_id, name, email, phone, opted_out, unnamed) VALUES
        ('{TENANT}', 'u-idn', 'Ann', 'ann@bücher.example', '+553188888821', false, false),
        ('{TENANT}', 'u-plain', 'Bob', 'Bob@example.test', '+14155550100', false, false),
        ('{TENANT}', 'phone:553188888801', 'Eve', NULL, NULL, true, true),
        ('{TENANT}', 'phone:+5531988888801', 'Eve too', NULL, '+5531988888801', false, true);
    INSERT INTO conversations (tenant_id, external_id, channel, contact_id, address)
    SELECT k.tenant_id, v.name, v.channel, k.id, v.address
    FROM contacts k JOIN (VALUES
        ('u-idn', 'c-idn', 'email', 'ann@bücher.example'),
        ('u-plain', 'c-plain', 'email', 'Bob@example.test'),
        ('u-plain', 'c-marks', 'email', E'\\u200bb.ob@googlemail.com'),
        ('phone:553188888801', 'c-wa', 'whatsapp', '553188888801'),
        ('u-plain', 'c-chat', 'chat', 'Visitor-1')) AS v (contact, name, channel, address) ON v.contact = k.external_id;
    INSERT INTO messages (tenant_id, conversation_id, kind, text, provider_message_id, sender)
    SELECT tenant_id, id, 'customer_message', 'Hi', '<1@example.test>', 'B.ob@gmail.com' FROM conversations
    WHERE external_id = 'c-marks';
    INSERT INTO blocked_addresses (tenant_id, channel, address, reason) VALUES
        ('{TENANT}', 'whatsapp', '+553188888801', 'opted_out'), ('{TENANT}', 'whatsapp', '+5531988888801', 'opted_out'),
        ('{TENANT}', 'email', 'ann@bücher.example', 'complained'), ('{TENANT}', 'chat', 'visitor-1', 'opted_out');
    SELECT 1
"""


async def test_what_is_stored_is_brought_to_the_keys(old: Old) -> None:
    await old.upgrades(before("0040"))
    await old.runs(ROWS)
    await old.upgrades("0040")

    conversations = await old.runs("SELECT external_id, address, address_key FROM conversations ORDER BY external_id")
    assert [tuple(row) for row in conversations] == [
        ("c-chat", "Visitor-1", "Visitor-1"),
        ("c-idn", "ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("c-marks", "b.ob@googlemail.com", "bob@gmail.com"),
        ("c-plain", "Bob@example.test", "bob@example.test"),
        ("c-wa", "+553188888801", "+5531988888801"),
    ]
    contacts = await old.runs("SELECT external_id, email_key, phone_key, opted_out FROM contacts ORDER BY external_id")
    assert [tuple(row) for row in contacts] == [
        ("phone:+5531988888801", None, "+5531988888801", True),
        ("u-idn", "ann@xn--bcher-kva.example", "+5531988888821", False),
        ("u-plain", "bob@example.test", "+14155550100", False),
    ]
    blocked = await old.runs("SELECT channel, address, reason FROM blocked_addresses ORDER BY channel")
    assert [tuple(row) for row in blocked] == [
        ("chat", "Visitor-1", "opted_out"),
        ("email", "ann@xn--bcher-kva.example", "complained"),
        ("whatsapp", "+5531988888801", "opted_out"),
    ]
    assert [row["sender"] for row in await old.runs("SELECT sender FROM messages")] == ["bob@gmail.com"]
