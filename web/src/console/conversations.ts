/** The conversations: filtered in the address, ticked one by one or all that match, and written to. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import type { Selection } from '../dialog/draft';
import { address, ConsolePage, icon } from './parts';

type Conversation = Schemas['ConversationAnswer'];

/** A filter's fields as the address has them; lists with commas between. */
const FIELDS = ['tag', 'channel', 'status', 'engagement', 'team', 'assignee', 'subject'] as const;
const CHOICES: Partial<Record<(typeof FIELDS)[number], string[]>> = {
  channel: ['email', 'chat', 'sms', 'whatsapp', 'voice', 'facebook', 'instagram', 'other'],
  status: ['active', 'snoozed', 'done', 'archived'],
  engagement: ['pending', 'engaged'],
};

@customElement('mass-reply-conversations')
export class Conversations extends ConsolePage {
  @state() private total: number | null = null;
  @state() private items: Conversation[] = [];
  @state() private cursor: string | null = null;
  @state() private ticked = new Set<string>();
  @state() private all = false;
  @state() private thread: Schemas['TimelineAnswer'][] | null = null;
  @state() private dispatched: { id: string; count: number } | null = null;
  #shown = '';

  protected override willUpdate(_: PropertyValues) {
    const query = this.#query();
    const key = JSON.stringify(query);
    if (key !== this.#shown) {
      this.#shown = key;
      this.ticked = new Set();
      this.all = false;
      void this.#load(null);
    }
    const id = this.place.get('thread');
    if (id !== this.#threadShown) {
      this.#threadShown = id;
      this.thread = null;
      if (id) void this.#open(id);
    }
  }
  #threadShown: string | null = null;

