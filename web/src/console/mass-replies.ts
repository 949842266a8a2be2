/** What was sent and what is being sent, newest first. */

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { MassReply } from '../api/follow';
import { valueOf } from '../dialog/editor';
import { Pages } from '../dialog/pages';
import { address, ConsolePage } from './parts';
import './mass-reply';

const STATUSES = ['preparing', 'awaiting_confirmation', 'awaiting_approval', 'scheduled', 'sending', 'paused', 'completed', 'cancelled', 'expired'] as const;
const PAGE = 50;

@customElement('mass-reply-history')
export class History extends ConsolePage {
  #shown: string | null = null;

  readonly #pages = new Pages<MassReply>(
    this,
    (cursor) => {
      return this.api.get('/mass-replies', { query: { limit: PAGE, cursor, status: this.#status } });
    },
    (error) => this.failed(error, () => this.#pages.reload()),
  );

  /** What the address asks for, if there is such a state. */
  get #status() {
    return STATUSES.find((one) => one === this.place.get('status'));
  }

  protected override willUpdate() {
    const wanted = this.place.get('id') ? null : `status ${this.#status ?? ''}`;
    if (wanted === this.#shown) return;
    this.#shown = wanted;
    this.problem = '';
    if (wanted) void this.#pages.first();
  }

  protected override render() {
    const id = this.place.get('id');
    if (id) return html`<mass-reply-page .api=${this.api} .words=${this.words} .me=${this.me} .shown=${id}></mass-reply-page>`;
    const { words } = this;
    const { say } = words;
    const { items } = this.#pages;
    return html`<div class="page-head row spread"><h1>${say('nav_mass_replies')}</h1>
        <label class="field">${say('filter_status')}<select @change=${(event: Event) => (location.hash = address('mass-replies', { status: valueOf(event) }))}>
          <option value="">${say('any')}</option>${STATUSES.map((one) => html`<option value=${one} ?selected=${one === this.#status}>${words.batchStatus(one)}</option>`)}</select></label>
      </div>
      ${this.said()}
      <div class="wide"><table class="rows">
        <thead><tr><th>${say('col_state')}</th><th>${say('message')}</th><th class="number">${say('recipients')}</th><th>${say('col_who')}</th><th>${say('col_time')}</th></tr></thead>
        <tbody>${items?.map((one) => this.#row(one))}</tbody>
      </table></div>
      ${items === null && !this.problem ? html`<p class="soft">${say('loading')}</p>` : nothing}
      ${items?.length === 0 ? html`<p class="soft empty">${say(this.#status ? 'nothing_here' : 'no_mass_replies')}</p>` : nothing}
      ${this.#pages.render(words, null, PAGE)}`;
  }

  #row(one: MassReply) {
    const { words } = this;
    const { say } = words;
    return html`<tr>
      <td class="tight"><span class="state ${one.status}">${words.batchStatus(one.status)}</span></td>
      <td><a href=${address('mass-replies', { id: one.id })} class="clip"><bdi>${one.message.text}</bdi></a></td>
      <td class="number" data-label=${say('recipients')}>${one.recipient_count === null ? '…' : words.number(one.recipient_count)}</td>
      <td><bdi>${one.author.name}</bdi></td>
      <td class="tight"><time datetime=${one.created_at} title=${words.exact(one.created_at)}>${words.ago(one.created_at)}</time></td>
    </tr>`;
  }
}
