/** One conversation, as its agents see it: what the customer wrote, replies, notes and errors. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { Pages } from '../dialog/pages';
import { clip } from '../dialog/summary';
import { address, ConsolePage } from './parts';

const PAGE = 200;

@customElement('mass-reply-thread')
export class Thread extends ConsolePage {
  @property({ attribute: false }) conversation = '';
  @state() private about: Schemas['ConversationResponse'] | null = null;
  #shown = '';

  readonly #pages = new Pages<Schemas['TimelineResponse']>(
    this,
    (cursor) => this.api.get('/conversations/{conversation_id}/timeline', { path: { conversation_id: this.#shown }, query: { limit: PAGE, cursor } }),
    (error) => this.failed(error, () => this.#load(this.#shown)),
  );

  protected override willUpdate() {
    if (this.conversation === this.#shown) return;
    this.#shown = this.conversation;
    this.about = null;
    this.#pages.clear();
    void this.#load(this.conversation);
  }

  /** The last ones to come are not always of the conversation that is shown by now. */
  #load = (id: string) =>
    this.try(async () => {
      const about = await this.api.get('/conversations/{conversation_id}', { path: { conversation_id: id } });
      if (id !== this.#shown) return;
      this.about = about;
      await this.#pages.last();
    });

  protected override render() {
    const { words } = this;
    const { say } = words;
    const { items } = this.#pages;
    return html`<aside class="thread stack" aria-label=${say('thread')}>
      <div class="row spread thread-head"><h2><bdi>${this.about ? words.who(this.about.contact) : say('thread')}</bdi></h2>
        <button class="plain" aria-label=${say('close')} @click=${() => this.dispatchEvent(new Event('left', { bubbles: true }))}>✕</button></div>
      ${this.about?.subject ? html`<p dir="auto"><strong>${this.about.subject}</strong></p>` : nothing}
      ${this.said()}
      ${items === null && !this.problem ? html`<p class="soft">${say('loading')}</p>` : nothing}
      ${items?.length === 0 ? html`<p class="soft">${say('nothing_here')}</p>` : nothing}
      ${items?.map((item) => this.#item(item))}
      ${this.#pages.render(words, null, PAGE)}
    </aside>`;
  }

  #item(item: Schemas['TimelineResponse']) {
    const { words } = this;
    const { say } = words;
    return html`<article class="item ${item.kind}">
      <p class="soft"><strong>${words.named('kind', item.kind)}</strong>${item.author?.name ? html` · <bdi>${item.author.name}</bdi>` : nothing}
        · <time datetime=${item.created_at} title=${words.exact(item.created_at)}>${words.ago(item.created_at)}</time>
        ${item.delivery_status ? html` · ${words.status(item.delivery_status)}` : nothing}
        ${item.mass_reply_id ? html` · <a href=${address('mass-replies', { id: item.mass_reply_id })}>${say('mass_reply')}</a>` : nothing}</p>
      <div class="plain-text" lang=${item.kind.startsWith('system_') ? 'en' : nothing}>${item.text}</div>
      ${item.attachments.map((file) => html`<p class="soft">${clip} <bdi>${file.filename}</bdi></p>`)}
    </article>`;
  }
}
