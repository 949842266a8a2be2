/** Conditions as chips: typed or chosen, taken away one by one, and all of them in the address. */

import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { valueOf } from '../dialog/editor';
import type { Words } from '../words';
import { bare, CHOICES, type Condition, conditions, DATES, KINDS, type Kind, without, withTyped } from './filter';

/** What it is about, and which values. */
export function inWords({ name, kind, values }: Condition, { named, say }: Words): [string, string] {
  const label = kind === 'field' ? name.slice('field.'.length) : say(`filter_${kind}`);
  const shown = values.map((one) => (CHOICES[kind] ? named(kind, one) : one));
  return [label, shown.join(` ${say(kind === 'tag' ? 'and' : 'or')} `)];
}

@customElement('mass-reply-filters')
export class Filters extends LitElement {
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) place = new URLSearchParams();
  @state() private kind: Kind = 'tag';
  @query('[name=value]') private field!: HTMLInputElement | HTMLSelectElement;

  protected override createRenderRoot() {
    return this;
  }

  protected override render() {
    const { say } = this.words;
    const given = conditions(this.place);
    return html`<form class="row filters" role="search" aria-label=${say('filter')} @submit=${this.#add}>
        <label class="field">${say('filter')}
          <select .value=${this.kind} @change=${(event: Event) => (this.kind = valueOf(event) as Kind)}>
            ${KINDS.map((one) => html`<option value=${one} ?selected=${one === this.kind}>${say(`filter_${one}`)}</option>`)}
          </select></label>
        <label class="field">${say('filter_value')} ${this.#value()}</label>
        <button class="lower">${say('filter_add')}</button>
      </form>
      <ul class="row chips" aria-label=${say('filters')}>
        ${given.map((one) => this.#chip(one))}
        ${given.length > 1 ? html`<li><button class="plain" @click=${() => this.#go(bare(this.place))}>${say('clear')}</button></li>` : nothing}
      </ul>`;
  }

  #value() {
    const { named, say } = this.words;
    const { kind } = this;
    const choices = CHOICES[kind];
    if (choices) return html`<select name="value">${choices.map((one) => html`<option value=${one}>${named(kind, one)}</option>`)}</select>`;
    if (DATES.has(kind)) return html`<input name="value" type="date" required />`;
    const hint = kind === 'field' ? 'plan=pro' : kind === 'json' ? '{"not": {"team": ["billing"]}}' : say('filter_hint');
    return html`<input name="value" required size="28" placeholder=${hint} autocomplete="off" spellcheck="false" />`;
  }

  #chip(condition: Condition) {
    const { say } = this.words;
    const { name } = condition;
    const [label, text] = inWords(condition, this.words);
    return html`<li class="chip filter"><span><span class="soft">${label}</span> <bdi>${text}</bdi></span>
      <button class="plain" aria-label=${say('remove', { name: `${label} ${text}` })} @click=${() => this.#go(without(this.place, name))}>✕</button></li>`;
  }

  #add(event: Event) {
    event.preventDefault();
    this.#go(withTyped(this.place, this.kind, this.field.value));
    if (this.field instanceof HTMLInputElement) this.field.value = '';
    this.field.focus();
  }

  #go(place: URLSearchParams) {
    this.dispatchEvent(new CustomEvent('filtered', { detail: place, bubbles: true }));
  }
}
