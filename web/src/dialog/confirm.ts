/** The second moment: the frozen number, the final text, what it costs. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './people';
import { summary } from './summary';
import { View } from './view';

@customElement('mass-reply-confirm')
export class Confirm extends View {
  /** From this many recipients on, the number is typed. */
  @property({ type: Number }) typeFrom = 100;
  @state() private typed = '';

  get isReady(): boolean {
    const count = this.model.batch?.recipient_count;
    if (!count || this.model.batch?.status !== 'awaiting_confirmation') return false;
    return count < this.typeFrom || this.typed.replace(/[\s.,’'  ]/g, '') === String(count);
  }

  /** Given up, it is drawn no more: the sheet is about to show something else. */
  protected override shouldUpdate() {
    return this.model.batch !== null;
  }

  protected override render() {
    const { say } = this.words;
    const batch = this.model.batch!;
    const count = batch.recipient_count;
    if (batch.status === 'preparing' || count === null) return html`<div class="body"><p class="soft">${say('preparing_hint')}</p></div>`;
    if (batch.status === 'expired') return html`<div class="body"><p class="note">${say('expired')}</p></div>`;
    return html`<div class="body" part="body">
      ${this.#difference(count)}
      <p>${say('frozen')}</p>
      ${summary(this.model, this.words)}
      <ul class="soft">${this.#plan(count)}</ul>
      <mass-reply-people .model=${this.model} .words=${this.words} status="skipped"></mass-reply-people>
      ${
        count >= this.typeFrom
          ? html`<label class="field"
              ><strong>${say('type_number', { n: count })}</strong>
              <input inputmode="numeric" autocomplete="off" size="10" .value=${this.typed} @input=${this.#type} />
            </label>`
          : nothing
      }
    </div>`;
  }

  #difference(count: number) {
    const { say } = this.words;
    const before = this.model.shownBefore;
    if (before === null || before === count) return nothing;
    const changed = count > before ? say('changed_more', { n: count - before }) : say('changed_less', { n: before - count });
    return html`<p class="note amber" role="alert">${say('changed', { before, n: count })} <strong>${changed}</strong></p>`;
  }

  #plan(count: number) {
    const { say, time } = this.words;
    const { draft, batch, preview } = this.model;
    const above = preview?.approval_above ?? null;
    return [
      say('in_name_of', { name: batch!.author.name }),
      above !== null && count > above ? say('will_ask') : null,
      draft.sendAt ? say('will_schedule', { time: time(new Date(draft.sendAt).toISOString()) }) : draft.hold ? say('will_hold') : null,
      draft.sample !== null && draft.sample < count ? say('will_sample', { n: draft.sample }) : null,
      batch!.mark_as_done ? say('will_mark_done') : null,
      batch!.expires_at ? say('expires', { time: time(batch!.expires_at) }) : null,
    ].map((line) => line && html`<li>${line}</li>`);
  }

  #type(event: Event) {
    this.typed = (event.target as HTMLInputElement).value;
    this.dispatchEvent(new Event('typed', { bubbles: true }));
  }
}
