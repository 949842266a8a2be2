/** What a person does to a mass reply that exists. Each answers how it stands then. */

import { type Api, randomKey, type Schemas } from '../api/client';
import type { MassReply } from '../api/follow';

export type Action = 'pause' | 'resume' | 'cancel' | 'approve';

/** `account` names the one that is to go on, alone. */
export function act(api: Api, id: string, name: Action, account: string | null): Promise<MassReply> {
  const body = account && (name === 'pause' || name === 'resume') ? { channel_account: account } : {};
  return api.post(`/mass-replies/{id}/${name}`, { path: { id }, body });
}

export const reject = (api: Api, id: string, reason: string): Promise<MassReply> =>
  api.post('/mass-replies/{id}/reject', { path: { id }, body: { reason } });

/** Of these reasons; null for all that may pass. */
export const retry = (api: Api, id: string, codes: Schemas['ReasonCode'][] | null): Promise<MassReply> =>
  api.post('/mass-replies/{id}/retry', { path: { id }, body: { reason_codes: codes }, headers: once() });

export const resolve = (api: Api, id: string, body: Schemas['ResolveBody']): Promise<MassReply> =>
  api.post('/mass-replies/{id}/resolve', { path: { id }, body, headers: once() });

/** So that an answer that is lost, and asked for again, does nothing twice. */
const once = () => ({ 'Idempotency-Key': randomKey() });
