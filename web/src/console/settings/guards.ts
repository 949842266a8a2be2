/** What keeps mass replies from going to too many, too often, or without a second look. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { Section } from './section';

type Guards = Schemas['SettingsResponse'];

@customElement('mass-reply-guards')
export class GuardsSection extends Section {
  @state() private guards: Guards | null = null;

  protected override firstUpdated() {
    void this.try(async () => {
      this.guards = await this.api.get('/settings');
    });
  }

  protected override render() {
    const { say } = this.words;
    return this.section(say('guards'), this.guards ? this.#form(this.guards) : nothing);
  }

  #form(guards: Guards) {
    const { say } = this.words;
    const set = (changes: Partial<Guards>) => {
      this.guards = { ...guards, ...changes };
      this.saved = false;
    };
    const number = (name: 'approval_above' | 'inactive_after_days' | 'max_per_contact_per_day', label: string) => html`<label class="field">${label}
      <input type="number" min="0" size="8" .value=${String(guards[name] ?? '')} @change=${(event: Event) => set({ [name]: numberOf(event) })} /></label>`;
    const tick = (checked: boolean, label: string, changed: (on: boolean) => Partial<Guards>) => html`<label class="choice">
      <input type="checkbox" .checked=${checked} @change=${(event: Event) => set(changed((event.target as HTMLInputElement).checked))} />${label}</label>`;
    return html`<div class="row fields">
        ${number('approval_above', say('guard_approval_above'))} ${number('max_per_contact_per_day', say('guard_max_per_contact_per_day'))}
        ${number('inactive_after_days', say('guard_inactive_after_days'))}
        <label class="field">${say('guard_agent')}<input type="number" min="1" size="8" .value=${String(guards.max_recipients.agent ?? '')} @change=${(event: Event) => {
          const { agent: _, ...rest } = guards.max_recipients;
          const most = numberOf(event);
          set({ max_recipients: most === null ? rest : { ...rest, agent: most } });
        }} /></label></div>
      ${tick(guards.once_per_contact, say('guard_once'), (on) => ({ once_per_contact: on }))}
      ${tick(guards.inactive === 'skip', say('guard_skip'), (on) => ({ inactive: on ? 'skip' : 'warn' }))}
      <div class="row"><button class="main" @click=${this.#save}>${say('save')}</button><span role="status">${this.saved ? say('is_saved') : ''}</span></div>`;
  }

  #save = () =>
    this.try(async () => {
      this.guards = await this.api.put('/settings', { body: this.guards! });
      this.saved = true;
    });
}

function numberOf(event: Event): number | null {
  const { value } = event.target as HTMLInputElement;
  return value === '' ? null : Number(value);
}
