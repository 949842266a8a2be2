/** The service as a page sees it: typed by its own description, with its failures as three kinds of error. */

import type { components, paths } from './schema';

export type Schemas = components['schemas'];
type Method = 'get' | 'post' | 'put' | 'delete';
type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P, M extends Method> = P extends keyof paths ? (M extends keyof paths[P] ? paths[P][M] : never) : never;
type Json<T> = T extends { content: { 'application/json': infer B } } ? B : undefined;
type AnswerOf<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;
type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never;
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;

export interface Given<O> {
  path?: Record<string, string>;
  query?: QueryOf<O>;
  body?: BodyOf<O>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** What the service refuses, with its own words (RFC 9457). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly faults: { pointer: string; code: string; detail: string }[],
    readonly retryAfter: number | null,
  ) {
    super(detail);
  }
}

/** Nobody answers: the network is away, or the service is. */
export class Unreachable extends Error {}

/** The credential is over, and no new one was given. */
export class SessionOver extends Error {}

/** Gives a credential; `again` says that the one before was refused. */
export type GetToken = (again: boolean) => Promise<string>;

/** The service has more to do than it can: later, the same may pass. */
export const isBusy = (error: unknown) => error instanceof Refused && (error.status === 429 || error.status === 503);

/** Milliseconds without a byte of a response: a network may also end without a word. */
const PATIENCE = 60_000;
/** Bytes of an upload that take a millisecond at the slowest pace that the service takes them. */
const SLOWEST = 10;
const MOST_TRIES = 4;
const LONGEST_WAIT = 10;

export class Api {
  #token: string | null = null;
  #refused = false;
  /** Told of a wait of so many seconds while the service is busy; 0 when it is over. */
  readonly whenBusy = new Set<(seconds: number) => void>();

  constructor(
    readonly base: string,
    private readonly getToken: GetToken,
  ) {}

  get = <P extends PathsOf<'get'>>(path: P, given: Given<Operation<P, 'get'>> = {}) => this.#call('get', path, given);
  post = <P extends PathsOf<'post'>>(path: P, given: Given<Operation<P, 'post'>> = {}) =>
    this.#call('post', path, given);
  put = <P extends PathsOf<'put'>>(path: P, given: Given<Operation<P, 'put'>> = {}) => this.#call('put', path, given);
  delete = <P extends PathsOf<'delete'>>(path: P, given: Given<Operation<P, 'delete'>> = {}) =>
    this.#call('delete', path, given);

