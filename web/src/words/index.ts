/** Sentences in the person's language, with its numbers, plurals and times. */

import * as english from './en';
import * as german from './de';
import type { Said } from './en';

type Key = keyof typeof english.sentences;
type Catalogue = { [K in Key]: Said };
export type Values = Record<string, string | number>;

/** Some seconds count; a day further off, the date does. */
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
const DATE: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', ...TIME };
const FULL: Intl.DateTimeFormatOptions = { dateStyle: 'full', timeStyle: 'medium' };

interface Refusal {
  code: string;
  detail: string;
  faults: readonly { code: string; detail: string }[];
}

type Known = Partial<Record<'name' | 'first_name' | 'email' | 'phone', string | null>>;

export class Words {
  readonly lang: 'en' | 'de';
  readonly #locale: string;
  readonly #said: Catalogue;
  readonly #names: typeof english;
  readonly #number: Intl.NumberFormat;
  readonly #plural: Intl.PluralRules;

  /** `asked` is what a page, a browser or a person wrote: `de-AT`, and `de_AT.UTF-8` too. */
  constructor(readonly asked: string) {
    const locale = spoken(asked);
    this.#locale = locale.toString();
    this.lang = locale.language as 'en' | 'de';
    this.#names = this.lang === 'de' ? (german as unknown as typeof english) : english;
    this.#said = this.#names.sentences;
    this.#number = new Intl.NumberFormat(this.#locale);
    this.#plural = new Intl.PluralRules(this.#locale);
  }

  say = (key: Key, values: Values = {}): string => {
    const said = this.#said[key];
    const form = typeof said === 'string' ? said : said[this.#plural.select(Number(values.n)) === 'one' ? 'one' : 'other'];
    return form.replace(/\{(\w+)\}/g, (_, name: string) => this.#written(values[name]));
  };

  /** Whom it is about: by the name, else by what else is known of them. */
  who = (one: Known | undefined) => [one?.name, one?.first_name, one?.email, one?.phone].find(isVisible) ?? this.say('unnamed');
  number = (n: number) => this.#number.format(n);
  channel = (code: string) => named(this.#names.channels, code);
  status = (code: string) => named(this.#names.statuses, code);
  batchStatus = (code: string) => named(this.#names.batch_statuses, code);
  reason = (code: string) => named(this.#names.reasons, code);
  warning = (code: string) => named(this.#names.preflight_warnings, code);
  field = (code: string) => named(this.#names.fields, code);
  tag = (code: string) => named(this.#names.tags, code);
  /** What was refused: in the person's language where the catalogue has it, else in the service's words. */
  problem = ({ code, detail, faults }: Refusal) => [{ code, detail }, ...faults].map((one) => this.fault(one)).join(' ');
  fault = ({ code, detail }: { code: string; detail: string }) => this.#names.problems[code] ?? detail;

  /** Why something waits or is paused: one of the service's codes or sentences, or a provider's words. */
  pause = (reason: string) => this.#names.codes[`pause.${reason}`] ?? this.#names.service[reason] ?? reason;
  /** A code of some kind: `named('status', 'done')`. */
  named = (kind: string, code: string) =>
    this.#names.codes[`${kind}.${code}`] ?? (kind === 'channel' ? this.channel(code) : code.replaceAll('_', ' '));

  /** The time, with the day where it is not today. */
  time = (iso: string) => {
    const at = new Date(iso);
    const today = at.toDateString() === new Date().toDateString();
    return at.toLocaleString(this.#locale, today ? TIME : DATE);
  };
  exact = (iso: string) => new Date(iso).toLocaleString(this.#locale, FULL);

  ago = (iso: string) => {
    const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
    const format = new Intl.RelativeTimeFormat(this.#locale, { numeric: 'auto' });
    for (const [unit, size] of UNITS) {
      if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
    }
    return format.format(0, 'second');
  };

  #written = (value: string | number | undefined) => (typeof value === 'number' ? this.number(value) : isolated(value ?? ''));
}

/** Numbers and times read as the sentences around them do, so a language without a catalogue gets all of it in English. */
function spoken(asked: string): Intl.Locale {
  try {
    const locale = new Intl.Locale(asked.replace(/[.@].*$/, '').replaceAll('_', '-'));
    if (locale.language === 'de' || locale.language === 'en') return locale;
  } catch {
    // Some pages say `C`, or anything at all.
  }
  return new Intl.Locale('en');
}

/** Whether there is something to see: some names are of spaces, or of characters without a picture. */
const isVisible = (text: string | null | undefined): text is string => /[^\s\p{Cc}\p{Cf}]/u.test(text ?? '');

/** A name may be written from the right, or turn the direction of what follows: kept apart from the sentence around it. */
const isolated = (text: string) => (TURNS.test(text) ? `\u2068${text}\u2069` : text);
const TURNS = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3_600], ['minute', 60],
];

const named = (names: Record<string, string>, code: string) => names[code] ?? code.replaceAll('_', ' ');

/** The language of an element: its own, the nearest one around it, else the browser's. */
export const languageOf = (element: Element) =>
  element.closest<HTMLElement>('[lang]')?.lang || document.documentElement.lang || navigator.language || 'en';
