/** The second moment: the frozen number, the final text, what it costs. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './people';
import { View, warnings } from './view';

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
      <h3>${say('text_for')}</h3>
      <div class="samples">${this.#samples()}</div>
      <div class="columns">
        <div class="stack"><h3>${say('costs')}</h3><ul>${this.#costs()}</ul>${this.#warnings()}</div>
        <ul class="soft">${this.#plan(count)}</ul>
      </div>
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

  #samples() {
    const { channel, say } = this.words;
    const seen = new Set<string>();
    const samples = [...this.model.batch!.preflight!.samples].sort(
      (a, b) => Number(seen.has(a.channel)) - Number(seen.has((seen.add(a.channel), b.channel))),
    );
    return samples.slice(0, 3).map((one) => {
      const contact = this.model.people.get(one.conversation_id)?.contact;
      return html`<div>
        <p class="soft">${channel(one.channel)} · ${say('to', { name: contact?.name ?? say('unnamed') })}</p>
        <div class="bubble" tabindex="0">${one.text}</div>
      </div>`;
    });
  }

  #costs() {
    const { say } = this.words;
    const { billable } = this.model.batch!.preflight!;
    const costs = [
      [billable.sms_segments, 'cost_sms'],
      [billable.whatsapp_in_window, 'cost_whatsapp'],
      [billable.whatsapp_templates, 'cost_template'],
    ] as const;
    const due = costs.flatMap(([n, key]) => (n ? [{ n, key }] : []));
    return due.length ? due.map(({ n, key }) => html`<li>${say(key, { n })}</li>`) : html`<li>${say('costs_nothing')}</li>`;
  }

  #warnings() {
    const list = this.model.batch!.preflight!.warnings;
    return list.length ? html`<ul class="note amber">${warnings(this.words, list)}</ul>` : nothing;
  }

  #plan(count: number) {
    const { say, time } = this.words;
    const { draft, batch } = this.model;
    return [
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
