/** What stands in the way, in words, with the one thing to do about it. */

import { html, nothing } from 'lit';
import { isBusy, Refused, SessionOver, Unreachable } from '../api/client';
import type { Words } from '../words';
import type { Model } from './model';

/** Null where nothing does. */
export function trouble(model: Model, words: Words) {
  const { say } = words;
  const { trouble: found, busy, moment } = model;
  if (busy) return html`<span role="status">${say('busy', { n: busy })}</span>`;
  const again = (label: 'sign_in_again' | 'try_again') => html` <button @click=${() => model.again()}>${say(label)}</button>`;
  if (found instanceof SessionOver)
    return html`<span role="alert">${say(moment === 'write' ? 'session_over' : 'session_over_watch')}</span>${again('sign_in_again')}`;
  if (isBusy(found)) return html`<span role="alert">${say('overloaded')}</span>${again('try_again')}`;
  if (found instanceof Unreachable)
    return html`<span role="alert">${say(moment === 'write' ? 'offline_write' : 'unreachable')}</span>${again('try_again')}`;
  if (found instanceof Refused && found.code !== 'selection_empty' && !ofTheText(found))
    return html`<span role="alert">${say('failed_action', { detail: words.problem(found) })}</span>${found.status >= 500 ? again('try_again') : nothing}`;
  return null;
}

/** Those are shown beside the text. */
const ofTheText = (refused: Refused) =>
  refused.faults.some((one) => one.pointer.startsWith('/message') || one.pointer.startsWith('/whatsapp'));
