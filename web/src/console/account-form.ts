/** An account, new or changed: what its provider needs, as the API describes it. Stored secrets are never shown. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keyed } from 'lit/directives/keyed.js';
import type { Schemas } from '../api/client';
import { type Field, PROVIDERS } from '../api/providers';
import { valueOf } from '../dialog/editor';
import { ConsolePage } from './parts';

type Account = Schemas['AccountResponse'];
type Part = 'config' | 'credentials';

/** Seldom changed, so they stand below. */
const RARE = new Set(['base_url', 'api_version', 'region', 'message_stream', 'inbound_public_key', 'fallback_template']);

@customElement('mass-reply-account-form')
export class AccountForm extends ConsolePage {
  /** Null for a new one. */
  @property({ attribute: false }) account: Account | null = null;
  @state() private chosen = 'postmark';

  private get provider() {
    return this.account?.provider ?? this.chosen;
  }

  protected override render() {
    const { say, channel, field } = this.words;
    const { account, provider } = this;
    const known = PROVIDERS[provider]!;
    const fields = known.config.filter((one) => !RARE.has(one.name));
    const rare = known.config.filter((one) => RARE.has(one.name));
    return html`<form class="stack card" aria-label=${account?.name ?? say('new_account')} @submit=${this.#submit}>
      <div class="row spread"><h2>${account ? `${say('edit')}: ${account.name}` : say('new_account')}</h2>
        ${known.channels.length === 1 ? html`<span class="soft">${channel(known.channels[0]!)}</span>` : nothing}</div>
      ${this.said()}
      <div class="fields even">
        ${
          account
            ? nothing
            : html`<label class="field">${say('provider')}<select @change=${(event: Event) => (this.chosen = valueOf(event))}>
                ${Object.keys(PROVIDERS).map((one) => html`<option value=${one} ?selected=${one === provider}>${field(one)}</option>`)}</select></label>
              <label class="field">${say('short_name')}<input name="key" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}" placeholder="support-email" /></label>`
        }
        <label class="field">${say('name')}<input name="name" required maxlength="200" .value=${account?.name ?? ''} placeholder=${say('account_name_hint')} /></label>
      </div>
      ${keyed(
        provider,
        html`<div class="fields even">
            ${known.channels.length > 1 ? this.#channels(known.channels) : html`<input type="hidden" name="channel" value=${known.channels[0]!} />`}
            ${fields.map((one) => this.#field('config', one))} ${known.credentials.map((one) => this.#field('credentials', one))}
          </div>
          ${account && known.credentials.length ? html`<p class="soft">${say('secrets_stay')}</p>` : nothing}
          <details><summary>${say('more_settings')}</summary><div class="fields even">
            ${rare.map((one) => this.#field('config', one))}
            <label class="field">${say('rate')}<input name="rate" type="number" min="0.001" max="10000" step="any" required .value=${String(account?.rate_per_second ?? 10)} /></label>
            <label class="field">${say('in_flight')}<input name="in_flight" type="number" min="1" max="1000" required .value=${String(account?.max_in_flight ?? known.in_flight)} /></label>
            <label class="choice"><input name="enabled" type="checkbox" .checked=${account?.enabled ?? true} />${say('account_on')}</label>
          </div></details>`,
      )}
      <div class="row"><button class="main">${say('save')}</button>
        <button type="button" @click=${() => this.dispatchEvent(new Event('left'))}>${say('cancel_form')}</button></div>
    </form>`;
  }

  #channels(channels: string[]) {
    const { say, channel } = this.words;
    const chosen = this.account?.channel;
    return html`<label class="field">${say('col_channel')}<select name="channel">
      ${channels.map((one) => html`<option value=${one} ?selected=${one === chosen}>${channel(one)}</option>`)}</select></label>`;
  }

  #field(part: Part, { name, kind, required, choices, usual }: Field) {
    const stored = part === 'config' ? this.account?.config[name] : undefined;
    const value = stored ?? usual ?? '';
    const id = `${part}.${name}`;
    const label = this.words.field(name);
    if (kind === 'boolean') return html`<label class="choice lower"><input type="checkbox" name=${id} .checked=${value === true} />${label}</label>`;
    if (choices) return html`<label class="field">${label}<select name=${id}>${choices.map((one) => html`<option ?selected=${one === value}>${one}</option>`)}</select></label>`;
    const needed = required && !(part === 'credentials' && this.account);
    const type = kind === 'secret' ? 'password' : kind === 'integer' ? 'number' : 'text';
    const text = kind === 'object' && value ? JSON.stringify(value) : String(value);
    return html`<label class="field">${label}<input name=${id} type=${type} ?required=${needed} autocomplete="off" spellcheck="false" .value=${text} /></label>`;
  }

  #submit(event: Event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const key = this.account?.key ?? String(form.get('key'));
    void this.try(async () => {
      if (!this.account && (await this.isTaken(this.api.get('/channel-accounts/{key}', { path: { key } })))) {
        this.problem = this.words.say('key_taken');
        return;
      }
      const saved = await this.api.put('/channel-accounts/{key}', { path: { key }, body: this.#body(form) });
      this.dispatchEvent(new CustomEvent('saved', { detail: saved }));
    });
  }

  #body(form: FormData): Schemas['AccountBody'] {
    const credentials = this.#given('credentials', form) as Record<string, string>;
    return {
      channel: form.get('channel') as Account['channel'],
      provider: this.provider,
      name: String(form.get('name')).trim(),
      config: this.#given('config', form),
      credentials: this.account && !Object.keys(credentials).length ? null : credentials,
      rate_per_second: Number(form.get('rate')),
      max_in_flight: Number(form.get('in_flight')),
      enabled: form.has('enabled'),
    };
  }

  /** What is left empty is left out: the service knows the usual value. */
  #given(part: Part, form: FormData) {
    const given = PROVIDERS[this.provider]![part].flatMap(({ name, kind }) => {
      const text = String(form.get(`${part}.${name}`) ?? '').trim();
      if (kind === 'boolean') return [[name, form.has(`${part}.${name}`)]];
      return text ? [[name, kind === 'integer' ? Number(text) : kind === 'object' ? JSON.parse(text) : text]] : [];
    });
    return Object.fromEntries(given) as Schemas['AccountBody']['config'];
  }
}
