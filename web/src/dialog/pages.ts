/** A long list a page at a time. A cursor leads on; the way back is remembered. */

import { html, nothing, type ReactiveControllerHost } from 'lit';
import type { Words } from '../words';

export interface Listed<T> {
  items: T[];
  next_cursor: string | null;
}

export class Pages<T> {
  /** Null until the first page is there. */
  items: T[] | null = null;
  /** The page that was asked for last did not come. */
  lost = false;
  #way: (string | undefined)[] = [undefined];
  #next: string | null = null;
  #asked = 0;
  #turning = false;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly ask: (cursor: string | undefined) => Promise<Listed<T>>,
    private readonly failed: (error: unknown) => void = () => {},
  ) {}

  first = () => this.#go([undefined]);
  reload = () => this.#go(this.#way);

  /** Begin with another list. What was asked of this one no longer counts. */
  clear() {
    this.#asked++;
    this.#way = [undefined];
    this.#next = this.items = null;
    this.lost = false;
  }

  /** To the last page: there the newest are of a list that begins with the oldest. */
  async last(): Promise<void> {
    let asked = this.#asked + 1;
    await this.first();
    for (; asked === this.#asked && this.#next !== null && !this.lost; asked++) await this.#go([...this.#way, this.#next]);
  }

  /** To another page. Before it is there, a second press would ask for the same one. */
  async #turn(way: (string | undefined)[]): Promise<void> {
    if (this.#turning) return;
    this.#turning = true;
    await this.#go(way);
    this.#turning = false;
  }

  /** Go along these cursors; of two questions the later one's answer counts. */
  async #go(way: (string | undefined)[]): Promise<void> {
    const asked = ++this.#asked;
    try {
      const page = await this.ask(way.at(-1));
      if (asked !== this.#asked) return;
      this.#way = way;
      this.items = page.items;
      this.#next = page.next_cursor;
      this.lost = false;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.lost = true;
      this.failed(error);
    }
    this.host.requestUpdate();
  }

  /** What stands below: nothing where one page is all. `total` is null where nobody has counted. */
  render(words: Words, total: number | null, size: number) {
    const before = this.#way.length - 1;
    if (!before && this.#next === null) return nothing;
    const { number, say } = words;
    const from = before * size;
    const range = `${number(from + 1)}–${number(from + (this.items?.length ?? 0))}`;
    return html`<nav class="row pager" aria-label=${say('pages')}>
      <button ?disabled=${!before} @click=${() => this.#turn(this.#way.slice(0, -1))}>‹ ${say('page_back')}</button>
      <span class="soft">${total === null ? range : say('page_of', { range, n: total })}</span>
      <button ?disabled=${this.#next === null} @click=${() => this.#turn([...this.#way, this.#next!])}>${say('page_on')} ›</button>
    </nav>`;
  }
}
