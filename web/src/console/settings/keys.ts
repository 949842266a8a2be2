/** API keys: who may do what, and since when nobody has used it. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { every } from '../parts';
import { Section } from './section';

type Key = Schemas['ApiKeyResponse'];

const ROLES: Schemas['Role'][] = ['viewer', 'agent', 'supervisor', 'integration', 'admin'];

@customElement('mass-reply-keys')
export class Keys extends Section {
  @state() private items: Key[] | null = null;
  @state() private made: string | null = null;

  protected override firstUpdated() {
    void this.try(this.#load);
  }

  #load = async () => {
    this.items = await every((cursor) => this.api.get('/api-keys', { query: { limit: 500, cursor } }));
  };

  protected override render() {
    const { say } = this.words;
    return this.section(say('keys'), html`${this.made ? this.once(this.made) : nothing} ${this.table(this.items, (one) => this.#row(one))} ${this.#form()}`);
  }

  #row(one: Key) {
    const { ago, exact, named, say, time } = this.words;
    const over = one.revoked_at !== null || (one.expires_at !== null && new Date(one.expires_at) < new Date());
    const until = one.revoked_at ? say('revoked') : one.expires_at ? say(over ? 'was_over' : 'is_over', { time: time(one.expires_at) }) : '';
    return html`<tr>
      <th scope="row">${one.name}</th><td>${one.roles.map((role) => named('role', role)).join(', ')}</td><td>${one.agent?.name ?? ''}</td><td>${until}</td>
      <td class="tight">${one.last_used_at ? html`<time title=${exact(one.last_used_at)}>${ago(one.last_used_at)}</time>` : say('never_used')}</td>
      <td class="tight">${over ? nothing : html`<button class="plain" aria-label="${say('replace')}: ${one.name}" @click=${() => this.#create(one)}>${say('replace')}</button>
        ${this.removal(say('revoke'), one.name, one.id, () => this.#revoke(one.id))}`}</td>
    </tr>`;
  }

  #form() {
    const { named, say } = this.words;
    return html`<details><summary>${say('new_key')}</summary><form class="row fields" @submit=${this.#submit}>
      <label class="field">${say('name')}<input name="name" required maxlength="200" /></label>
      <label class="field">${say('role')}<select name="role">${ROLES.map((one) => html`<option value=${one} ?selected=${one === 'agent'}>${named('role', one)}</option>`)}</select></label>
      <label class="field">${say('agent_id')}<input name="agent" size="12" /></label>
      <label class="field">${say('agent_name')}<input name="agent_name" size="16" /></label>
      <label class="field">${say('ends_on')}<input name="ends" type="date" /></label>
      <button class="main lower">${say('create')}</button></form></details>`;
  }

  #submit(event: Event) {
    const { name, role, agent, agent_name: agentName, ends } = this.read(event);
    void this.#create({
      name: name!,
      roles: [role as Schemas['Role']],
      agent: agent ? { id: agent, name: agentName || agent, email: null } : null,
      expires_at: ends ? new Date(`${ends}T23:59:59`).toISOString() : null,
    });
  }

  /** Another one with the same rights; the one before goes on until it is revoked. */
  #create({ name, roles, agent, expires_at }: Pick<Key, 'name' | 'roles' | 'agent' | 'expires_at'>) {
    const person = agent && { id: agent.id!, name: agent.name, email: agent.email };
    return this.try(async () => {
      this.made = (await this.api.post('/api-keys', { body: { name, roles, agent: person, expires_at } })).key;
      await this.#load();
    });
  }

  async #revoke(id: string) {
    await this.api.delete('/api-keys/{key_id}', { path: { key_id: id } });
    await this.#load();
  }
}
