/** One rule: the usual ones by fields, every other one as the API's JSON. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { valueOf } from '../../dialog/editor';
import { CHOICES } from '../filter';
import '../filters';
import { ConsolePage } from '../parts';
import { ACTIONS, bodyOf, type Draft, draftOf, TRIGGERS, usual } from './rule';

type Body = Schemas['RuleBody'];

@customElement('mass-reply-rule-form')
export class RuleForm extends ConsolePage {
  /** Empty for a new one. */
  @property({ attribute: false }) key = '';
  @property({ attribute: false }) body: Body | null = null;
  @state() private draft: Draft | null = null;
  /** Null while it is written by fields. */
  @state() private text: string | null = null;

  protected override willUpdate() {
    if (this.hasUpdated) return;
    this.draft = this.body ? draftOf(this.body) : usual();
    if (!this.draft) this.text = written(this.body!);
  }

  #set(changes: Partial<Draft>) {
    this.draft = { ...this.draft!, ...changes };
  }

  protected override render() {
    const { say } = this.words;
    return html`<div class="stack card" role="group" aria-label=${say('rule')}>
      ${this.said()}
      <div class="row fields">
        <label class="field">${say('short_name')}<input name="key" required size="20" .value=${this.key} ?readonly=${this.body !== null} @input=${(event: Event) => (this.key = valueOf(event).trim())} /></label>
        ${this.draft && this.text === null ? html`<label class="field grow">${say('name')}<input class="full" .value=${this.draft.name} @input=${(event: Event) => this.#set({ name: valueOf(event) })} /></label>` : nothing}
      </div>
      ${this.text === null ? this.#fields(this.draft!) : this.#json(this.text)}
      <div class="row"><button class="main" @click=${this.#save}>${say('save')}</button>
        <button @click=${() => this.dispatchEvent(new Event('left'))}>${say('cancel_form')}</button>
        <button class="plain" @click=${this.#swap}>${say(this.text === null ? 'as_json' : 'as_fields')}</button></div>
    </div>`;
  }

  #fields({ trigger, narrowed, place, actions }: Draft) {
    const { say, named } = this.words;
    return html`<fieldset class="row fields"><legend><strong>${say('rule_when')}</strong></legend>
        <select aria-label=${say('rule_when')} @change=${(event: Event) => this.#set({ trigger: valueOf(event) as Draft['trigger'], narrowed: '' })}>
          ${TRIGGERS.map((one) => html`<option value=${one} ?selected=${one === trigger}>${named('trigger', one)}</option>`)}</select>
        ${
          trigger === 'status.changed'
            ? html`<label class="row">${say('rule_to')} ${this.#statuses(narrowed, (to) => this.#set({ narrowed: to }), true)}</label>`
            : trigger === 'tag.added'
              ? html`<label class="row">${say('rule_tags')} <input .value=${narrowed} placeholder=${say('any')} @change=${(event: Event) => this.#set({ narrowed: valueOf(event) })} /></label>`
              : nothing
        }</fieldset>
      <fieldset class="stack"><legend><strong>${say('rule_if')}</strong> <span class="soft">${say('rule_if_hint')}</span></legend>
        <mass-reply-filters .words=${this.words} .place=${place} @filtered=${(event: CustomEvent<URLSearchParams>) => this.#set({ place: event.detail })}></mass-reply-filters></fieldset>
      <fieldset class="stack"><legend><strong>${say('rule_then')}</strong></legend>
        <ol class="stack">${actions.map((_, index) => this.#action(index))}</ol>
        <div><button @click=${() => this.#set({ actions: [...actions, { type: 'add_tag', value: '' }] })}>${say('rule_another')}</button></div></fieldset>`;
  }

  #action(index: number) {
    const { say, named } = this.words;
    const { actions } = this.draft!;
    const { type, value } = actions[index]!;
    const set = (changes: object) => this.#set({ actions: actions.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
    const label = named('action_type', type);
    return html`<li class="row">
      <select aria-label="${say('rule_then')} ${index + 1}" @change=${(event: Event) => { const to = valueOf(event); set({ type: to, value: to === 'set_status' ? 'done' : '' }); }}>
        ${ACTIONS.map((one) => html`<option value=${one} ?selected=${one === type}>${named('action_type', one)}</option>`)}</select>
      ${
        type === 'set_status'
          ? this.#statuses(value, (to) => set({ value: to }), false)
          : html`<input class="grow" aria-label=${label} .value=${value} @input=${(event: Event) => set({ value: valueOf(event) })} />`
      }
      ${actions.length > 1 ? html`<button class="plain" aria-label=${say('remove', { name: `${label} ${value}` })} @click=${() => this.#set({ actions: actions.filter((_, at) => at !== index) })}>✕</button>` : nothing}
    </li>`;
  }

  #statuses(chosen: string, changed: (to: string) => void, any: boolean) {
    const { say, named } = this.words;
    return html`<select aria-label=${say('filter_status')} @change=${(event: Event) => changed(valueOf(event))}>
      ${any ? html`<option value="">${say('any')}</option>` : nothing}
      ${CHOICES.status!.map((one) => html`<option value=${one} ?selected=${one === chosen}>${named('status', one)}</option>`)}</select>`;
  }

  #json(text: string) {
    return html`<label class="field full">${this.words.say('rule_text')}
      <textarea class="full code" rows="12" spellcheck="false" .value=${text} @input=${(event: Event) => (this.text = valueOf(event))}></textarea></label>`;
  }

  /** From one way of writing to the other; what the fields have no room for stays JSON. */
  #swap = () =>
    this.try(async () => {
      if (this.text === null) {
        this.text = written(bodyOf(this.draft!));
        return;
      }
      const draft = draftOf(JSON.parse(this.text) as Body);
      if (draft) [this.draft, this.text] = [draft, null];
      else this.problem = this.words.say('json_only');
    });

  #save = () =>
    this.try(async () => {
      if (!this.renderRoot.querySelector<HTMLInputElement>('[name=key]')!.reportValidity()) return;
      const body = this.text === null ? bodyOf(this.draft!) : (JSON.parse(this.text) as Body);
      const path = { key: this.key };
      if (this.body === null && (await this.isTaken(this.api.get('/automation-rules/{key}', { path })))) {
        this.problem = this.words.say('key_taken');
        return;
      }
      await this.api.put('/automation-rules/{key}', { path, body });
      this.dispatchEvent(new Event('saved'));
    });
}

const written = (body: Body) => JSON.stringify(body, null, 2);
