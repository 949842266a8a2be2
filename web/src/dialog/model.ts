/** One mass reply from the first letter to the last result, without a picture of it. */

import { type Api, pause, randomKey, Refused, type Schemas, SessionOver, Unreachable } from '../api/client';
import { type Counts, follow, type MassReply, OVER } from '../api/follow';
import { act, type Action, reject, resolve, retry } from './control';
import { type Draft, DraftPlace, emptyDraft, type Selection } from './draft';
import { Reasons } from './reasons';

export type Preview = Schemas['PreviewResponse'];
export type Sample = Schemas['SamplePreflight'];
export type Conversation = Schemas['ConversationResponse'];
export type Moment = 'opening' | 'write' | 'confirm' | 'watch';
export type Trouble = Refused | Unreachable | SessionOver;

/** Milliseconds without a letter before the preview is asked for. */
const QUIET = 250;
/** Nobody has confirmed the number yet. */
const UNCONFIRMED = new Set<MassReply['status']>(['preparing', 'awaiting_confirmation', 'expired']);
/** Milliseconds between two pictures of what goes on. */
const FRAME = 250;

export class Model extends EventTarget {
  moment: Moment = 'opening';
  me: Schemas['Me'] | null = null;
  draft: Draft = emptyDraft();
  restored: string | null = null;
  preview: Preview | null = null;
  previewing = false;
  snippets: Schemas['SnippetResponse'][] = [];
  people = new Map<string, Conversation>();
  batch: MassReply | null = null;
  shownBefore: number | null = null;
  trouble: Trouble | null = null;
  busy = 0;
  acting = false;
  lostSince: string | null = null;
  lastHeard = new Date().toISOString();
  readonly reasons: Reasons;

  #opened: string | null = null;
  #isLeft = false;
  #drawn = 0;
  #drawing = 0;
  #place: DraftPlace | null = null;
  #following: AbortController | null = null;
  #createKey = randomKey();
  #wanted = 0;
  #asking: Promise<void> | null = null;
  /** Why the last preview failed. The next one that succeeds takes it away, and no other trouble. */
  #notPreviewed: Trouble | null = null;

