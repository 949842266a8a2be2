/** A rule by its fields, and as the API has it. */

import type { Schemas } from '../../api/client';
import { conditions, filterOf, placeOf, same } from '../filter';

type Body = Schemas['RuleBody'];

export const TRIGGERS = ['message.sent', 'message.received', 'status.changed', 'tag.added'] as const;
/** Each with the name of what it takes. */
const TAKES = {
  add_tag: 'tag', remove_tag: 'tag', set_status: 'status', assign_team: 'team', assign_agent: 'agent', add_note: 'text', call_webhook: 'url',
} as const;
export const ACTIONS = Object.keys(TAKES) as (keyof typeof TAKES)[];
/** Of these an empty value means nobody. */
const MAY_BE_NULL = new Set<string>(['assign_team', 'assign_agent']);

export interface Draft {
  name: string;
  enabled: boolean;
  trigger: (typeof TRIGGERS)[number];
  /** Of `status.changed` the new status, of `tag.added` tags with commas; empty for any. */
  narrowed: string;
  place: URLSearchParams;
  actions: { type: keyof typeof TAKES; value: string }[];
}

/** What somebody begins with. */
export const usual = (): Draft => ({
  name: '',
  enabled: true,
  trigger: 'message.sent',
  narrowed: '',
  place: new URLSearchParams(),
  actions: [{ type: 'set_status', value: 'snoozed' }],
});

export function bodyOf({ name, enabled, trigger, narrowed, place, actions }: Draft): Body {
  const values = narrowed.split(',').map((one) => one.trim()).filter(Boolean);
  const kind = { 'status.changed': 'to', 'tag.added': 'tags' }[trigger as string];
  return {
    name: name.trim(),
    enabled,
    trigger: { type: trigger, ...(kind && values.length ? { [kind]: values } : {}) },
    conditions: conditions(place).length ? filterOf(place) : null,
    actions: actions.map(({ type, value }) => ({ type, [TAKES[type]]: value.trim() || (MAY_BE_NULL.has(type) ? null : '') })),
  } as Body;
}

/** By fields, or null if they have no room for all of it. */
export function draftOf(body: Body): Draft | null {
  try {
    const trigger = body.trigger as { type: Draft['trigger']; to?: string[]; tags?: string[] };
    const draft: Draft = {
      name: body.name,
      enabled: body.enabled ?? true,
      trigger: trigger.type,
      narrowed: (trigger.to ?? trigger.tags ?? []).join(', '),
      place: placeOf((body.conditions ?? {}) as Schemas['Filter']),
      actions: (body.actions as Record<string, string | null>[]).map((one) => {
        const type = one.type as keyof typeof TAKES;
        return { type, value: one[TAKES[type]] ?? '' };
      }),
    };
    return same(bodyOf(draft), body) ? draft : null;
  } catch {
    return null;
  }
}