  #query() {
    return Object.fromEntries(FIELDS.map((name) => [name, this.place.get(name) ?? '']));
  }

  #filter(): Schemas['Filter'] {
    const words = (name: string) => (this.place.get(name) ?? '').split(',').map((one) => one.trim()).filter(Boolean);
    const filter: Record<string, unknown> = {};
    for (const name of ['channel', 'status', 'engagement', 'team', 'assignee']) {
      if (words(name).length) filter[name] = words(name);
    }
    if (words('tag').length) filter.tags = { all: words('tag') };
    const subject = this.place.get('subject');
    if (subject) filter.subject_contains = subject;
    return filter as Schemas['Filter'];
  }

  #load = (cursor: string | null) =>
    this.try(async () => {
      const page = await this.api.post('/conversations/search', { body: { filter: this.#filter(), limit: 100, cursor } });
      this.total = page.total;
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.cursor = page.next_cursor;
    });

  #open = (id: string) =>
    this.try(async () => {
      const page = await this.api.get('/conversations/{conversation_id}/timeline', { path: { conversation_id: id }, query: { limit: 200 } });
      this.thread = page.items;
    });

  #go(changes: Record<string, string>) {
    location.hash = address('conversations', { ...Object.fromEntries(this.place), ...changes });
  }

  protected override render() {
    const { say, number } = this.words;
    return html`<div class="page-head row spread">
        <h1>${say('nav_conversations')}</h1>
        <strong class="total" role="status">${this.total === null ? say('loading') : say('total', { n: this.total })}</strong>
      </div>
      ${this.#filters()} ${this.said()} ${this.#bulk()}
      <div class=${this.place.get('thread') ? 'beside' : ''}>
        <div class="wide">
          <table>
            <thead><tr>
              <th class="tick"><input type="checkbox" aria-label=${say('tick_page')} ?disabled=${!this.items.length} .checked=${this.items.length > 0 && this.items.every((one) => this.#isTicked(one))} @change=${this.#tickPage} /></th>
              <th>${say('contact')}</th><th>${say('col_channel')}</th><th>${say('col_state')}</th><th>${say('col_time')}</th>
            </tr></thead>
            <tbody>${this.items.map((one) => this.#row(one))}</tbody>
          </table>
          ${this.total === 0 ? html`<p class="soft">${say('nothing_here')}</p>` : nothing}
          ${this.cursor ? html`<p><button @click=${() => this.#load(this.cursor)}>${say('show_more')}</button> <span class="soft">${say('shown_of', { shown: number(this.items.length), n: this.total ?? 0 })}</span></p>` : nothing}
        </div>
        ${this.place.get('thread') ? this.#thread() : nothing}
      </div>`;
  }

  #filters() {
    const { say, named } = this.words;
    return html`<form class="row filters" role="search" @submit=${(event: Event) => event.preventDefault()}>
      ${FIELDS.map((name) => {
        const value = this.place.get(name) ?? '';
        const set = (event: Event) => this.#go({ [name]: (event.target as HTMLInputElement).value });
        const choices = CHOICES[name];
        return html`<label class="field">${say(`filter_${name}`)}
          ${
            choices
              ? html`<select .value=${value} @change=${set}><option value="">${say('any')}</option>${choices.map((one) => html`<option value=${one} ?selected=${one === value}>${named(name, one)}</option>`)}</select>`
              : html`<input .value=${value} size="14" @change=${set} />`
          }</label>`;
      })}
      ${Object.values(this.#query()).some(Boolean) ? html`<button type="button" class="lower" @click=${() => (location.hash = address('conversations'))}>${say('clear')}</button>` : nothing}
    </form>`;
  }

  #isTicked = (one: Conversation) => (this.all ? !this.ticked.has(one.id) : this.ticked.has(one.id));

  #row(one: Conversation) {
    const { words } = this;
    const name = one.contact.name ?? words.say('unnamed');
    const at = one.last_customer_message_at ?? one.created_at;
    return html`<tr aria-selected=${this.#isTicked(one)}>
      <td class="tick"><input type="checkbox" aria-label=${name} .checked=${this.#isTicked(one)} @change=${() => this.#tick(one)} /></td>
      <td><a href=${address('conversations', { ...Object.fromEntries(this.place), thread: one.id })}>${name}</a>
        <div class="clip">${one.subject ? html`<strong>${one.subject}</strong> ` : nothing}<span class="soft">${one.last_customer_message?.text ?? ''}</span></div>
        ${one.tags.map((tag) => html`<span class="chip">${tag}</span> `)}</td>
      <td class="tight">${icon(one.channel)} ${words.channel(one.channel)}</td>
      <td class="tight">${words.named('status', one.status)}<br /><span class="soft">${words.named('engagement', one.engagement)}</span></td>
      <td class="tight"><time datetime=${at} title=${words.exact(at)}>${words.ago(at)}</time></td>
    </tr>`;
  }

  #tick(one: Conversation) {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(one.id)) ticked.add(one.id);
    this.ticked = ticked;
  }

  #tickPage(event: Event) {
    this.all = false;
    this.ticked = new Set((event.target as HTMLInputElement).checked ? this.items.map((one) => one.id) : []);
  }

  get #count() {
    return this.all ? (this.total ?? 0) - this.ticked.size : this.ticked.size;
  }

  /** In its place at all times: nothing moves when the first row is ticked. */
  #bulk() {
    const { say } = this.words;
    const n = this.#count;
    const more = !this.all && this.total !== null && n > 0 && n < this.total;
    const bounded = Object.keys(this.#filter()).length > 0;
    return html`<div class="bulk row" role="toolbar" aria-label=${say('bulk')}>
      ${
        n
          ? html`<strong>${say('n_selected', { n })}</strong>
              ${more && bounded ? html`<button @click=${() => { this.all = true; this.ticked = new Set(); }}>${say('all_matching', { n: this.total! })}</button>` : nothing}
              <button class="plain" @click=${() => { this.all = false; this.ticked = new Set(); }}>${say('clear_selection')}</button>
              ${this.may('mass_replies:send') ? html`<button class="main" @click=${this.#write}>${say('mass_reply')}</button>` : nothing}`
          : this.dispatched
            ? html`<span role="status">${say('dispatched', { n: this.dispatched.count })}</span> <a href=${address('mass-replies', { id: this.dispatched.id })}>${say('look')}</a>`
            : html`<span class="soft">${say('tick_hint')}</span>`
      }
    </div>`;
  }

  #write() {
    const selection = this.all
      ? { filter: this.#filter(), ...(this.ticked.size ? { exclude_conversation_ids: [...this.ticked] } : {}) }
      : { conversation_ids: [...this.ticked] };
    this.dispatchEvent(new CustomEvent('write', { detail: selection as Selection, bubbles: true }));
  }

  /** The dialog has sent to them. */
  done(id: string, count: number) {
    this.dispatched = { id, count };
    this.ticked = new Set();
    this.all = false;
  }

  #thread() {
    const { words } = this;
    const { say } = words;
    return html`<aside class="thread stack" aria-label=${say('thread')}>
      <div class="row spread"><h2>${say('thread')}</h2><button class="plain" aria-label=${say('close')} @click=${() => this.#go({ thread: '' })}>✕</button></div>
      ${this.thread === null ? html`<p class="soft">${say('loading')}</p>` : nothing}
      ${this.thread?.map(
        (item) => html`<article class="item ${item.kind}">
          <p class="soft"><strong>${words.named('kind', item.kind)}</strong>${item.author?.name ? ` · ${item.author.name}` : ''}
            · <time title=${words.exact(item.created_at)}>${words.ago(item.created_at)}</time>
            ${item.delivery_status ? html` · ${words.status(item.delivery_status)}` : nothing}
            ${item.mass_reply_id ? html` · <a href=${address('mass-replies', { id: item.mass_reply_id })}>${say('mass_reply')}</a>` : nothing}</p>
          <div class="plain-text">${item.text}</div>
        </article>`,
      )}
    </aside>`;
  }
}
