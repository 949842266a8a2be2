/** The third moment: what happens, channel by channel, and what became of everybody. */

import { html, nothing, svg } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Counts } from '../api/follow';
import { OVER } from '../api/follow';
import { reached } from './model';
import './people';
import { samples, summary } from './summary';
import { View } from './view';

const STATES = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'skipped', 'cancelled'] as const;

@customElement('mass-reply-watch')
export class Watch extends View {
  @state() private ticked = new Set<string>();
  @state() private why = '';
  @state() private rejecting = '';

  /** Given up, it is drawn no more: the sheet is about to show something else. */
  protected override shouldUpdate() {
    return this.model.batch !== null;
  }

  protected override render() {
    const batch = this.model.batch!;
    const over = OVER.has(batch.status);
    return html`<div class="body" part="body">
      ${this.#approval()}
      ${batch.counts ? html`<section class="stack" part="progress" aria-label=${this.words.say('by_channel')}>${this.#bars()}</section>` : nothing}
      ${this.#lanes()}
      ${batch.counts ? this.#results(over) : nothing}
      ${batch.status === 'scheduled' || !batch.confirmed_at ? this.#text() : nothing}
      ${over && batch.confirmed_at ? this.#next() : nothing}
    </div>`;
  }

  /** Once more, while there is time to undo it. */
  #text() {
    const { batch } = this.model;
    if (batch!.status === 'awaiting_approval') return nothing;
    return html`<h3>${this.words.say('text_for')}</h3>
      ${batch!.preflight?.samples.length ? html`<div class="samples">${samples(this.model, this.words)}</div>` : html`<div class="bubble" tabindex="0">${batch!.message.text}</div>`}`;
  }

  #approval() {
    const { say } = this.words;
    const { batch, acting } = this.model;
    if (batch!.approval?.ruling === 'rejected') {
      const { by, reason } = batch!.approval;
      return html`<p class="note bad">${say('rejected_by', { name: by?.name ?? '', reason: reason ?? '' })}</p>`;
    }
    if (batch!.status !== 'awaiting_approval') return nothing;
    const n = batch!.recipient_count ?? 0;
    return html`<div class="note amber stack">
      <p><strong>${say('asked_by', { name: batch!.author.name })}</strong></p>
      <p>${say(this.model.mayApprove ? 'approval_hint' : 'awaits_approval_hint', { n })}</p>
      ${
        this.model.mayApprove
          ? html`<div class="row lower-row">
              <button class="grave" ?disabled=${acting} @click=${() => this.model.act('approve')}>${say('approve', { n })}</button>
              <label class="field">${say('reject_reason')}<input .value=${this.rejecting} @input=${(e: Event) => (this.rejecting = (e.target as HTMLInputElement).value)} /></label>
              <button class="stop" ?disabled=${acting || !this.rejecting.trim()} @click=${() => this.model.reject(this.rejecting)}>${say('reject')}</button>
            </div>`
          : nothing
      }
    </div>
    ${summary(this.model, this.words)}`;
  }

  /** Accounts that cannot send, in words. */
  #lanes() {
    const { say, channel, pause, time } = this.words;
    const batch = this.model.batch!;
    if (batch.status !== 'sending' && batch.pause_reason !== 'account') return nothing;
    return batch.lanes
      .filter((lane) => lane.reason && (lane.state === 'paused' || lane.state === 'cooling'))
      .map(
        (lane) => html`<div class="note amber row spread">
          <span>${
            lane.resume_at
              ? say('waits_until', { channel: channel(lane.channel), time: time(lane.resume_at), reason: pause(lane.reason!) })
              : say('waits', { channel: channel(lane.channel), reason: pause(lane.reason!) })
          }</span>
          ${
            lane.state === 'paused' && this.model.maySend
              ? html`<button @click=${() => this.model.act('resume', lane.channel_account)}>${say('try_again')}</button>`
              : nothing
          }
        </div>`,
      );
  }

  #bars() {
    const channels = Map.groupBy(this.model.batch!.lanes, (lane) => lane.channel);
    return [...channels].map(([name, lanes]) => {
      const counts = Object.fromEntries(
        STATES.map((state) => [state, lanes.reduce((sum, lane) => sum + lane.counts[state], 0)]),
      ) as unknown as Counts;
      return html`<div class="bar"><strong>${this.words.channel(name)}</strong>${bar(counts)}<span>${this.#inWords(counts)}</span></div>`;
    });
  }

  #inWords(counts: Counts) {
    const { number, status } = this.words;
    return STATES.filter((state) => counts[state] > 0).map((state, index) => `${index ? ' · ' : ''}${number(counts[state])} ${status(state)}`);
  }

  protected override updated() {
    if (this.model.batch?.counts?.failed) void this.model.reasons.learn();
  }

  #results(over: boolean) {
    const { say } = this.words;
    const { batch, maySend } = this.model;
    const resolvable = maySend && ['sending', 'paused', 'completed', 'cancelled'].includes(batch!.status);
    return html`<section class="stack" part="results" aria-label=${say('results')}>
      <div class="stack card">
        ${this.#people('failed')} ${this.#retry()}
        ${this.#people('uncertain', resolvable)} ${resolvable && this.ticked.size ? this.#decide() : nothing}
        ${this.#people('skipped')} ${over ? this.#people('cancelled') : nothing}
        ${this.#nobodyMissing() ? html`<p class="soft">${say('nobody_left_out')}</p>` : nothing}
      </div>
    </section>`;
  }

  /** The button says how many it sends again; where none can be, it says so instead. */
  #retry() {
    const { say } = this.words;
    const { batch, acting, maySend, reasons } = this.model;
    if (!maySend || !batch!.counts!.failed || !['sending', 'paused', 'completed'].includes(batch!.status)) return nothing;
    const failed = reasons.items.filter((one) => one.status === 'failed');
    const n = failed.reduce((sum, one) => sum + one.retryable, 0);
    if (!failed.length) return nothing;
    return html`<div class="row inner">${
      n
        ? html`<button ?disabled=${acting} @click=${() => this.model.retry(null)}>${say('retry_n', { n })}</button><span class="soft">${say('retry_hint')}</span>`
        : html`<span class="soft">${say('retry_none')}</span>`
    }</div>`;
  }

  #nobodyMissing() {
    const counts = this.model.batch!.counts!;
    return !counts.failed && !counts.uncertain && !counts.skipped && !counts.cancelled;
  }

