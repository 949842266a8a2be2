/** The accounts that messages leave from: how they stand, whether they work, and what to enter at the provider. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { ConsolePage, icon } from './parts';

type Account = Schemas['AccountAnswer'];
type Check = Schemas['AccountCheckAnswer'];

@customElement('mass-reply-accounts')
export class Accounts extends ConsolePage {
  @state() private items: Account[] | null = null;
  @state() private checks = new Map<string, Check | null | undefined>();
  @state() private copied = '';

  protected override firstUpdated() {
    if (!this.may('admin')) return;
    void this.try(async () => {
      this.items = (await this.api.get('/channel-accounts', { query: { limit: 500 } })).items;
    });
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

  async #copy(account: Account) {
    await navigator.clipboard?.writeText(account.callback_url).catch(() => {});
    this.copied = account.key;
  }

  protected override render() {
    const { say } = this.words;
    if (!this.may('admin')) return html`<h1>${say('nav_accounts')}</h1><p class="note">${say('needs_admin')}</p>`;
    return html`<div class="page-head"><h1>${say('nav_accounts')}</h1></div>
      ${this.said()}
      ${this.items === null ? html`<p class="soft">${say('loading')}</p>` : nothing}
      ${this.items?.length === 0 ? html`<p class="soft">${say('no_accounts')}</p>` : nothing}
      <div class="cards">${this.items?.map((one) => this.#card(one))}</div>`;
  }

  #card(one: Account) {
    const { words } = this;
    const { say } = words;
    const check = this.checks.get(one.key);
    return html`<article class="card stack" aria-label=${one.name}>
      <div class="row spread"><h2>${icon(one.channel)} ${one.name}</h2><span class="state ${one.state}">${words.named('account', one.state)}</span></div>
      <p class="soft">${one.key} · ${words.channel(one.channel)} · ${one.provider} · ${say('per_second', { n: one.rate_per_second })}</p>
      ${one.pause_reason ? html`<p class="note amber">${one.pause_reason}</p>` : nothing}
      <label class="field full">${say('callback_address')}
        <input class="full" readonly .value=${one.callback_url} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} /></label>
      <p class="soft">${say(`setup_${SETUP.has(one.provider) ? one.provider : 'other'}` as 'setup_other')}</p>
      <div class="row">
        <button @click=${() => this.#copy(one)}>${say(this.copied === one.key ? 'copied' : 'copy')}</button>
        <button ?disabled=${check === null} @click=${() => this.#test(one.key)}>${say('test')}</button>
      </div>
      <p role="status">${
        check
          ? html`<strong>${words.named('credentials', check.credentials)}</strong> ${check.detail}
              <span class="soft">${words.named('callbacks', check.callbacks)}${check.last_callback_at ? ` · ${words.time(check.last_callback_at)}` : ''}</span>`
          : check === null ? say('loading') : nothing
      }</p>
    </article>`;
  }
}

const SETUP = new Set(['postmark', 'sendgrid', 'smtp', 'twilio', 'whatsapp_cloud', 'meta', 'webchat', 'webhook']);
