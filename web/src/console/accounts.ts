/** The accounts that messages leave from: how they stand, whether they work, and what to enter at the provider. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import './account-form';
import { copied, every, icon } from './parts';
import { Section } from './settings/section';

type Account = Schemas['AccountResponse'];
type Check = Schemas['AccountCheckResponse'];

@customElement('mass-reply-accounts')
export class Accounts extends Section {
  @state() private items: Account[] | null = null;
  @state() private checks = new Map<string, Check | null | undefined>();
  @state() private copied = '';
  /** The one that is written; null for a new one, and undefined if none is. */
  @state() private edited: Account | null | undefined;
  /** The key of the one that was saved last. */
  @state() private last = '';

  protected override firstUpdated() {
    if (this.may('admin')) void this.try(this.#load);
  }

  #load = async () => {
    this.items = await every((cursor) => this.api.get('/channel-accounts', { query: { limit: 500, cursor } }));
  };

  /** What comes next stands on its card: the address to enter, and the test. */
  async #saved({ key }: Account) {
    this.edited = undefined;
    this.last = key;
    await this.try(this.#load);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>('article.last')?.focus();
  }

  async #delete(key: string) {
    await this.api.delete('/channel-accounts/{key}', { path: { key } });
    await this.#load();
  }

  #test = (key: string) =>
    this.try(async () => {
      this.#checked(key, null);
      try {
        this.#checked(key, await this.api.post('/channel-accounts/{key}/test', { path: { key } }));
      } catch (error) {
        this.#checked(key, undefined);
        throw error;
      }
    });

  /** Null while it is being tried. */
  #checked(key: string, check: Check | null | undefined) {
    this.checks = new Map(this.checks).set(key, check);
  }

  async #copy(event: Event, { key }: Account) {
    const field = (event.target as Element).closest('article')!.querySelector('input')!;
    this.copied = (await copied(field)) ? key : '';
  }

  protected override render() {
    const { say } = this.words;
    if (!this.may('admin')) return html`<h1>${say('nav_accounts')}</h1><p class="note">${say('needs_admin')}</p>`;
    return html`<div class="page-head row spread"><h1>${say('nav_accounts')}</h1>
        ${this.edited === undefined ? html`<button class=${this.items?.length ? '' : 'main'} @click=${() => (this.edited = null)}>${say('new_account')}</button>` : nothing}</div>
      ${this.said()} ${this.edited === undefined ? nothing : this.#form(this.edited)}
      ${this.items === null ? html`<p class="soft">${say('loading')}</p>` : nothing}
      ${this.items?.length === 0 ? html`<p class="soft">${say('no_accounts')}</p>` : nothing}
      <div class="cards">${this.items?.map((one) => this.#card(one))}</div>`;
  }

  #form(account: Account | null) {
    return html`<mass-reply-account-form
      .api=${this.api} .words=${this.words} .me=${this.me} .account=${account}
      @saved=${(event: CustomEvent<Account>) => this.#saved(event.detail)} @left=${() => (this.edited = undefined)}
    ></mass-reply-account-form>`;
  }

  #card(one: Account) {
    const { words } = this;
    const { say } = words;
    const check = this.checks.get(one.key);
    const isLast = one.key === this.last;
    const callsBack = !SILENT.has(one.provider);
    return html`<article class="card stack ${isLast ? 'last' : ''}" tabindex=${isLast ? -1 : nothing} aria-label=${one.name}>
      ${isLast ? html`<p class="note" role="status">${say(callsBack ? 'account_saved' : 'account_saved_plain')}</p>` : nothing}
      <div class="row spread"><h2>${icon(one.channel)} ${one.name}</h2><span class="state ${one.state}">${words.named('account', one.state)}</span></div>
      <p class="soft">${one.key} · ${words.channel(one.channel)} · ${words.field(one.provider)} · ${say('per_second', { n: one.rate_per_second })}</p>
      ${one.pause_reason ? html`<p class="note amber">${words.pause(one.pause_reason)}</p>` : nothing}
      ${
        callsBack
          ? html`<label class="field full">${say('callback_address')}
              <input class="full" readonly .value=${one.callback_url} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} /></label>`
          : nothing
      }
      <p class="soft">${say(`setup_${SETUP.has(one.provider) ? one.provider : 'other'}` as 'setup_other')}</p>
      <div class="row">
        ${callsBack ? html`<button @click=${(event: Event) => this.#copy(event, one)}>${say(this.copied === one.key ? 'copied' : 'copy')}</button>` : nothing}
        <button ?disabled=${check === null} @click=${() => this.#test(one.key)}>${say('test')}</button>
        <button class="plain" aria-label="${say('edit')}: ${one.name}" @click=${() => (this.edited = one)}>${say('edit')}</button>
        ${this.removal(say('delete'), one.name, one.key, () => this.#delete(one.key))}
      </div>
      <p role="status">${
        check
          ? html`<strong>${words.named('credentials', check.credentials)}</strong> <span lang="en">${check.detail}</span>
              ${callsBack ? html`<span class="soft">${words.named('callbacks', check.callbacks)}${check.last_callback_at ? ` · ${words.time(check.last_callback_at)}` : ''}</span>` : nothing}`
          : check === null ? say('loading') : nothing
      }</p>
    </article>`;
  }
}

/** Nobody calls back. */
const SILENT = new Set(['smtp', 'webchat']);
const SETUP = new Set(['postmark', 'sendgrid', 'smtp', 'twilio', 'whatsapp_cloud', 'meta', 'webchat', 'webhook']);
