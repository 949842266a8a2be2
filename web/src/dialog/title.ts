/** What stands on top: the number, and how it goes on. */

import { html, nothing } from 'lit';
import { Refused } from '../api/client';
import type { MassReply } from '../api/follow';
import type { Words } from '../words';
import { type Model, open, prepared, reached } from './model';
import { skippedInWords } from './view';

export function title(model: Model | null, words: Words, now: number): string {
  const { say } = words;
  if (!model || model.moment === 'opening') return say(model?.trouble ? 'not_opened' : 'opening');
  if (model.moment === 'write') return ofText(model, words);
  const batch = model.batch!;
  return model.moment === 'confirm' ? ofNumber(batch, words) : ofProgress(batch, words, now);
}

function ofText({ preview, trouble, maySend }: Model, { say }: Words) {
  if (!maySend) return say('not_allowed');
  if (trouble instanceof Refused && trouble.code === 'selection_empty') return say('empty_selection');
  if (!preview) return say(trouble ? 'not_counted' : 'counting');
  if (preview.recipient_count === null) return say('selected_only', { n: preview.selected_count });
  if (preview.recipient_count === 0) return say('nothing_to_send');
  const all = preview.recipient_count === preview.selected_count;
  return say(all ? 'will_get_all' : 'will_get', { n: preview.recipient_count, of: preview.selected_count });
}

function ofNumber(batch: MassReply, words: Words) {
  const { say } = words;
  if (batch.status === 'preparing') return preparing(batch, words);
  if (batch.status === 'expired') return words.batchStatus('expired');
  return batch.recipient_count ? say('confirm_title', { n: batch.recipient_count }) : say('nothing_to_send');
}

/** How many are ready of how many; until the first are, how many there will be. */
function preparing(batch: MassReply, { say }: Words) {
  const done = prepared(batch);
  return done ? say('preparing_of', { done, n: batch.selected_count }) : say('preparing', { n: batch.selected_count });
}

const PAUSED = { sample_sent: 'paused_sample', failure_share: 'paused_failures', account: 'paused_account', person: 'paused_person' } as const;

function ofProgress(batch: MassReply, words: Words, now: number): string {
  const { say } = words;
  const { status, counts, dispatch_at: start } = batch;
  if (status === 'awaiting_approval') return say('awaits_approval');
  if (status === 'preparing') return preparing(batch, words);
  if (status === 'scheduled' && start) {
    const seconds = Math.max(0, Math.ceil((Date.parse(start) - now) / 1000));
    return seconds <= 120 ? say('sends_in', { n: seconds }) : say('sends_at', { time: words.time(start) });
  }
  if (!counts || status === 'awaiting_confirmation') return words.batchStatus(status);
  if (status === 'sending') return say('sending', { done: batch.recipient_count! - open(counts), n: batch.recipient_count! });
  if (status === 'paused') return say(PAUSED[batch.pause_reason ?? 'person'], { n: open(counts) });
  if (status === 'expired') return say('expired');
  const sent = reached(counts);
  if (status === 'cancelled' && sent + counts.failed + counts.uncertain === 0) {
    return say(batch.approval?.ruling === 'rejected' ? 'rejected_title' : 'undone');
  }
  return [
    say('sent_to', { n: sent }),
    counts.failed && say('n_failed', { n: counts.failed }),
    counts.uncertain && say('n_unknown', { n: counts.uncertain }),
    counts.cancelled && say('n_cancelled', { n: counts.cancelled }),
  ].filter(Boolean).join(' ');
}

/** Nothing can be done here but to pick others. */
export const hasNobody = ({ moment, trouble, preview }: Model) =>
  moment === 'write' && ((trouble instanceof Refused && trouble.code === 'selection_empty') || preview?.recipient_count === 0);

/** The line below it: who gets nothing, and why; or since when nothing is heard. */
export function under(model: Model, words: Words) {
  const { say, number } = words;
  const { moment, preview, lostSince } = model;
  if (lostSince) return html`<p class="note amber" role="status">${say('offline', { time: words.time(lostSince) })}</p>`;
  if (moment !== 'write' || !preview) return hasNobody(model) ? html`<span class="soft">${say('pick_others')}</span>` : nothing;
  if (preview.recipient_count === null) return html`<span class="soft">${say('counted_on_review')}</span>`;
  const skipped = preview.selected_count - preview.recipient_count;
  if (!skipped) return html`<span class="soft">${say('nobody_left_out')}</span>`;
  const { skipped: reasons } = preview.preflight;
  return html`<details>
    <summary class="line">${say('left_out', { n: skipped })} <span class="soft">· ${skippedInWords(words, reasons)}</span></summary>
    <ul class="soft">${reasons.map((one) => html`<li>${number(one.count)} · ${words.channel(one.channel)} · ${words.reason(one.code)}</li>`)}</ul>
  </details>`;
}
