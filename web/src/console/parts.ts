/** What the console's pages share: the session, their language, and where they are. */

import { html, LitElement, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { type Api, isBusy, Refused, type Schemas, SessionOver, Unreachable } from '../api/client';
import type { Listed } from '../dialog/pages';
import type { Words } from '../words';

export abstract class ConsolePage extends LitElement {
  @property({ attribute: false }) api!: Api;
  @property({ attribute: false }) words!: Words;
  @property({ attribute: false }) me!: Schemas['Me'];
  /** What follows the page's name in the address. */
  @property({ attribute: false }) place: URLSearchParams = new URLSearchParams();
  @state() protected problem = '';

  protected override createRenderRoot() {
    return this;
  }

  protected may = (permission: Schemas['Permission']) => this.me.permissions.includes(permission);

  /** What to do when it may work by now. */
  #again: (() => unknown) | null = null;

  /** Do it, and say what went wrong. */
  protected async try(action: () => Promise<void>): Promise<void> {
    this.problem = '';
    try {
      await action();
    } catch (error) {
      this.failed(error, () => this.try(action));
    }
  }

  /** Say what went wrong, and offer to do it again where only the way was blocked. */
  protected failed(error: unknown, again: () => unknown) {
    const passes = error instanceof Unreachable || isBusy(error);
    this.#again = passes ? again : null;
    if (error instanceof SessionOver) this.dispatchEvent(new Event('signed-out', { bubbles: true }));
    else if (passes) this.problem = this.words.say(isBusy(error) ? 'overloaded' : 'no_answer');
    else if (error instanceof Refused) this.problem = said(error, this.words);
    else if (error instanceof SyntaxError) this.problem = this.words.say('not_json');
    else throw error;
  }

  /** Whether something has this short name: saving a new one would replace it. `asked` asks for it. */
  protected async isTaken(asked: Promise<unknown>): Promise<boolean> {
    try {
      await asked;
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return false;
      throw error;
    }
  }

  protected said(): TemplateResult | string {
    const again = this.#again;
    const button = again && html` <button @click=${() => { this.problem = ''; void again(); }}>${this.words.say('try_again')}</button>`;
    return this.problem ? html`<p class="note bad" role="alert">${this.problem}${button}</p>` : '';
  }
}

/** With the place of each fault: a form has many. */
const said = (refused: Refused, words: Words) =>
  [words.fault(refused), ...refused.faults.map((one) => `${place(one.pointer, words)} ${words.fault(one)}`)].join(' ');

/** `/config/from` is a field that the form names in its own words. */
const place = (pointer: string, words: Words) => {
  const [, name] = /^\/(?:config|credentials)\/(\w+)$/.exec(pointer) ?? [];
  return name ? `${words.field(name)}:` : pointer;
};

/** The address of a page: behind `#`, so that no filter ever reaches a server's log. */
export const address = (page: string, query: Record<string, string> | URLSearchParams = {}) => {
  const given = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const written = new URLSearchParams(given.filter(([, value]) => value));
  return `#/${page}${written.size ? `?${written}` : ''}`;
};

/** All of a list that people make by hand: short, but none of it is left out. */
export async function every<T>(ask: (cursor: string | undefined) => Promise<Listed<T>>): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined, first = true; first || cursor; first = false) {
    const page = await ask(cursor);
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  }
  return items;
}

/** Copy what a field shows. On a page without TLS the browser has no clipboard, and does it by the selection. */
export async function copied(field: HTMLInputElement): Promise<boolean> {
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value).then(() => true, () => false);
  field.select();
  return document.execCommand('copy');
}

/** A channel's picture, beside its word. */
export const icon = (channel: string) => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d=${ICONS[channel] ?? ICONS.other!}></path></svg>`;

const ICONS: Record<string, string> = {
  email: 'M1.5 3.5h13v9h-13zM1.5 4l6.500 5 6.500-5',
  chat: 'M1.500 2.500h13v8.500h-7l-3.500 3v-3h-2.500z',
  sms: 'M4.500 1.500h7v13h-7zM7 12.500h2',
  whatsapp: 'M8 1.500a6.500 6.500 0 1 1-3.300 12.100l-3.200.9.900-3.100A6.500 6.500 0 0 1 8 1.500M5.500 5.500c0 3 2 5 5 5',
  voice: 'M3 2l2.500-.5 1.500 3.500-1.500 1.500c.7 1.500 2 2.800 3.500 3.500l1.500-1.500 3.500 1.500-.5 2.500c-6 1-11.500-4.500-10.500-10.500',
  facebook: 'M8 1.500c3.700 0 6.500 2.600 6.500 6s-2.800 6-6.500 6l-2 1.500-.5-2.100C3 12 1.500 10 1.500 7.500c0-3.400 2.800-6 6.500-6M4.500 9l2.500-2.500 2 1.500 2.500-2',
  instagram: 'M2 4.500A2.500 2.500 0 0 1 4.500 2h7A2.500 2.500 0 0 1 14 4.500v7a2.500 2.500 0 0 1-2.500 2.500h-7A2.500 2.500 0 0 1 2 11.500zM8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6',
  other: 'M8 1.500l6.500 6.500-6.500 6.500L1.500 8z',
};
