/** Texts behind a `/shortcode`. Everybody sees them; an administrator writes them. */

import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { every } from '../parts';
import { Section } from './section';

@customElement('mass-reply-snippets')
export class Snippets extends Section {
  @state() private items: Schemas['SnippetResponse'][] | null = null;

  protected override firstUpdated() {
    void this.try(this.#load);
  }

  #load = async () => {
    this.items = await every((cursor) => this.api.get('/snippets', { query: { limit: 500, cursor } }));
  };

  protected override render() {
    const { say } = this.words;
    const admin = this.may('admin');
    const row = ({ shortcode, text }: Schemas['SnippetResponse']) => html`<tr><th scope="row">/${shortcode}</th><td class="plain-text">${text}</td>
      <td class="tight">${admin ? this.removal(say('delete'), `/${shortcode}`, shortcode, () => this.#remove(shortcode)) : nothing}</td></tr>`;
    return this.section(say('snippets'), html`${this.table(this.items, row)} ${admin ? this.#form() : nothing}`);
  }

  #form() {
    const { say } = this.words;
    return html`<form class="row fields" @submit=${this.#add}>
      <label class="field">${say('shortcode')}<input name="shortcode" required pattern="[A-Za-z0-9][A-Za-z0-9_\\-]*" size="12" /></label>
      <label class="field grow">${say('snippet_text')}<textarea class="full" name="text" rows="2" required></textarea></label>
      <button class="lower">${say('save')}</button></form>`;
  }

  #add(event: Event) {
    const form = event.currentTarget as HTMLFormElement;
    const { shortcode, text } = this.read(event);
    void this.try(async () => {
      await this.api.put('/snippets/{shortcode}', { path: { shortcode: shortcode! }, body: { text: text! } });
      form.reset();
      await this.#load();
    });
  }

  async #remove(shortcode: string) {
    await this.api.delete('/snippets/{shortcode}', { path: { shortcode } });
    await this.#load();
  }
}
