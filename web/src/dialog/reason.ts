/** One reason, and a page of those whom it is about: never more of them in the document, however many there are. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { Pages } from './pages';
import type { ReasonCount } from './reasons';
import { View } from './view';

type Delivery = Schemas['DeliveryResponse'];

const PAGE = 25;

@customElement('mass-reply-reason')
export class Reason extends View {
  @property({ attribute: false }) status!: ReasonCount['status'];
  @property({ attribute: false }) code!: ReasonCount['code'];
  @property({ attribute: false }) count = 0;
  @property({ attribute: false }) search = '';
  @property({ attribute: false }) tickable = false;
  @property({ attribute: false }) ticked = new Set<string>();
  /** Shown open at once. */
  @property({ type: Boolean }) first = false;
  @state() private opened = false;
  #wanted = '';

  readonly #pages = new Pages<Delivery>(this, (cursor) =>
    this.model.api.get('/mass-replies/{id}/deliveries', {
      path: { id: this.model.batch!.id },
      query: { status: this.status, reason: this.code, search: this.search || undefined, limit: PAGE, cursor },
    }),
  );

  protected override willUpdate() {
    super.willUpdate();
    if (!this.hasUpdated) this.opened = this.first;
    const wanted = [this.model.batch?.id, this.status, this.code, this.search].join();
    const known = `${wanted} ${this.count}`;
    if (!this.opened || this.#wanted === known) return;
    if (this.#wanted.startsWith(`${wanted} `)) this.#pages.reload();
    else this.#pages.first();
    this.#wanted = known;
  }

  protected override render() {
    const { number, reason, say } = this.words;
    const { items } = this.#pages;
    return html`<details class="reason" ?open=${this.opened} @toggle=${(event: Event) => (this.opened = (event.target as HTMLDetailsElement).open)}>
      <summary><strong>${reason(this.code)}</strong> <span class="soft">(${number(this.count)})</span></summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${reason(this.code)}>
        ${this.tickable && items?.length ? this.#tickShown(items) : nothing}
        ${this.#pages.lost ? html`<p class="note bad" role="alert">${say('no_answer')} <button @click=${this.#pages.reload}>${say('try_again')}</button></p>` : nothing}
        ${items === null && !this.#pages.lost ? html`<p class="soft">${say('loading')}</p>` : nothing}
        ${items?.length === 0 ? html`<p class="soft">${say('nothing_here')}</p>` : nothing}
        <ul class="people">${items?.map((one) => this.#person(one))}</ul>
      </div>
      ${this.#pages.render(this.words, this.search ? null : this.count, PAGE)}
    </details>`;
  }

  #person(one: Delivery) {
    const { channel, say, time, who } = this.words;
    const name = who({ name: one.contact_name });
    const settling = waits(one) ? ` (${say('settling', { time: time(one.settles_after!) })})` : '';
    const tick = html`<input type="checkbox" aria-label=${name} .checked=${this.ticked.has(one.conversation_id)} @change=${() => this.#toggle([one])} />`;
    return html`<li>
      ${this.tickable ? tick : nothing}
      <span><strong><bdi>${name}</bdi></strong> · ${channel(one.channel)}${one.human_id ? ` · ${one.human_id}` : ''}
        <span class="soft"><span lang="en">${one.reason?.detail ?? ''}</span>${settling}</span></span>
    </li>`;
  }

  #tickShown(items: Delivery[]) {
    const all = items.every((one) => this.ticked.has(one.conversation_id));
    return html`<label class="choice"><input type="checkbox" .checked=${all} @change=${() => this.#toggle(items, !all)} />${this.words.say('tick_shown', { n: items.length })}</label>`;
  }

  #toggle(items: Delivery[], on?: boolean) {
    const ticked = new Set(this.ticked);
    for (const { conversation_id: id } of items) {
      if (on ?? !ticked.has(id)) ticked.add(id);
      else ticked.delete(id);
    }
    this.ticked = ticked;
    this.dispatchEvent(new CustomEvent('ticked', { detail: ticked, bubbles: true }));
  }
}

/** Whether it is too early to say that it was not sent. */
const waits = (one: Delivery) => one.settles_after !== null && new Date(one.settles_after) > new Date();
