/** What the parts of the settings share: a heading, what went wrong, and a second look before something is gone. */

import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { ConsolePage } from '../parts';

export abstract class Section extends ConsolePage {
  /** Which one somebody is about to take away: two may have the same name. */
  @state() private going: string | null = null;
  @state() protected saved = false;

  protected section(title: string, content: unknown) {
    return html`<section class="stack" aria-label=${title}><h2>${title}</h2>${this.said()} ${content}</section>`;
  }

  protected table<T>(rows: readonly T[] | null, row: (one: T) => TemplateResult) {
    const { say } = this.words;
    if (rows === null) return this.problem ? nothing : html`<p class="soft">${say('loading')}</p>`;
    if (!rows.length) return html`<p class="soft">${say('nothing_here')}</p>`;
    return html`<div class="wide"><table class="rows"><tbody>${rows.map(row)}</tbody></table></div>`;
  }

  /** A button that asks once more in its own place; `what` names it, and `id` is its own. */
  protected removal(label: string, what: string, id: string, action: () => Promise<void>) {
    const { say } = this.words;
    if (this.going !== id) {
      return html`<button class="plain stop" aria-label="${label}: ${what}" @click=${() => (this.going = id)}>${label}</button>`;
    }
    const leave = () => (this.going = null);
    return html`<span class="row" role="group" aria-label=${what}><button class="stop" @click=${() => { leave(); void this.try(action); }}>${say('really', { what: label })}</button>
      <button class="plain" @click=${leave}>${say('keep_it')}</button></span>`;
  }

  /** A secret that is shown this once. */
  protected once(secret: string) {
    const { say } = this.words;
    return html`<div class="note amber stack" role="status"><p><strong>${say('shown_once')}</strong></p>
      <label class="field full">${say('secret')}<input class="full" readonly .value=${secret} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} /></label></div>`;
  }

  /** What a form holds, by the names of its fields. */
  protected read(event: Event): Record<string, string> {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  }
}
