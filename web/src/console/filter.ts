/** The API's filter, as the address has it: a parameter for each condition, given again for each value. */

import type { Schemas } from '../api/client';

type Filter = Schemas['Filter'];

/** What can be asked for, in the order in which it is offered. */
export const KINDS = [
  'tag', 'tag_any', 'tag_none', 'channel', 'status', 'engagement', 'team', 'assignee', 'contact', 'subject',
  'written_from', 'written_to', 'created_from', 'created_to', 'field', 'json',
] as const;
export type Kind = (typeof KINDS)[number];

export const CHOICES: Partial<Record<Kind, readonly string[]>> = {
  channel: ['email', 'chat', 'sms', 'whatsapp', 'voice', 'facebook', 'instagram', 'other'],
  status: ['active', 'snoozed', 'done', 'archived'],
  engagement: ['pending', 'engaged'],
};
export const DATES = new Set<string>(['written_from', 'written_to', 'created_from', 'created_to']);
/** Of these there is one value; giving another replaces it. */
const SINGLE = new Set<string>(['subject', 'json', ...DATES]);
const FIELD = 'field.';

/** A condition: `field.plan` for a custom field. */
export interface Condition {
  name: string;
  kind: Kind;
  values: string[];
}

export function conditions(place: URLSearchParams): Condition[] {
  return [...new Set(place.keys())].flatMap((name) => {
    const kind = name.startsWith(FIELD) && name !== FIELD ? 'field' : KINDS.find((one) => one === name && one !== 'field');
    const values = place.getAll(name).filter(Boolean);
    return kind && values.length ? [{ name, kind, values }] : [];
  });
}

/** The filter that they make together. Throws SyntaxError where the condition in JSON is none. */
export function filterOf(place: URLSearchParams): Filter {
  const filter: Record<string, unknown> = {};
  const within = (name: string, key: string, value: unknown) => (filter[name] = { ...(filter[name] as object), [key]: value });
  for (const { name, kind, values } of conditions(place)) {
    if (kind === 'tag') within('tags', 'all', values);
    else if (kind === 'tag_any') within('tags', 'any', values);
    else if (kind === 'tag_none') within('tags', 'none', values);
    else if (kind === 'subject') filter.subject_contains = values[0];
    else if (kind === 'field') within('custom_fields', name.slice(FIELD.length), values);
    else if (kind === 'json') filter.any_of = [JSON.parse(values[0]!)];
    else if (DATES.has(kind)) within(kind.startsWith('written') ? 'last_customer_message_at' : 'created_at', kind.endsWith('from') ? 'from' : 'to', midnight(values[0]!));
    else filter[kind] = values;
  }
  return filter as Filter;
}

/** The address of a filter, or null if it has no room for all of it. */
export function wholePlaceOf(filter: Filter): URLSearchParams | null {
  const place = placeOf(filter);
  return same(filterOf(place), filter) ? place : null;
}

export const same = (one: unknown, other: unknown): boolean => sorted(one) === sorted(other);

/** As text, whatever the order of its names. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    each && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).filter(([, one]) => one !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** The address of a filter; conditions that have no name there are left out. */
export function placeOf(filter: Filter): URLSearchParams {
  const place = new URLSearchParams();
  const add = (name: string, values: unknown) => {
    for (const one of [values ?? []].flat()) place.append(name, String(one));
  };
  const { tags, custom_fields: fields, subject_contains: subject, ...rest } = filter as Record<string, unknown>;
  for (const [key, name] of [['all', 'tag'], ['any', 'tag_any'], ['none', 'tag_none']] as const) add(name, (tags as Record<string, unknown>)?.[key]);
  for (const [name, values] of Object.entries(fields ?? {})) add(FIELD + name, values);
  add('subject', subject);
  for (const [name, values] of Object.entries(rest)) {
    if (KINDS.some((one) => one === name) && !DATES.has(name)) add(name, values);
  }
  return place;
}

/** The day's beginning by the person's own clock. What is no day of the calendar goes on as it is, and is refused in words. */
function midnight(day: string): string {
  const at = new Date(`${day}T00:00`);
  return at.getDate() === Number(day.slice(-2)) ? at.toISOString() : day;
}

/** Add what was typed: `sms` for the kind that is chosen, or with a kind of its own, `channel:sms`. */
export function withTyped(place: URLSearchParams, chosen: Kind, text: string): URLSearchParams {
  const own = /^([a-z_]+):(.+)$/s.exec(text.trim());
  const kind = own && KINDS.find((one) => one === own[1]);
  return kind ? withValue(place, kind, own[2]!.trim()) : withValue(place, chosen, text.trim());
}

function withValue(place: URLSearchParams, kind: Kind, text: string): URLSearchParams {
  const next = new URLSearchParams(place);
  const [name, value] = kind === 'field' ? fieldOf(text) : [kind, text];
  if (!name || !value) return next;
  const values = SINGLE.has(kind) ? [value] : value.split(',').map((one) => one.trim()).filter(Boolean);
  const kept = SINGLE.has(kind) ? [] : next.getAll(name);
  next.delete(name);
  for (const one of new Set([...kept, ...values])) next.append(name, one);
  return next;
}

/** `plan=pro`, or `plan: pro`. */
function fieldOf(text: string): [string, string] | [null, null] {
  const found = /^([^=:]+)[=:](.+)$/s.exec(text);
  return found ? [FIELD + found[1]!.trim(), found[2]!.trim()] : [null, null];
}

export function without(place: URLSearchParams, name: string): URLSearchParams {
  const next = new URLSearchParams(place);
  next.delete(name);
  return next;
}

/** Without any condition, and with all else that the address says. */
export const bare = (place: URLSearchParams) => conditions(place).reduce((rest, one) => without(rest, one.name), place);
