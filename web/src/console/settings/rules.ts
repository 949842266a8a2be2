/** What is done by itself when something happens: on or off, whether it works, and its words as the API has them. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { Section } from './section';

type Rule = Schemas['RuleAnswer'];
type Body = Schemas['RuleBody'];

const EXAMPLE: Body = {
  name: 'Take an announcement off the to-do list',
  enabled: true,
  trigger: { type: 'message.sent' },
  conditions: { tags: { any: ['incident'] } },
  actions: [{ type: 'set_status', status: 'snoozed' }],
};

@customElement('mass-reply-rules')
export class Rules extends Section {
  @state() private items: Rule[] | null = null;
  /** The one that is written, as JSON. */
  @state() private edited: { key: string; text: string } | null = null;

  protected override firstUpdated() {
    void this.try(this.#load);
  }

  #load = async () => {
    this.items = (await this.api.get('/automation-rules', { query: { limit: 100 } })).items;
  };

  protected override render() {
    const { say } = this.words;
    return this.section(
      say('rules'),
      html`${this.table(this.items, (one) => this.#row(one))}
        ${this.edited ? this.#form(this.edited) : html`<div><button @click=${() => this.#edit('', EXAMPLE)}>${say('new_rule')}</button></div>`}`,
    );
  }

  #row(one: Rule) {
    const { say } = this.words;
    return html`<tr>
      <th scope="row">${one.name}</th><td class="soft">${one.trigger.type} → ${one.actions.map((action) => action.type).join(', ')}</td>
      <td><span class="state ${one.failing ? 'disabled' : one.enabled ? 'active' : ''}">${say(one.failing ? 'rule_failing' : one.enabled ? 'is_on' : 'is_off')}</span>
        ${one.last_failure ? html` <span class="soft">${one.last_failure}</span>` : nothing}</td>
      <td><div class="row">
        <button class="plain" aria-label="${say(one.enabled ? 'turn_off' : 'turn_on')}: ${one.name}" @click=${() => this.#put(one.key, { ...bodyOf(one), enabled: !one.enabled })}>${say(one.enabled ? 'turn_off' : 'turn_on')}</button>
        <button class="plain" aria-label="${say('edit')}: ${one.name}" @click=${() => this.#edit(one.key, bodyOf(one))}>${say('edit')}</button>
        ${this.removal(say('delete'), one.name, () => this.#delete(one.key))}
      </div></td>
    </tr>`;
  }

  #edit(key: string, body: Body) {
    this.edited = { key, text: JSON.stringify(body, null, 2) };
  }

  #form({ key, text }: { key: string; text: string }) {
    const { say } = this.words;
    return html`<form class="stack card" @submit=${this.#submit}>
      <label class="field">${say('short_name')}<input name="key" required size="24" .value=${key} ?readonly=${key !== ''} /></label>
      <label class="field full">${say('rule_text')}<textarea class="full code" name="text" rows="12" spellcheck="false" .value=${text}></textarea></label>
      <div class="row"><button class="main">${say('save')}</button><button type="button" @click=${() => (this.edited = null)}>${say('keep_it')}</button></div></form>`;
  }

  #submit(event: Event) {
    const { key, text } = this.read(event);
    this.edited = { key: this.edited!.key, text: text! };
    void this.#put(key!, () => JSON.parse(text!) as Body);
  }

  #put(key: string, body: Body | (() => Body)) {
    return this.try(async () => {
      await this.api.put('/automation-rules/{key}', { path: { key }, body: typeof body === 'function' ? body() : body });
      this.edited = null;
      await this.#load();
    });
  }

  async #delete(key: string) {
    await this.api.delete('/automation-rules/{key}', { path: { key } });
    await this.#load();
  }
}

const bodyOf = ({ name, enabled, trigger, conditions, actions }: Rule): Body => ({ name, enabled, trigger, conditions, actions });
