/** The conversations: filtered in the address, ticked one by one or all that match, and written to. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import type { Selection } from '../dialog/draft';
import { Pages } from '../dialog/pages';
import { conditions, filterOf } from './filter';
import './filters';
import { address, ConsolePage, icon } from './parts';
import './thread';

type Conversation = Schemas['ConversationResponse'];

/** Rows in the document at once, however many there are. */
const PAGE = 100;

@customElement('mass-reply-conversations')
export class Conversations extends ConsolePage {
  @state() private total: number | null = null;
  @state() private ticked = new Set<string>();
  @state() private all = false;
  @state() private dispatched: { id: string; count: number } | null = null;
  #shown: string | null = null;

  readonly #pages: Pages<Conversation> = new Pages<Conversation>(
    this,
    async (cursor) => {
      const page = await this.api.post('/conversations/search', { body: { filter: filterOf(this.place), limit: PAGE, cursor: cursor ?? null } });
      this.total = page.total;
      return page;
    },
    (error) => this.failed(error, () => this.#pages.reload()),
  );

  protected override willUpdate() {
    const filtered = JSON.stringify(conditions(this.place));
    if (filtered === this.#shown) return;
    this.#shown = filtered;
    this.#tickNone();
    this.total = null;
    this.problem = '';
    void this.#pages.first();
  }

  #tickNone = () => {
    this.ticked = new Set();
    this.all = false;
  };

  #go(place: URLSearchParams) {
    location.hash = address('conversations', place);
  }

  protected override render() {
    const { say } = this.words;
    const { items } = this.#pages;
    const thread = this.place.get('thread');
    const every = items !== null && items.length > 0 && items.every(this.#isTicked);
    return html`<div class="page-head row spread">
        <h1>${say('nav_conversations')}</h1>
        <strong class="total" role="status">${this.total !== null ? say('total', { n: this.total }) : this.problem ? '' : say('loading')}</strong>
      </div>
      <mass-reply-filters .words=${this.words} .place=${this.place} @filtered=${(event: CustomEvent<URLSearchParams>) => this.#go(event.detail)}></mass-reply-filters>
      ${this.said()} ${this.#bulk()}
      <div class=${thread ? 'beside' : ''}>
        <div class="wide" aria-busy=${this.total === null}>
          <table class="list">
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${say('tick_page')} ?disabled=${!items?.length} .checked=${every} @change=${() => this.#tick(items!, !every)} /></th>
              <th>${say('contact')}</th><th>${say('col_channel')}</th><th>${say('col_state')}</th><th>${say('col_time')}</th>
            </tr></thead>
            <tbody>${items?.map((one) => this.#row(one))}</tbody>
          </table>
          ${this.total === 0 ? html`<p class="soft empty">${say(conditions(this.place).length ? 'no_match' : 'no_conversations')}</p>` : nothing}
          ${this.#pages.render(this.words, this.total, PAGE)}
        </div>
        ${thread ? html`<mass-reply-thread .api=${this.api} .words=${this.words} .me=${this.me} .conversation=${thread} @left=${() => this.#go(this.#with('thread', null))}></mass-reply-thread>` : nothing}
      </div>`;
  }

  #with(name: string, value: string | null) {
    const place = new URLSearchParams(this.place);
    if (value === null) place.delete(name);
    else place.set(name, value);
    return place;
  }

  #isTicked = (one: Conversation) => this.all !== this.ticked.has(one.id);

  #row(one: Conversation) {
    const { words } = this;
    const name = words.who(one.contact);
    const at = one.last_customer_message_at ?? one.created_at;
    return html`<tr aria-selected=${this.#isTicked(one)}>
      <td class="tick"><input type="checkbox" aria-label=${name} .checked=${this.#isTicked(one)} @change=${() => this.#tick([one], !this.#isTicked(one))} /></td>
      <td><a href=${address('conversations', this.#with('thread', one.id))}><bdi>${name}</bdi></a>
        <div class="clip">${one.subject ? html`<bdi><strong>${one.subject}</strong></bdi> ` : nothing}<bdi class="soft">${one.last_customer_message?.text ?? ''}</bdi></div>
        ${one.tags.map((tag) => html`<bdi class="chip">${tag}</bdi> `)}</td>
      <td class="tight">${icon(one.channel)} ${words.channel(one.channel)}</td>
      <td class="tight">${words.named('status', one.status)} <br /><span class="soft">${words.named('engagement', one.engagement)}</span></td>
      <td class="tight"><time datetime=${at} title=${words.exact(at)}>${words.ago(at)}</time></td>
    </tr>`;
  }

  /** Of all that match, the set holds those that are left out. */
  #tick(rows: Conversation[], on: boolean) {
    const ticked = new Set(this.ticked);
    for (const { id } of rows) {
      if (on !== this.all) ticked.add(id);
      else ticked.delete(id);
    }
    this.ticked = ticked;
  }

  get #count() {
    return this.all ? (this.total ?? 0) - this.ticked.size : this.ticked.size;
  }

  /** In its place at all times: nothing moves when the first row is ticked. */
  #bulk() {
    const { say } = this.words;
    return html`<div class="bulk row ${this.#count ? 'some' : ''}" role="toolbar" aria-label=${say('bulk')}>
      ${
        this.#count
          ? this.#selected(this.#count)
          : this.dispatched
            ? html`<span role="status">${say('dispatched', { n: this.dispatched.count })}</span> <a href=${address('mass-replies', { id: this.dispatched.id })}>${say('look')}</a>`
            : html`<span class="soft">${say('tick_hint')}</span>`
      }
    </div>`;
  }

  #selected(n: number) {
    const { say } = this.words;
    const more = !this.all && this.total !== null && n < this.total && conditions(this.place).length > 0;
    return html`<strong>${say('n_selected', { n })}</strong>
      ${more ? html`<button @click=${() => { this.#tickNone(); this.all = true; }}>${say('all_matching', { n: this.total! })}</button>` : nothing}
      <button class="plain" @click=${this.#tickNone}>${say('clear_selection')}</button>
      ${this.may('mass_replies:send') ? html`<button class="main" @click=${this.#write}>${say('mass_reply')}</button>` : nothing}`;
  }

  #write() {
    const selection = this.all
      ? { filter: filterOf(this.place), ...(this.ticked.size ? { exclude_conversation_ids: [...this.ticked] } : {}) }
      : { conversation_ids: [...this.ticked] };
    this.dispatchEvent(new CustomEvent('write', { detail: selection as Selection, bubbles: true }));
  }

  /** The dialog has sent to them. */
  done(id: string, count: number) {
    this.dispatched = { id, count };
    this.#tickNone();
  }
}
