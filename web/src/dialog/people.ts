/** Those deliveries of a mass reply that share a result: how many for each reason, and the people behind it. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { valueOf } from './editor';
import './reason';
import type { ReasonCount } from './reasons';
import { skippedInWords, summed, View } from './view';

type Status = ReasonCount['status'];

/** From so many on, people are found by a search. */
const MANY = 10;
const QUIET = 300;

@customElement('mass-reply-people')
export class People extends View {
  @property() status: Status = 'failed';
  @property({ type: Boolean }) tickable = false;
  @property({ attribute: false }) ticked = new Set<string>();
  @state() private opened = false;
  @state() private search = '';
  #typing = 0;

  private get count(): number {
    return this.model.batch?.counts?.[this.status] ?? 0;
  }

  protected override updated() {
    if (this.opened && this.count) void this.model.reasons.learn();
  }

  protected override render() {
    if (this.count === 0) return nothing;
    return html`<details part="people" @toggle=${this.#toggled}>
      <summary>${this.#headline()}</summary>
      ${this.opened ? this.#reasons() : nothing}
    </details>`;
  }

  #headline() {
    const { say } = this.words;
    const n = this.count;
    if (this.status === 'skipped') return html`${say('left_out', { n })}${this.#foretold()}`;
    if (this.status === 'failed') return say('n_failed', { n });
    if (this.status === 'uncertain') return html`${say('n_unknown', { n })} <span class="soft">${say('not_again')}</span>`;
    return say('n_cancelled', { n });
  }

  #foretold() {
    return html`<span class="soft"> · ${skippedInWords(this.words, this.model.batch?.preflight?.skipped ?? [])}</span>`;
  }

  #reasons() {
    const { say } = this.words;
    const own = this.model.reasons.items.filter((one) => one.status === this.status);
    const reasons = summed(own, (one) => one.code, (one) => one.count);
    if (!reasons.length) return html`<p class="soft" role="status">${say(this.model.reasons.lost ? 'no_answer' : 'loading')}</p>`;
    return html`<div class="stack inner">
      ${this.count > MANY ? html`<label class="field">${say('find')}<input type="search" maxlength="200" @input=${this.#find} /></label>` : nothing}
      ${reasons.map(
        ([code, n], index) => html`<mass-reply-reason
          .model=${this.model} .words=${this.words} .status=${this.status} .code=${code} .count=${n}
          .search=${this.search} .tickable=${this.tickable} .ticked=${this.ticked} ?first=${index === 0}
        ></mass-reply-reason>`,
      )}
    </div>`;
  }

  /** Nested ones tell it too. */
  #toggled(event: Event) {
    if (event.target === event.currentTarget) this.opened = (event.target as HTMLDetailsElement).open;
  }

  #find(event: Event) {
    const text = valueOf(event).trim();
    clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => (this.search = text), QUIET);
  }
}