  #people(status: 'failed' | 'uncertain' | 'skipped' | 'cancelled', tickable = false) {
    return html`<mass-reply-people
      .model=${this.model} .words=${this.words} status=${status} ?tickable=${tickable} .ticked=${this.ticked}
      @ticked=${(event: CustomEvent<Set<string>>) => (this.ticked = event.detail)}
    ></mass-reply-people>`;
  }

  #decide() {
    const { say } = this.words;
    const settle = async (outcome: 'sent' | 'not_sent', again = false) => {
      await this.model.resolve({ conversation_ids: [...this.ticked], outcome, send_again: again, reason: this.why.trim() });
      if (!this.model.trouble) this.ticked = new Set();
    };
    const off = this.model.acting || !this.why.trim();
    return html`<div class="note stack" role="group" aria-label=${say('mark')}>
      <strong>${say('mark')}</strong>
      <label class="field">${say('mark_why')}<input .value=${this.why} @input=${(e: Event) => (this.why = (e.target as HTMLInputElement).value)} /></label>
      <div class="row">
        <button ?disabled=${off} @click=${() => settle('sent')}>${say('mark_sent')}</button>
        <button ?disabled=${off} @click=${() => settle('not_sent')}>${say('mark_not_sent')}</button>
        ${this.model.batch!.status === 'cancelled' ? nothing : html`<button class="stop" ?disabled=${off} @click=${() => settle('not_sent', true)}>${say('mark_again')}</button>`}
      </div>
      <p class="soft">${say('mark_risk')}</p>
    </div>`;
  }

  #next() {
    const { say } = this.words;
    const counts = this.model.batch!.counts!;
    const follow = (statuses: string[]) => this.dispatchEvent(new CustomEvent('follow-up', { detail: statuses, bubbles: true }));
    return html`<div class="row">
      <button ?disabled=${this.model.acting} @click=${() => this.model.export()}>${say('export')}</button>
      ${this.model.maySend && reached(counts) ? html`<button @click=${() => follow(['sent', 'delivered', 'read'])}>${say('follow_up')}</button>` : nothing}
      ${this.model.maySend && counts.failed + counts.cancelled ? html`<button @click=${() => follow(['failed', 'cancelled'])}>${say('follow_up_failed')}</button>` : nothing}
    </div>`;
  }
}

/** Shares of one line, told in words beside it. */
function bar(counts: Counts) {
  const all = STATES.reduce((sum, state) => sum + counts[state], 0) || 1;
  const shares: [string, number][] = [
    ['reached', reached(counts)],
    ['failed', counts.failed],
    ['uncertain', counts.uncertain],
    ['skipped', counts.skipped + counts.cancelled],
  ];
  let x = 0;
  return html`<svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    ${shares.map(([name, n]) => {
      const width = (n / all) * 100;
      x += width;
      return svg`<rect class=${name} x=${x - width} y="0" width=${width} height="4"></rect>`;
    })}
  </svg>`;
}
