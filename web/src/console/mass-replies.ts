/** What was sent and what is being sent; and one of them, with all that became of it. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import type { MassReply } from '../api/follow';
import { messageFrame } from '../dialog/frame';
import { Model } from '../dialog/model';
import '../dialog/watch';
import { address, ConsolePage } from './parts';

const STATUSES = ['preparing', 'awaiting_confirmation', 'awaiting_approval', 'scheduled', 'sending', 'paused', 'completed', 'cancelled', 'expired'];
const COUNTS = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'skipped', 'cancelled'] as const;

@customElement('mass-reply-history')
export class History extends ConsolePage {
  @state() private items: MassReply[] | null = null;
  @state() private cursor: string | null = null;
  @state() private log: Schemas['AuditEntryAnswer'][] = [];
  #model: Model | null = null;
  #shown = '';

  protected override willUpdate(_: PropertyValues) {
    const key = this.place.toString();
    if (this.#shown === key && (this.#model || this.items)) return;
    this.#shown = key;
    this.#model?.leave();
    this.#model = null;
    const id = this.place.get('id');
    if (id) void this.#one(id);
    else void this.#load(null);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#model?.leave();
    this.#model = null;
    this.#shown = '';
  }

  #load = (cursor: string | null) =>
    this.try(async () => {
      if (!cursor) this.items = [];
      const status = (this.place.get('status') || undefined) as MassReply['status'] | undefined;
      const page = await this.api.get('/mass-replies', { query: { limit: 50, cursor: cursor ?? undefined, status } });
      this.items = [...(this.items ?? []), ...page.items];
      this.cursor = page.next_cursor;
    });

  #one = (id: string) =>
    this.try(async () => {
      const model = (this.#model = new Model(this.api, null));
      model.addEventListener('change', () => this.requestUpdate());
      await model.open(id);
      if (model.trouble) throw model.trouble;
      if (!this.may('admin')) return;
      this.log = (await this.api.get('/audit-log', { query: { mass_reply: id, limit: 100 } })).items;
    });

  protected override render() {
    return html`${this.said()}${this.place.get('id') ? this.#page() : this.#list()}`;
  }

  #list() {
    const { words } = this;
    const { say } = words;
    return html`<div class="page-head row spread"><h1>${say('nav_mass_replies')}</h1>
        <label class="field">${say('filter_status')}<select @change=${(event: Event) => (location.hash = address('mass-replies', { status: (event.target as HTMLSelectElement).value }))}>
          <option value="">${say('any')}</option>${STATUSES.map((one) => html`<option value=${one} ?selected=${one === this.place.get('status')}>${words.batchStatus(one)}</option>`)}</select></label>
      </div>
      <div class="wide"><table>
        <thead><tr><th>${say('col_state')}</th><th>${say('message')}</th><th class="number">${say('recipients')}</th><th>${say('col_who')}</th><th>${say('col_time')}</th></tr></thead>
        <tbody>${this.items?.map(
          (one) => html`<tr>
            <td class="tight"><span class="state ${one.status}">${words.batchStatus(one.status)}</span></td>
            <td><a href=${address('mass-replies', { id: one.id })} class="clip">${one.message.text}</a></td>
            <td class="number">${one.recipient_count === null ? '…' : words.number(one.recipient_count)}</td>
            <td>${one.author.name}</td>
            <td class="tight"><time title=${words.exact(one.created_at)}>${words.ago(one.created_at)}</time></td>
          </tr>`,
        )}</tbody>
      </table></div>
      ${this.items?.length === 0 ? html`<p class="soft">${say('nothing_here')}</p>` : nothing}
      ${this.cursor ? html`<button @click=${() => this.#load(this.cursor)}>${say('show_more')}</button>` : nothing}`;
  }

  #page() {
    const { words } = this;
    const { say } = words;
    const batch = this.#model?.batch;
    if (!batch) return html`<p class="soft">${say('loading')}</p>`;
    return html`<p><a href=${address('mass-replies')}>← ${say('nav_mass_replies')}</a></p>
      <div class="page-head row spread"><h1>${words.batchStatus(batch.status)}</h1>
        <button class="main" @click=${() => this.dispatchEvent(new CustomEvent('watch', { detail: batch.id, bubbles: true }))}>${say('open_dialog')}</button></div>
      <p class="soft">${say('by_at', { name: batch.author.name, time: words.exact(batch.created_at) })}</p>
      <div class="columns">
        <section class="stack" aria-label=${say('message')}><h2>${say('message')}</h2>
          <div class="bubble">${batch.message.text}</div>
          ${batch.message.html ? messageFrame(batch.message.html, words) : nothing}
          <h2>${say('selected_by')}</h2><pre class="bubble">${JSON.stringify(batch.selection, null, 1)}</pre>
        </section>
        <section class="stack" aria-label=${say('counts')}><h2>${say('counts')}</h2>
          <table><tbody>${batch.counts ? COUNTS.map((name) => html`<tr><th scope="row">${words.status(name)}</th><td class="number">${words.number(batch.counts![name])}</td></tr>`) : nothing}
            <tr><th scope="row">${say('sum')}</th><td class="number"><strong>${words.number(batch.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      <mass-reply-watch .model=${this.#model} .words=${words} @follow-up=${(event: CustomEvent<string[]>) => this.#follow(batch.id, event.detail)}></mass-reply-watch>
      ${this.log.length ? html`<section class="stack"><h2>${say('log')}</h2><ul>${this.log.map((one) => html`<li>${words.exact(one.at)} · <strong>${one.action}</strong> · ${one.actor.author.name}${one.reason ? ` · ${one.reason}` : ''}</li>`)}</ul></section>` : nothing}`;
  }

  #follow(id: string, statuses: string[]) {
    const detail = { follow_up: { mass_reply_id: id, statuses } };
    this.dispatchEvent(new CustomEvent('write', { detail, bubbles: true }));
  }
}
