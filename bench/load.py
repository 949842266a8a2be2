"""What is sent in the measurements: a batch of SMS over a few accounts."""

from uuid import UUID

import sqlalchemy as sa

from app.accounts.channel_accounts import save_account
from app.accounts.tenants import create_tenant
from app.domain.accounts import AccountDraft
from app.domain.words import Channel, TenantId
from app.runtime import Runtime

SID = "AC" + "0" * 32
MESSAGE = "Hi Name, our payments provider is back up. Sorry for the wait."
TEMPLATE = "Hi {{ contact.first_name | default: 'there' }}, our payments provider is back up. Sorry for the wait."
RATE = 10_000
IN_FLIGHT = 256

_CONTACTS = sa.text("""
    INSERT INTO contacts (tenant_id, external_id, name, first_name)
    SELECT :tenant, :key || '-' || n, 'Customer ' || n, 'Name' || n
    FROM generate_series(1, CAST(:count AS int)) n
""")
_CONVERSATIONS = sa.text("""
    INSERT INTO conversations (tenant_id, external_id, channel, account_id, contact_id, address,
                               address_key, last_customer_message_at)
    SELECT :tenant, k.external_id, 'sms', :account, k.id,
           '+1202' || lpad((row_number() OVER ())::text, 7, '0'),
           '+1202' || lpad((row_number() OVER ())::text, 7, '0'), now() - interval '1 hour'
    FROM contacts k WHERE k.tenant_id = :tenant AND k.external_id LIKE :key || '-%'
""")


async def make_tenant(runtime: Runtime, port: int, accounts: int, per_account: int) -> TenantId:
    """Make a tenant with SMS accounts at the stub and as many conversations on each."""
    tenant = await create_tenant(runtime.database, "Bench")
    for number in range(accounts):
        account = await _add_account(runtime, tenant, f"sms-{number}", port)
        key = {"key": str(account)}
        async with runtime.database.begin(tenant) as tx:
            await tx.execute(_CONTACTS, count=per_account, **key)
            await tx.execute(_CONVERSATIONS, account=account, **key)
    return tenant


async def _add_account(runtime: Runtime, tenant: TenantId, key: str, port: int) -> UUID:
    draft = AccountDraft(
        channel=Channel.SMS,
        provider="twilio",
        name=key,
        config={"account_sid": SID, "from": "+12025550100", "base_url": f"http://127.0.0.1:{port}"},
        credentials={"auth_token": "token"},
        rate_per_second=RATE,
        max_in_flight=IN_FLIGHT,
        enabled=True,
    )
    async with runtime.database.begin(tenant) as tx:
        return (await save_account(tx, runtime.vault, key, draft)).account.id
