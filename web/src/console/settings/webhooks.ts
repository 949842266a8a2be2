/** Endpoints that are told what happens: how they stand, what waits for them, and their secret. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { every } from '../parts';
import { Section } from './section';

type Endpoint = Schemas['WebhookEndpointResponse'];

@customElement('mass-reply-webhooks')
export class Webhooks extends Section {
  @state() private items: Endpoint[] | null = null;
  @state() private secret: string | null = null;

  protected override firstUpdated() {
    void this.try(this.#load);
  }

  #load = async () => {
    this.items = await every((cursor) => this.api.get('/webhook-endpoints', { query: { limit: 500, cursor } }));
  };

  protected override render() {
    const { say } = this.words;
    return this.section(say('webhooks'), html`${this.secret ? this.once(this.secret) : nothing} ${this.table(this.items, (one) => this.#row(one))} ${this.#form()}`);
  }

  #row(one: Endpoint) {
    const { named, say } = this.words;
    const why = one.disabled_reason ?? (one.state === 'retrying' ? one.last_failure : null);
    return html`<tr>
      <th scope="row">${one.key}</th><td>${one.url}<br /><span class="soft">${one.events?.join(', ') ?? say('all_events')}</span></td>
      <td><span class="state ${one.state}">${named('endpoint', one.state)}</span>${why ? html` <span class="soft">${why}</span>` : nothing}
        ${one.backlog.count ? html`<br /><span class="soft">${say('n_wait', { n: one.backlog.count })}</span>` : nothing}</td>
      <td><div class="row">
        ${one.state === 'disabled' ? html`<button @click=${() => this.#put(one.key, one, true)}>${say('try_again')}</button>` : nothing}
        <button class="plain" aria-label="${say(one.enabled ? 'turn_off' : 'turn_on')}: ${one.key}" @click=${() => this.#put(one.key, one, !one.enabled)}>${say(one.enabled ? 'turn_off' : 'turn_on')}</button>
        <button class="plain" aria-label="${say('rotate')}: ${one.key}" @click=${() => this.#rotate(one.key)}>${say('rotate')}</button>
        ${this.removal(say('delete'), one.key, one.key, () => this.#delete(one.key))}
      </div></td>
    </tr>`;
  }

  #form() {
    const { say } = this.words;
    return html`<details><summary>${say('new_webhook')}</summary><form class="row fields" @submit=${this.#submit}>
      <label class="field">${say('short_name')}<input name="key" required size="14" /></label>
      <label class="field grow">${say('address')}<input class="full" name="url" type="url" required placeholder="https://" /></label>
      <label class="field grow">${say('events')}<input class="full" name="events" placeholder=${say('all_events')} /></label>
      <button class="main lower">${say('save')}</button></form></details>`;
  }

  #submit(event: Event) {
    const { key, url, events } = this.read(event);
    const named = events!.split(/[\s,]+/).filter(Boolean) as Endpoint['events'];
    void this.try(async () => {
      if (await this.isTaken(this.api.get('/webhook-endpoints/{key}', { path: { key: key! } }))) this.problem = this.words.say('key_taken');
      else await this.#put(key!, { url: url!, events: named?.length ? named : null }, true);
    });
  }

  #put(key: string, { url, events }: Pick<Endpoint, 'url' | 'events'>, enabled: boolean) {
    return this.try(async () => {
      const saved = await this.api.put('/webhook-endpoints/{key}', { path: { key }, body: { url, events, enabled } });
      this.secret = saved.secret ?? this.secret;
      await this.#load();
    });
  }

  #rotate(key: string) {
    return this.try(async () => {
      this.secret = (await this.api.post('/webhook-endpoints/{key}/rotate-secret', { path: { key } })).secret;
      await this.#load();
    });
  }

  async #delete(key: string) {
    await this.api.delete('/webhook-endpoints/{key}', { path: { key } });
    await this.#load();
  }
}
