/** The text: with snippets at a slash, values to insert, and files. */

import { html, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { tags } from '../words/en';
import { tagged, type Typed, typedShortcode } from './shortcodes';
import { clip } from './summary';
import { View } from './view';

@customElement('mass-reply-editor')
export class Editor extends View {
  @query('textarea') private area!: HTMLTextAreaElement;
  @state() private typed: Typed | null = null;
  @state() private chosen = 0;
  @state() private uploading = '';
  @state() private tag = 'contact.first_name';
  @state() private standIn = '';

  focusText() {
    this.area.focus();
  }

  private get offered() {
    const { typed } = this;
    return typed ? this.model.snippets.filter((one) => one.shortcode.startsWith(typed.name)).slice(0, 50) : [];
  }

  protected override render() {
    const { say } = this.words;
    const faults = this.#faults();
    return html`<div class="stack">
      <div class="field text">
        <label for="text"><strong>${say('message')}</strong> <span class="soft">${say('message_hint')}</span></label>
        <textarea
          id="text"
          part="text"
          rows="8"
          .value=${this.model.draft.text}
          aria-describedby="faults"
          aria-invalid=${faults.length > 0}
          aria-controls="snippets"
          aria-autocomplete="list"
          aria-activedescendant=${this.offered.length ? `snippet-${this.chosen}` : nothing}
          @input=${this.#typed}
          @keydown=${this.#key}
          @blur=${() => (this.typed = null)}
        ></textarea>
        ${this.#list()}
      </div>
      <div id="faults" aria-live="polite">
        ${faults.map((fault) => html`<p class="note bad">${this.#fault(fault)}</p>`)}
      </div>
      ${this.#inserter()} ${this.#files()}
    </div>`;
  }

  #faults() {
    const { trouble } = this.model;
    if (!trouble || !('faults' in trouble)) return [];
    return trouble.faults.filter((fault) => fault.pointer.startsWith('/message') || fault.pointer.startsWith('/whatsapp'));
  }

  /** The service's own sentence says where; in another language it comes second. */
  #fault(fault: { code: string; detail: string }) {
    const said = this.words.fault(fault);
    return said === fault.detail ? said : html`${said} <span class="soft" lang="en">${fault.detail}</span>`;
  }

  #list() {
    const { say } = this.words;
    return html`<ul id="snippets" class="listbox" role="listbox" aria-label=${say('snippets')} ?hidden=${!this.typed || !this.offered.length}>
      ${this.offered.map(
        (one, index) => html`<li
          id="snippet-${index}"
          role="option"
          aria-selected=${index === this.chosen}
          @mousedown=${(event: Event) => {
            event.preventDefault();
            this.#put(`/${one.shortcode} `, this.typed!.start);
          }}
        ><strong>/${one.shortcode}</strong><span>${one.text}</span></li>`,
      )}
    </ul>`;
  }

  #inserter() {
    const { say, tag } = this.words;
    const known = [...Object.keys(tags), ...this.#customFields()];
    return html`<div class="row">
      <label class="field"
        >${say('insert_tag')}
        <select part="tag" .value=${this.tag} @change=${(event: Event) => (this.tag = valueOf(event))}>
          ${known.map((name) => html`<option value=${name} ?selected=${name === this.tag}>${tag(name)}</option>`)}
        </select></label
      >
      <label class="field"
        >${say('if_missing')}
        <input size="14" .value=${this.standIn} @input=${(event: Event) => (this.standIn = valueOf(event))} />
      </label>
      <button class="lower" @click=${() => this.#put(tagged(this.tag, this.standIn), this.area.selectionStart)}>
        ${say('insert')}
      </button>
    </div>`;
  }

  /** Fields that those who are shown have. */
  #customFields() {
    const names = new Set<string>();
    for (const one of this.model.people.values()) {
      for (const name of Object.keys(one.custom_fields)) names.add(`conversation.custom_fields.${name}`);
      for (const name of Object.keys(one.contact.custom_fields)) names.add(`contact.custom_fields.${name}`);
    }
    return [...names].filter((name) => /^[\w.]+$/.test(name)).sort();
  }

  #files() {
    const { say } = this.words;
    const { attachments } = this.model.draft;
    return html`<div class="stack">
      <div class="row">
        <button @click=${() => this.querySelector<HTMLInputElement>('[type=file]')!.click()}>${say('attach')}</button>
        <input type="file" hidden tabindex="-1" aria-label=${say('attach')} @change=${this.#attach} />
        <span class="soft" role="status">${this.uploading && say('attaching', { name: this.uploading })}</span>
      </div>
      ${attachments.map(
        (file) => html`<div class="row">
          <span>${clip} <bdi>${file.filename}</bdi> <span class="soft">${this.words.number(Math.ceil(file.size / 1000))} kB</span></span>
          <button
            class="plain"
            aria-label=${say('remove', { name: file.filename })}
            @click=${() => this.model.change({ attachments: attachments.filter((other) => other !== file) })}
          >✕</button>
        </div>`,
      )}
      ${attachments.length ? html`<ul class="soft">${this.#carried()}</ul>` : nothing}
    </div>`;
  }

  /** Known for the text and files as they are; while that is asked, nothing is claimed. */
  #carried() {
    const { say, channel } = this.words;
    const { preview, previewing } = this.model;
    const preflight = preview?.preflight;
    const dropped = new Set(
      preflight?.warnings.filter((one) => one.code === 'attachment_dropped').map((one) => one.channel),
    );
    return (preflight?.by_channel ?? [])
      .filter((one) => one.recipients > 0)
      .map((one) => html`<li>${channel(one.channel)}: ${previewing ? '…' : say(dropped.has(one.channel) ? 'without_file' : 'with_file')}</li>`);
  }

  async #attach(event: Event) {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    this.uploading = file.name;
    await this.model.attach(file);
    this.uploading = '';
    input.value = '';
  }

  #typed() {
    this.typed = typedShortcode(this.area.value, this.area.selectionStart);
    this.chosen = 0;
    this.model.change({ text: this.area.value });
  }

  #key(event: KeyboardEvent) {
    const count = this.offered.length;
    if (!this.typed || !count || event.ctrlKey || event.metaKey) return;
    if (event.key === 'ArrowDown') this.chosen = (this.chosen + 1) % count;
    else if (event.key === 'ArrowUp') this.chosen = (this.chosen + count - 1) % count;
    else if (event.key === 'Enter' || event.key === 'Tab') this.#put(`/${this.offered[this.chosen]!.shortcode} `, this.typed.start);
    else if (event.key === 'Escape') this.typed = null;
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #put(piece: string, start: number) {
    this.area.setRangeText(piece, start, this.area.selectionEnd, 'end');
    this.area.focus();
    this.#typed();
  }
}

export const valueOf = (event: Event) => (event.target as HTMLInputElement | HTMLSelectElement).value;
