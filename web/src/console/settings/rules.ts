/** What is done by itself when something happens: on or off, whether it works, and what it does. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { every } from '../parts';
import './rule-form';
import { Section } from './section';

type Rule = Schemas['RuleResponse'];
type Body = Schemas['RuleBody'];

@customElement('mass-reply-rules')
export class Rules extends Section {
  @state() private items: Rule[] | null = null;
  /** The one that is written; null for a new one, and undefined if none is. */
  @state() private edited: Rule | null | undefined;

  protected override firstUpdated() {
    void this.try(this.#load);
  }

  #load = async () => {
    this.items = await every((cursor) => this.api.get('/automation-rules', { query: { limit: 500, cursor } }));
  };

  protected override render() {
    const { say } = this.words;
    return this.section(
      say('rules'),
      html`${this.table(this.items, (one) => this.#row(one))}
        ${this.edited === undefined ? html`<div><button @click=${() => (this.edited = null)}>${say('new_rule')}</button></div>` : this.#form(this.edited)}`,
    );
  }

  #row(one: Rule) {
    const { named, say } = this.words;
    return html`<tr>
      <th scope="row">${one.name}</th><td class="soft">${named('trigger', one.trigger.type)} → ${one.actions.map((action) => named('action_type', action.type)).join(', ')}</td>
      <td><span class="state ${one.failing ? 'disabled' : one.enabled ? 'active' : ''}">${say(one.failing ? 'rule_failing' : one.enabled ? 'is_on' : 'is_off')}</span>
        ${one.last_failure ? html` <span class="soft">${one.last_failure}</span>` : nothing}</td>
      <td><div class="row">
        <button class="plain" aria-label="${say(one.enabled ? 'turn_off' : 'turn_on')}: ${one.name}" @click=${() => this.#put(one.key, { ...bodyOf(one), enabled: !one.enabled })}>${say(one.enabled ? 'turn_off' : 'turn_on')}</button>
        <button class="plain" aria-label="${say('edit')}: ${one.name}" @click=${() => (this.edited = one)}>${say('edit')}</button>
        ${this.removal(say('delete'), one.name, one.key, () => this.#delete(one.key))}
      </div></td>
    </tr>`;
  }

  #form(rule: Rule | null) {
    const left = () => (this.edited = undefined);
    const saved = () => { left(); void this.try(this.#load); };
    return html`<mass-reply-rule-form
      .api=${this.api} .words=${this.words} .me=${this.me} .key=${rule?.key ?? ''} .body=${rule && bodyOf(rule)} @saved=${saved} @left=${left}
    ></mass-reply-rule-form>`;
  }

  #put(key: string, body: Body) {
    return this.try(async () => {
      await this.api.put('/automation-rules/{key}', { path: { key }, body });
      await this.#load();
    });
  }

  async #delete(key: string) {
    await this.api.delete('/automation-rules/{key}', { path: { key } });
    await this.#load();
  }
}

const bodyOf = ({ name, enabled, trigger, conditions, actions }: Rule): Body => ({ name, enabled, trigger, conditions, actions });
