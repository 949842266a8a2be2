/** The text as real recipients get it, channel by channel. */

import { html } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Sample } from './model';
import { segments } from './segments';
import { View } from './view';

@customElement('mass-reply-preview')
export class PreviewPane extends View {
  @state() private channel: string | null = null;
  @state() private place = 0;

  private get samples(): Sample[] {
    return this.model.preview?.preflight.samples ?? [];
  }

  protected override render() {
    const { say, channel } = this.words;
    const names = [...new Set(this.samples.map((one) => one.channel))];
    const chosen = names.find((name) => name === this.channel) ?? names[0];
    const shown = this.samples.filter((one) => one.channel === chosen);
    const sample = shown[Math.min(this.place, shown.length - 1)];
    return html`<section class="stack preview" part="preview" aria-label=${say('preview')}>
      <h3>${say('preview')}</h3>
      <div role="tablist" aria-label=${say('by_channel')} @keydown=${this.#arrow}>
        ${names.map(
          (name) => html`<button
            role="tab"
            id="tab-${name}"
            aria-controls="sample"
            aria-selected=${name === chosen}
            tabindex=${name === chosen ? 0 : -1}
            @click=${() => this.#choose(name)}
          >${channel(name)}</button>`,
        )}
      </div>
      <div id="sample" role=${chosen ? 'tabpanel' : 'group'} aria-labelledby=${chosen ? `tab-${chosen}` : 'title'} class="stack">
        <div class="bubble" tabindex="0">${sample ? sample.text : html`<span class="soft">${say(this.#why())}</span>`}</div>
        <div class="row spread">
          <span>${sample ? this.#who(sample) : ''}</span>
          <span class="row">
            <button class="plain" aria-label=${say('previous')} ?disabled=${shown.length < 2} @click=${() => this.#step(-1, shown.length)}>‹</button>
            <span>${shown.length ? say('place_of', { i: Math.min(this.place, shown.length - 1) + 1, n: shown.length }) : ''}</span>
            <button class="plain" aria-label=${say('next')} ?disabled=${shown.length < 2} @click=${() => this.#step(1, shown.length)}>›</button>
          </span>
        </div>
        <p class="soft" aria-live="polite">${sample ? this.#counter(sample) : ''}</p>
      </div>
    </section>`;
  }

  #why() {
    if (!this.model.draft.text.trim()) return 'preview_empty';
    return this.model.previewing ? 'opening' : 'preview_nobody';
  }

  #who(sample: Sample) {
    const known = this.model.people.get(sample.conversation_id);
    return known ? this.words.say('to', { name: this.words.who(known.contact) }) : '';
  }

  #counter(sample: Sample) {
    const { say } = this.words;
    if (sample.channel === 'sms') return say('segments', { n: segments(sample.text) });
    const limit = LIMITS[sample.channel];
    if (!limit) return '';
    const used = limit.unit === 'bytes' ? new TextEncoder().encode(sample.text).length : [...sample.text].length;
    return say(limit.unit === 'bytes' ? 'used_of_bytes' : 'used_of_characters', { used, n: limit.most });
  }

  #step(by: number, count: number) {
    this.place = (Math.min(this.place, count - 1) + by + count) % count;
  }

  #choose(name: string) {
    this.channel = name;
    this.place = 0;
  }

  #arrow(event: KeyboardEvent) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const tabs = [...this.querySelectorAll<HTMLButtonElement>('[role=tab]')];
    const now = tabs.findIndex((tab) => tab.getAttribute('aria-selected') === 'true');
    const next = tabs[(now + by + tabs.length) % tabs.length]!;
    next.click();
    next.focus();
  }
}

/** What the service refuses as `message_too_long`; it is the judge, this only shows how far it is. */
const LIMITS: Record<string, { most: number; unit: 'bytes' | 'characters' } | undefined> = {
  instagram: { most: 1000, unit: 'bytes' },
  facebook: { most: 2000, unit: 'characters' },
  whatsapp: { most: 4096, unit: 'characters' },
};
