/** The first moment: the exact number, the text, and what becomes of it. */

import { html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import type { Draft } from './draft';
import { type Editor, valueOf } from './editor';
import './preview';
import { View, warnings } from './view';

@customElement('mass-reply-write')
export class Write extends View {
  @query('mass-reply-editor') private editor!: Editor;

  focusText() {
    this.editor?.focusText();
  }

  protected override render() {
    const { say, time } = this.words;
    const { model } = this;
    return html`<div class="body" part="body">
      ${model.restored ? html`<p class="note">${say('draft_kept', { time: time(model.restored) })}</p>` : nothing}
      <div class="columns">
        <mass-reply-editor .model=${model} .words=${this.words}></mass-reply-editor>
        <div class="stack">
          <mass-reply-preview .model=${model} .words=${this.words}></mass-reply-preview>
          ${this.#warnings()}
        </div>
      </div>
      ${this.#options()}
    </div>`;
  }

  #warnings() {
    const { say } = this.words;
    const list = this.model.preview?.preflight.warnings ?? [];
    if (!list.length) return nothing;
    return html`<div class="note amber" role="group" aria-label=${say('warnings')}>
      <ul>
        ${warnings(this.words, list)}
      </ul>
    </div>`;
  }

  #options() {
    const { say } = this.words;
    const { draft } = this.model;
    const set = (changes: Partial<Draft>) => this.model.change(changes);
    const tick = (name: 'markAsDone' | 'hold' | 'blank', label: string, disabled = false) =>
      html`<label class="choice"
        ><input
          type="checkbox"
          .checked=${draft[name] && !disabled}
          ?disabled=${disabled}
          @change=${(event: Event) => set({ [name]: (event.target as HTMLInputElement).checked })}
        />${label}</label
      >`;
    return html`<fieldset class="options" part="options">
      <legend class="spoken">${say('options')}</legend>
      <div class="columns">
        <div>
          ${tick('markAsDone', say('mark_as_done'))} ${tick('hold', say('hold'), draft.sendAt !== '')}
          ${tick('blank', say('blank'))}
          <p class="soft indent ${draft.blank ? 'unseen' : ''}">${say('blank_hint')}</p>
          <p class="soft">${this.#people()}</p>
        </div>
        <div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${draft.sample !== null}
                @change=${(event: Event) => set({ sample: (event.target as HTMLInputElement).checked ? 5 : null })}
              />${say('sample')}</label
            >
            <input
              type="number"
              min="1"
              size="4"
              aria-label=${say('sample')}
              ?disabled=${draft.sample === null}
              .value=${String(draft.sample ?? 5)}
              @change=${(event: Event) => set({ sample: Math.max(1, Math.trunc(Number(valueOf(event)) || 1)) })}
            />
            <span class="soft">${say('sample_unit')}</span>
          </div>
          <div class="row">
            <label class="choice"
              ><input
                type="checkbox"
                .checked=${draft.sendAt !== ''}
                @change=${(event: Event) => set({ sendAt: (event.target as HTMLInputElement).checked ? inAnHour() : '' })}
              />${say('schedule')}</label
            >
            <input
              type="datetime-local"
              aria-label=${say('schedule_at')}
              ?disabled=${draft.sendAt === ''}
              .value=${draft.sendAt || inAnHour()}
              @change=${(event: Event) => set({ sendAt: valueOf(event) })}
            />
          </div>
          ${this.#template()}
        </div>
      </div>
    </fieldset>`;
  }

  /** Who says it, and who else is asked: known before anything is frozen. */
  #people() {
    const { say } = this.words;
    const { me, preview } = this.model;
    const name = me?.user?.name ?? me?.key?.name;
    const above = preview?.approval_above ?? null;
    return [
      name ? say('in_name_of', { name }) : '',
      above !== null && (preview!.recipient_count ?? Infinity) > above ? say('asks_above', { n: above }) : '',
    ].join(' ');
  }

  #template() {
    const { say } = this.words;
    const { template } = this.model.draft;
    const channels = this.model.preview?.preflight.by_channel;
    if (!channels?.some((one) => one.channel === 'whatsapp') && !template.name) return nothing;
    const set = (name: keyof typeof template) => (event: Event) =>
      this.model.change({ template: { ...template, [name]: (event.target as HTMLTextAreaElement).value } });
    return html`<details>
      <summary>${say('template')}</summary>
      <div class="stack">
        <label class="field">${say('template_name')}<input .value=${template.name} @change=${set('name')} /></label>
        <label class="field">${say('template_language')}<input size="6" .value=${template.language} @change=${set('language')} /></label>
        <label class="field">${say('template_parameters')}<textarea rows="2" .value=${template.parameters} @change=${set('parameters')}></textarea></label>
      </div>
    </details>`;
  }
}

/** For an input of the person's own clock. */
function inAnHour() {
  const at = new Date(Date.now() + 3_600_000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
