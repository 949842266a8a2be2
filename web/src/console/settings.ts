/** What an administrator sets, each part by itself: one that cannot be read takes no other with it. */

import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { Pages } from '../dialog/pages';
import { address, ConsolePage } from './parts';
import './settings/guards';
import './settings/keys';
import './settings/rules';
import { Section } from './settings/section';
import './settings/snippets';
import './settings/webhooks';

@customElement('mass-reply-settings')
export class SettingsPage extends ConsolePage {
  protected override render() {
    const { api, words, me } = this;
    const { say } = words;
    return html`<div class="page-head"><h1>${say('nav_settings')}</h1></div>
      ${this.may('admin') ? html`<mass-reply-guards .api=${api} .words=${words} .me=${me}></mass-reply-guards>` : html`<p class="note">${say('needs_admin')}</p>`}
      <mass-reply-snippets .api=${api} .words=${words} .me=${me}></mass-reply-snippets>
      ${
        this.may('admin')
          ? html`<mass-reply-rules .api=${api} .words=${words} .me=${me}></mass-reply-rules>
              <mass-reply-webhooks .api=${api} .words=${words} .me=${me}></mass-reply-webhooks>
              <mass-reply-keys .api=${api} .words=${words} .me=${me}></mass-reply-keys>
              <mass-reply-log .api=${api} .words=${words} .me=${me}></mass-reply-log>`
          : nothing
      }`;
  }
}

const PAGE = 50;

@customElement('mass-reply-log')
export class Log extends Section {
  readonly #pages = new Pages<Schemas['AuditEntryResponse']>(
    this,
    (cursor) => this.api.get('/audit-log', { query: { limit: PAGE, cursor } }),
    (error) => this.failed(error, () => this.#pages.reload()),
  );

  protected override firstUpdated() {
    void this.#pages.first();
  }

  /** What it was done to, as a person knows it: by its place or its name, and by an id where there is nothing else. */
  #object({ mass_reply_id: batch, object_id: id, details, recipient_count: n }: Schemas['AuditEntryResponse']) {
    const { number, say } = this.words;
    if (!batch) return html`<bdi>${typeof details.name === 'string' ? details.name : (id ?? '')}</bdi>`;
    return html`<a href=${address('mass-replies', { id: batch })}>${say('mass_reply')}</a>${n === null ? nothing : ` · ${number(n)}`}`;
  }

  protected override render() {
    const { ago, exact, named, say } = this.words;
    const rows = this.table(this.#pages.items, (one) => html`<tr><td class="tight"><time title=${exact(one.at)}>${ago(one.at)}</time></td>
      <td>${named('action', one.action)}</td><td><bdi>${one.actor.author.name}</bdi></td><td>${this.#object(one)}</td><td><bdi>${one.reason ?? ''}</bdi></td></tr>`);
    return this.section(say('log'), html`${rows} ${this.#pages.render(this.words, null, PAGE)}`);
  }
}
