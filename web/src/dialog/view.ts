/** What the three moments share: they draw one model, in the sheet's own root, in its language and look. */

import { html, LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Words } from '../words';
import type { Model } from './model';

export abstract class View extends LitElement {
  @property({ attribute: false }) model!: Model;
  @property({ attribute: false }) words!: Words;

  /** In the light: the sheet's styles, its parts and its labels reach in. */
  protected override createRenderRoot() {
    return this;
  }

  #redraw = () => this.requestUpdate();
  #heard: Model | null = null;

  protected override willUpdate() {
    if (this.#heard === this.model) return;
    this.#heard?.removeEventListener('change', this.#redraw);
    this.#heard = this.model;
    this.#heard.addEventListener('change', this.#redraw);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#heard?.removeEventListener('change', this.#redraw);
    this.#heard = null;
  }
}

/** The sum of a list by a name, the largest first. */
export function summed<T>(items: readonly T[], name: (item: T) => string, count: (item: T) => number) {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(name(item), (sums.get(name(item)) ?? 0) + count(item));
  return [...sums].sort((a, b) => b[1] - a[1]);
}

/** "7 voice calls …; 2 …": why some get nothing, by reason, however many channels share it. */
export function skippedInWords(words: Words, skipped: readonly { code: string; count: number }[]) {
  const reasons = summed(skipped, (one) => one.code, (one) => one.count);
  return reasons.map(([code, n]) => `${words.number(n)} × ${words.reason(code)}`).join('; ');
}

/** Warnings by what they say, with their channels. */
export function warnings(words: Words, list: readonly { code: string; channel: string; count: number }[]) {
  return summed(list, (one) => one.code, (one) => one.count).map(([code, n]) => {
    const channels = list.filter((one) => one.code === code).map((one) => words.channel(one.channel));
    return html`<li><strong>${words.number(n)}</strong> ${words.warning(code)} <span class="soft">(${channels.join(', ')})</span></li>`;
  });
}
