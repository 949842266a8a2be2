/** What stands in the way, in words, with the one thing to do about it. */

import { html } from 'lit';
import { isBusy, Refused, SessionOver, Unreachable } from '../api/client';
import type { Words } from '../words';
import type { Model } from './model';

/** Null where nothing does. */
export function trouble(model: Model, words: Words) {
  const { say } = words;
  const { trouble: found, busy, moment } = model;
  if (busy) return html`<span role="status">${say('busy', { n: busy })}</span>`;
  if (found instanceof SessionOver)
    return html`<span role="alert">${say(moment === 'write' ? 'session_over' : 'session_over_watch')}</span> <button @click=${() => model.again()}>${say('sign_in_again')}</button>`;
  if (isBusy(found))
    return html`<span role="alert">${say('overloaded')}</span> <button @click=${() => model.again()}>${say('try_again')}</button>`;
  if (found instanceof Unreachable)
    return html`<span role="alert">${say(moment === 'write' ? 'offline_write' : 'unreachable')}</span> <button @click=${() => model.again()}>${say('try_again')}</button>`;
  if (found instanceof Refused && found.code !== 'selection_empty' && !ofTheText(found))
    return html`<span role="alert">${say('failed_action', { detail: words.problem(found) })}</span>`;
  return null;
}

/** Those are shown beside the text. */
const ofTheText = (refused: Refused) =>
  refused.faults.some((one) => one.pointer.startsWith('/message') || one.pointer.startsWith('/whatsapp'));