  constructor(
    readonly api: Api,
    readonly selection: Selection | null,
  ) {
    super();
    this.reasons = new Reasons(api, () => (this.#isLeft ? null : this.batch), () => this.#set({}));
    api.whenBusy.add(this.#busy);
  }

  get maySend() {
    return this.#may('mass_replies:send');
  }

  get mayApprove() {
    return this.#may('mass_replies:approve') && !this.isMine;
  }

  /** Whether the caller is the author: a second person is somebody else. */
  get isMine() {
    const own = this.me?.user?.id ?? this.me?.key?.id;
    return this.batch !== null && own !== undefined && this.batch.author.id === own;
  }

  get isDirty() {
    return this.moment === 'write' && (this.draft.text.trim() !== '' || this.draft.attachments.length > 0);
  }

  #may(permission: Schemas['Permission']) {
    return this.me?.permissions.includes(permission) ?? false;
  }

  #set(changes: Partial<Model>) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event('change'));
  }

  /** Begin with a selection, or with a mass reply that exists; an unfinished one of this selection is found again. */
  async open(id: string | null): Promise<void> {
    this.#opened = id;
    await this.#act(async () => {
      this.me = await this.api.get('/me');
      this.#place = this.selection && new DraftPlace(this.api.base, this.me.tenant, this.me.user?.id, this.selection);
      const kept = this.#place?.load() ?? null;
      if (kept?.draft.text) {
        this.draft = kept.draft;
        this.restored = kept.at;
      }
      const found = await this.#find(id ?? kept?.id ?? null, id !== null);
      if (found) this.#watch(found);
      else await this.#write();
    });
  }

  async #find(id: string | null, wanted: boolean): Promise<MassReply | null> {
    if (id === null) return null;
    try {
      const found = await this.api.get('/mass-replies/{id}', { path: { id } });
      return wanted || (found.confirmed_at && !OVER.has(found.status)) ? found : null;
    } catch (error) {
      if (wanted || !(error instanceof Refused && error.status === 404)) throw error;
      return null;
    }
  }

  async #write() {
    this.#set({ moment: 'write', batch: null });
    if (!this.maySend) return;
    this.look();
    const page = await this.api.get('/snippets', { query: { limit: 500 } });
    this.#set({ snippets: page.items });
  }

  change(changes: Partial<Draft>) {
    this.draft = { ...this.draft, ...changes };
    this.#createKey = randomKey();
    this.#keep(null);
    const isAnswered = this.trouble instanceof Refused && this.trouble !== this.#notPreviewed;
    this.#set({ restored: null, trouble: isAnswered ? null : this.trouble });
    this.look();
  }

  #keep(id: string | null) {
    if (this.draft.text || id) this.#place?.save(this.draft, id);
    else this.#place?.forget();
  }

  discard() {
    this.#place?.forget();
    this.draft = emptyDraft();
  }

  /** Ask what would happen: one question at a time, and the last text wins. */
  look(): Promise<void> {
    this.#wanted++;
    return (this.#asking ??= this.#ask().finally(() => (this.#asking = null)));
  }

  async #ask(): Promise<void> {
    this.#set({ previewing: true });
    for (let asked = -1; asked !== this.#wanted; ) {
      asked = this.#wanted;
      if (this.preview) await pause(QUIET);
      if (asked === this.#wanted) await this.#askOnce();
    }
    this.#set({ previewing: false });
  }

  async #askOnce() {
    try {
      const body = this.#body(this.draft);
      const { message, ...rest } = body;
      const preview = await this.api.post('/mass-replies/preview', {
        body: { ...rest, message: message.text.trim() ? message : undefined } as Schemas['PreviewBody'],
      });
      this.#set({ preview, trouble: this.trouble === this.#notPreviewed ? null : this.trouble });
      await this.meet(preview.preflight.samples.map((sample) => sample.conversation_id));
    } catch (error) {
      this.#notPreviewed = asTrouble(error);
      this.#set({ trouble: this.#notPreviewed });
    }
  }

  /** Learn the names of those who are shown. */
  async meet(ids: string[]) {
    const unknown = ids.filter((id) => !this.people.has(id));
    await Promise.allSettled(
      unknown.map(async (id) => this.people.set(id, await this.api.get('/conversations/{conversation_id}', { path: { conversation_id: id } }))),
    );
    if (unknown.length) this.#set({});
  }

  #body(draft: Draft): Schemas['MassReplyBody'] {
    const { template } = draft;
    return {
      selection: this.selection!,
      message: { text: draft.text, attachment_ids: draft.attachments.map((file) => file.id) },
      mark_as_done: draft.markAsDone,
      on_unresolved: draft.blank ? 'blank' : 'skip',
      whatsapp_template: template.name.trim()
        ? {
            name: template.name.trim(),
            language: template.language.trim(),
            body_parameters: template.parameters.split('\n').filter((line) => line.trim()),
          }
        : null,
    };
  }

  async attach(file: File): Promise<void> {
    await this.#act(async () => {
      const form = new FormData();
      form.set('file', file);
      const read = (response: Response): Promise<Schemas['AttachmentResponse']> => response.json();
      const attachment = await this.api.ask('/attachments', { method: 'POST', body: form }, read);
      this.change({ attachments: [...this.draft.attachments, attachment] });
    });
  }

  /** Freeze the selection; from here on the number is exact. */
  async review(): Promise<void> {
    await this.#act(async () => {
      this.shownBefore = this.preview?.recipient_count ?? null;
      const headers = { 'Idempotency-Key': this.#createKey };
      const batch = await this.api.post('/mass-replies', { body: this.#body(this.draft), headers });
      this.#keep(batch.id);
      this.#watch(batch);
      this.#tell('created');
    });
  }

  /** Back to the text. What was frozen is given up, so that nobody confirms it by mistake. */
  async back(): Promise<void> {
    this.#following?.abort();
    const id = this.batch?.id;
    this.#createKey = randomKey();
    this.#keep(null);
    this.#set({ moment: 'write', batch: null, trouble: null });
    this.look();
    if (id) await this.api.post('/mass-replies/{id}/cancel', { path: { id }, body: {} }).catch(() => {});
  }

  /** Confirm the number that the button said. When it is another one by now, both are shown, and nothing is sent. */
  async confirm(shown: number): Promise<void> {
    const { draft, batch } = this;
    await this.#act(async () => {
      this.shownBefore = shown;
      const confirmed = await this.api.post('/mass-replies/{id}/confirm', {
        path: { id: batch!.id },
        body: {
          recipient_count: shown,
          hold_seconds: draft.sendAt || !draft.hold ? 0 : 30,
          send_at: draft.sendAt ? new Date(draft.sendAt).toISOString() : null,
          sample_size: draft.sample,
        },
      });
      this.draft = emptyDraft();
      this.#keep(confirmed.id);
      this.#tell('confirmed', confirmed);
      this.#watch(confirmed);
    });
  }

  act = (name: Action, account?: string | null) => this.#take((id) => act(this.api, id, name, account ?? null));
  reject = (reason: string) => this.#take((id) => reject(this.api, id, reason));
  retry = (codes: Schemas['ReasonCode'][] | null) => this.#take((id) => retry(this.api, id, codes));
  resolve = (body: Schemas['ResolveBody']) => this.#take((id) => resolve(this.api, id, body));

  /** Every recipient with the result, as a file. */
  async export(): Promise<void> {
    await this.#act(async () => {
      const { id } = this.batch!;
      const init = { headers: { Accept: 'text/csv' } };
      download(await this.api.ask(`/mass-replies/${id}/deliveries`, init, (response) => response.blob()), `mass-reply-${id}.csv`);
    });
  }

  #take = (action: (id: string) => Promise<MassReply>) =>
    this.#act(async () => this.#watch(await action(this.batch!.id)));

  #watch(batch: MassReply) {
    this.#notice(batch);
    this.#set({});
    this.#follow(batch.id);
  }

  /** Take over how it stands, and tell what has begun or ended by that. */
  #notice(batch: MassReply) {
    const before = this.batch?.id === batch.id ? this.batch : null;
    // It is heard again, and what was asked of it, or something else, has been done.
    if (before && before.status !== batch.status && this.trouble instanceof Unreachable) this.trouble = null;
    this.moment = this.selection && UNCONFIRMED.has(batch.status) && !batch.confirmed_at ? 'confirm' : 'watch';
    this.batch = batch;
    if (batch.preflight && !before?.preflight) void this.meet(batch.preflight.samples.map((sample) => sample.conversation_id));
    if (batch.started_at && before && !before.started_at) this.#tell('sent', batch);
    if (batch.finished_at && before && !before.finished_at) this.#tell('finished', batch);
  }

  #follow(id: string) {
    this.#following?.abort();
    this.#following = new AbortController();
    const listener = {
      changed: (batch: MassReply) => {
        Object.assign(this, { lostSince: null, lastHeard: new Date().toISOString() });
        this.#notice(batch);
        this.#draw();
      },
      lost: (error: unknown) => {
        const final = error instanceof SessionOver || (error instanceof Refused && error.status < 500);
        this.#set(final ? { trouble: error } : { lostSince: this.lastHeard });
      },
    };
    void follow(this.api, id, listener, this.#following.signal);
  }

  /** Show what is new, a few times a second at most, however often it comes. */
  #draw() {
    if (this.#drawing) return;
    const wait = Math.max(0, this.#drawn + FRAME - performance.now());
    this.#drawing = window.setTimeout(() => {
      this.#drawing = 0;
      this.#drawn = performance.now();
      this.#set({});
    }, wait);
  }

  /** Go on after what was in the way: a new session, or the connection. */
  async again(): Promise<void> {
    this.#set({ trouble: null });
    if (this.moment === 'opening') await this.open(this.#opened);
    else if (this.moment === 'write') await this.look();
    else if (this.batch) this.#follow(this.batch.id);
  }

  #busy = (seconds: number) => this.#set({ busy: seconds });

  leave() {
    this.#isLeft = true;
    this.#following?.abort();
    this.api.whenBusy.delete(this.#busy);
  }

  #tell(name: string, batch = this.batch) {
    this.dispatchEvent(new CustomEvent(name, { detail: { id: batch?.id ?? null, count: batch?.recipient_count ?? null, counts: batch?.counts ?? null } }));
  }

  /** After a conflict: somebody else has been at it, and this shows how it stands now. */
  async #readAgain(id: string): Promise<void> {
    const { trouble } = this;
    try {
      this.#watch(await this.api.get('/mass-replies/{id}', { path: { id } }));
      this.trouble = trouble;
    } catch {
      // What is shown stays, with the conflict named.
    }
  }

  async #act(action: () => Promise<void>): Promise<void> {
    if (this.acting) return;
    this.#set({ acting: true, trouble: null });
    try {
      await action();
    } catch (error) {
      this.trouble = asTrouble(error);
      if (error instanceof Refused && error.status === 409 && this.batch) await this.#readAgain(this.batch.id);
    } finally {
      this.#set({ acting: false });
    }
  }
}

function download(file: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** What a person can do something about. Everything else is a fault of this page, and is thrown on. */
function asTrouble(error: unknown): Trouble {
  if (error instanceof Refused || error instanceof Unreachable || error instanceof SessionOver) return error;
  throw error;
}

export const reached = (counts: Counts) => counts.sent + counts.delivered + counts.read;
/** So many deliveries are made by now. */
export const prepared = (batch: MassReply) =>
  batch.lanes.reduce((sum, lane) => sum + Object.values(lane.counts).reduce((a, b) => a + b, 0), 0);
export const open = (counts: Counts) => counts.queued + counts.sending;