  async #call<P extends keyof paths, M extends Method>(
    method: M,
    path: P,
    given: Given<Operation<P, M>>,
  ): Promise<AnswerOf<Operation<P, M>>> {
    const init: RequestInit = {
      method: method.toUpperCase(),
      body: given.body === undefined ? undefined : JSON.stringify(given.body),
      headers: { ...(given.body === undefined ? {} : { 'Content-Type': 'application/json' }), ...given.headers },
      signal: given.signal,
    };
    return this.ask(addressed(path, given), init, (response) => (response.status === 204 ? undefined : response.json()));
  }

  /** Ask, and read what comes. Raise Unreachable also when the body ends too soon, or is none of the service's. */
  async ask<T>(
    path: string,
    init: RequestInit,
    read: (response: Response) => Promise<T> | undefined,
    patience = PATIENCE,
  ): Promise<T> {
    const response = await this.#answer(path, init, patience);
    return overTheWire(init.signal, async () => (await read(response)) as T);
  }

  /** Ask with the credential. A refused one is asked for once more; a busy service is asked again when it says so. */
  async #answer(path: string, init: RequestInit, patience: number): Promise<Response> {
    for (let attempt = 1, renewed = false; ; attempt++) {
      const response = await this.#send(path, init, patience);
      if (response.ok || response.status === 304) return response;
      if (response.status === 401) {
        this.#token = null;
        this.#refused = true;
        if (renewed) throw new SessionOver();
        renewed = true;
        continue;
      }
      const refused = await refusal(response);
      const wait = refused.retryAfter ?? LONGEST_WAIT;
      if (!isBusy(refused) || attempt >= MOST_TRIES || wait > LONGEST_WAIT) throw refused;
      await this.#wait(wait, init.signal);
    }
  }

  async #send(path: string, init: RequestInit, patience: number): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Authorization', `Bearer ${await this.#credential()}`);
    const late = new Silence(patience);
    const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal;
    const request = { ...init, headers, signal, credentials: 'omit', cache: 'no-store' } as const;
    late.begin(patience + sizeOf(init.body) / SLOWEST);
    return overTheWire(init.signal, async () => late.heardIn(await fetch(this.base + path, request))).finally(() => late.end());
  }

  async #wait(seconds: number, signal?: AbortSignal | null) {
    try {
      for (let left = seconds; left > 0; left--) {
        this.#tell(left);
        await pause(Math.min(left, 1) * 1000, signal);
      }
    } finally {
      this.#tell(0);
    }
  }

  #tell(seconds: number) {
    for (const listener of this.whenBusy) listener(seconds);
  }

  #asking: Promise<string> | null = null;

  /** Asked for once, however many requests need it. */
  async #credential(): Promise<string> {
    if (this.#token !== null) return this.#token;
    try {
      this.#asking ??= this.getToken(this.#refused).finally(() => (this.#asking = null));
      const token = await this.#asking;
      // A header carries no other characters, so the service gave out none with others.
      if (!/^[\x21-\x7e]+$/.test(token)) throw new SessionOver();
      this.#refused = false;
      return (this.#token = token);
    } catch {
      throw new SessionOver();
    }
  }
}

/** Aborts what nothing is heard of for too long. */
class Silence {
  readonly #late = new AbortController();
  #timer = 0;

  constructor(private readonly patience: number) {}

  get signal() {
    return this.#late.signal;
  }

  begin(patience = this.patience) {
    this.end();
    this.#timer = window.setTimeout(() => this.#late.abort(), patience);
  }

  end() {
    clearTimeout(this.#timer);
  }

  /** The same response. Each part of its body is waited for anew. */
  heardIn(response: Response): Response {
    // Of these there can be no body, although the browser may show an empty one.
    if (!response.body || response.status === 204 || response.status === 304) return response;
    const reader = response.body.getReader();
    const pull = async (out: ReadableStreamDefaultController<Uint8Array>) => {
      this.begin();
      const { value, done } = await reader.read().finally(() => this.end());
      if (done) out.close();
      else out.enqueue(value);
    };
    return new Response(new ReadableStream({ pull, cancel: (why) => reader.cancel(why) }, { highWaterMark: 0 }), response);
  }
}

/** Of a file that is uploaded, the bytes. */
const sizeOf = (body: unknown) =>
  body instanceof FormData ? [...body.values()].reduce((sum, one) => sum + (typeof one === 'string' ? 0 : one.size), 0) : 0;

function addressed(path: string, given: { path?: Record<string, string>; query?: unknown }): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(given.path?.[name] ?? ''));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given.query ?? {})) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  return query.size ? `${filled}?${query}` : filled;
}

/** A network fails with errors of several kinds, at the headers and in the body. To all callers they are one. */
async function overTheWire<T>(signal: AbortSignal | null | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable();
  }
}

/** What the service says against it. Raise Unreachable if something between here and there says it: a proxy, without a service. */
async function refusal(response: Response): Promise<Refused> {
  const said = (await response.json().catch(() => ({}))) as Partial<Schemas['Problem']>;
  const busy = response.status === 503 || response.status === 429;
  if (!said.code && response.status >= 500 && !busy) throw new Unreachable();
  const wait = Number(response.headers.get('Retry-After') ?? Number.NaN);
  return new Refused(
    response.status,
    said.code ?? 'unexplained',
    said.detail || said.title || '',
    said.errors ?? [],
    Number.isFinite(wait) ? wait : null,
  );
}

export function pause(milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** A random key for `Idempotency-Key`; `crypto.randomUUID` exists on secure pages only. */
export const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
