/** What an administrator sets: guards and snippets; and what there is of rules, webhooks, keys and the log. */

import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { ConsolePage } from './parts';

@customElement('mass-reply-settings')
export class SettingsPage extends ConsolePage {
  @state() private guards: Schemas['SettingsAnswer'] | null = null;
  @state() private snippets: Schemas['SnippetAnswer'][] = [];
  @state() private keys: Schemas['ApiKeyAnswer'][] = [];
  @state() private hooks: Schemas['WebhookEndpointAnswer'][] = [];
  @state() private rules: Schemas['RuleAnswer'][] = [];
  @state() private log: Schemas['AuditEntryAnswer'][] = [];
  @state() private saved = false;
  @state() private shortcode = '';
  @state() private text = '';

  protected override firstUpdated() {
    void this.try(() => this.#load());
  }

  async #load() {
    this.snippets = (await this.api.get('/snippets', { query: { limit: 500 } })).items;
    if (!this.may('admin')) return;
    this.guards = await this.api.get('/settings');
    this.keys = (await this.api.get('/api-keys', { query: { limit: 100 } })).items;
    this.hooks = (await this.api.get('/webhook-endpoints')).items;
    this.rules = (await this.api.get('/automation-rules')).items;
    this.log = (await this.api.get('/audit-log', { query: { limit: 50 } })).items;
  }

  protected override render() {
    const { say, exact, ago } = this.words;
    const when = (at: string | null) => (at ? html`<time title=${exact(at)}>${ago(at)}</time>` : '–');
    return html`<div class="page-head"><h1>${say('nav_settings')}</h1></div>
      ${this.said()} ${this.may('admin') ? this.#guards() : html`<p class="note">${say('needs_admin')}</p>`} ${this.#snippets()}
      ${this.#table(say('rules'), this.rules, (one) => [one.key, one.enabled ? '✓' : '–'])}
      ${this.#table(say('webhooks'), this.hooks, (one) => [one.key, one.url, one.state])}
      ${this.#table(say('keys'), this.keys, (one) => [one.name, one.roles.join(', '), one.revoked_at ? say('revoked') : when(one.last_used_at)])}
      ${this.#table(say('log'), this.log, (one) => [when(one.at), one.action, one.actor.author.name, one.object_id ?? ''])}`;
  }

  #table<T>(title: string, rows: T[], cells: (row: T) => (string | TemplateResult)[]) {
    return this.may('admin')
      ? html`<section class="stack"><h2>${title}</h2>
          ${rows.length ? html`<table><tbody>${rows.map((row) => html`<tr>${cells(row).map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table>` : html`<p class="soft">${this.words.say('nothing_here')}</p>`}</section>`
      : nothing;
  }

  #guards() {
    const { say } = this.words;
    const { guards } = this;
    if (!guards) return nothing;
    const number = (name: 'approval_above' | 'inactive_after_days' | 'max_per_contact_per_day') => html`<label class="field">${say(`guard_${name}`)}
      <input type="number" min="0" size="8" .value=${String(guards[name] ?? '')} @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        this.guards = { ...guards, [name]: value === '' ? null : Number(value) };
      }} /></label>`;
    return html`<section class="stack"><h2>${say('guards')}</h2>
      <div class="row guards">${number('approval_above')} ${number('max_per_contact_per_day')} ${number('inactive_after_days')}
        <label class="field">${say('guard_agent')}<input type="number" min="1" size="8" .value=${String(guards.max_recipients.agent ?? '')} @change=${(event: Event) => {
          const { value } = event.target as HTMLInputElement;
          const { agent: _, ...rest } = guards.max_recipients;
          this.guards = { ...guards, max_recipients: value ? { ...rest, agent: Number(value) } : rest };
        }} /></label></div>
      <label class="choice"><input type="checkbox" .checked=${guards.once_per_contact} @change=${(event: Event) => (this.guards = { ...guards, once_per_contact: (event.target as HTMLInputElement).checked })} />${say('guard_once')}</label>
      <label class="choice"><input type="checkbox" .checked=${guards.inactive === 'skip'} @change=${(event: Event) => (this.guards = { ...guards, inactive: (event.target as HTMLInputElement).checked ? 'skip' : 'warn' })} />${say('guard_skip')}</label>
      <div class="row"><button class="main" @click=${this.#save}>${say('save')}</button><span role="status">${this.saved ? say('is_saved') : ''}</span></div>
    </section>`;
  }

  #save = () =>
    this.try(async () => {
      this.saved = false;
      this.guards = await this.api.put('/settings', { body: this.guards! });
      this.saved = true;
    });

  #snippets() {
    const { say } = this.words;
    const admin = this.may('admin');
    return html`<section class="stack"><h2>${say('snippets')}</h2>
      ${this.snippets.length ? html`<table><tbody>${this.snippets.map((one) => html`<tr><th scope="row">/${one.shortcode}</th><td class="plain-text">${one.text}</td>
        <td class="tight">${admin ? html`<button class="plain stop" aria-label=${say('remove', { name: one.shortcode })} @click=${() => this.#remove(one.shortcode)}>✕</button>` : nothing}</td></tr>`)}</tbody></table>` : html`<p class="soft">${say('nothing_here')}</p>`}
      ${
        admin
          ? html`<form class="row" @submit=${this.#add}>
              <label class="field">${say('shortcode')}<input required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" .value=${this.shortcode} @input=${(e: Event) => (this.shortcode = (e.target as HTMLInputElement).value)} /></label>
              <label class="field grow">${say('snippet_text')}<input class="full" required .value=${this.text} @input=${(e: Event) => (this.text = (e.target as HTMLInputElement).value)} /></label>
              <button class="lower">${say('save')}</button></form>`
          : nothing
      }</section>`;
  }

  #add(event: Event) {
    event.preventDefault();
    void this.try(async () => {
      await this.api.put('/snippets/{shortcode}', { path: { shortcode: this.shortcode }, body: { text: this.text } });
      this.shortcode = this.text = '';
      await this.#load();
    });
  }

  #remove = (shortcode: string) =>
    this.try(async () => {
      await this.api.delete('/snippets/{shortcode}', { path: { shortcode } });
      await this.#load();
    });
}
