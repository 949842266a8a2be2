import { html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { Api, type GetToken } from '../api/client';
import { OVER } from '../api/follow';
import { controls, sheet, tokens } from '../look/styles';
import { languageOf, Words } from '../words';
import type { Confirm } from './confirm';
import './confirm';
import type { Selection } from './draft';
import './editor';
import { Model, open } from './model';
import { Press } from './press';
import { hasNobody, title as titleOf, under } from './title';
import { trouble } from './trouble';
import './watch';
import type { Write } from './write';
import './write';

/**
 * Writes, confirms and watches one mass reply.
 *
 * @fires {CustomEvent<{id: string}>} created - The selection is frozen; nothing is sent yet.
 * @fires {CustomEvent<{id: string, count: number}>} confirmed - Somebody confirmed the number.
 * @fires {CustomEvent<{id: string, count: number}>} sent - Messages leave: the time in which it could be undone is over.
 * @fires {CustomEvent<{id: string, count: number, counts: object}>} finished - It is over.
 * @fires {CustomEvent<{id: string | null}>} closed - The dialog was closed; what is being sent goes on.
 * @csspart dialog - The sheet.
 * @csspart title - The number, as a heading.
 * @csspart body - What scrolls.
 * @csspart text - The text field.
 * @csspart preview - The text as recipients get it.
 * @csspart progress - The bars.
 * @csspart results - Failures and what can be done.
 * @csspart actions - The buttons at the foot.
 * @cssprop --mass-reply-accent - Colour of what is pressed and chosen.
 * @cssprop --mass-reply-on-accent - Text on it.
 * @cssprop --mass-reply-ink - Text.
 * @cssprop --mass-reply-soft-ink - Text that matters less.
 * @cssprop --mass-reply-paper - Background.
 * @cssprop --mass-reply-shade - Background of fields and notes.
 * @cssprop --mass-reply-line - Lines.
 * @cssprop --mass-reply-danger - What cannot be undone.
 * @cssprop --mass-reply-font - Font family.
 * @cssprop --mass-reply-radius - Roundness of corners.
 */
@customElement('mass-reply-dialog')
export class MassReplyDialog extends LitElement {
  static override styles = [tokens, controls, sheet];

  /** Where the service is; left out, where this file came from. */
  @property() api = '';
  /** A selection of the API, as JSON or as an object. */
  @property({ attribute: 'selection', converter: { fromAttribute: (text) => (text ? JSON.parse(text) : null) } })
  selection: Selection | null = null;
  /** The id of a mass reply that exists. */
  @property({ attribute: 'mass-reply' }) massReply: string | null = null;
  /** From this many recipients on, the number is typed. */
  @property({ type: Number, attribute: 'type-number-from' }) typeNumberFrom = 100;
  /** Gives the credential. Asked again with `true` when it is refused. */
  @property({ attribute: false }) getToken: GetToken = () => Promise.reject(new Error('no getToken'));

  @state() private model: Model | null = null;
  @state() private asking: 'discard' | 'stop' | null = null;
  @state() private now = Date.now();
  /** Whether the buttons have stood there long enough to be meant. */
  @state() private settled = true;
  @query('dialog') private dialog!: HTMLDialogElement;
  @query('mass-reply-confirm') private confirmView!: Confirm | null;
  @query('mass-reply-write') private writeView!: Write | null;

  #words: Words | null = null;
  readonly #press = new Press();
  #clock = 0;
  #spoken = '';
  #spokenAt = 0;

  private get words(): Words {
    const lang = languageOf(this);
    return this.#words?.asked === lang ? this.#words : (this.#words = new Words(lang));
  }

  /** Open it. An unfinished mass reply to this selection is found again. */
  async show(): Promise<void> {
    this.#begin(new Model(this.#newApi(), this.selection));
    await this.updateComplete;
    if (!this.dialog.open) this.dialog.showModal();
    await this.#open(this.massReply);
  }

  /** Close it. What is being sent goes on, and a draft is kept. */
  close(): void {
    if (!this.dialog?.open) return;
    this.dialog.close();
    this.#over();
  }

  /** Whether the caller may send mass replies: a button that opens this is hidden if not, or if nobody can say. */
  async allowed(): Promise<boolean> {
    const asked = this.#newApi().get('/me');
    return asked.then((me) => me.permissions.includes('mass_replies:send'), () => false);
  }

  #newApi = () => new Api((this.api || ORIGIN).replace(/\/$/, ''), (again) => this.getToken(again));

  #begin(model: Model) {
    this.model?.leave();
    this.model = model;
    model.addEventListener('change', () => this.requestUpdate());
    for (const name of ['created', 'confirmed', 'sent', 'finished'] as const) {
      model.addEventListener(name, (event) => this.#tell(name, (event as CustomEvent).detail));
    }
    clearInterval(this.#clock);
    this.#clock = window.setInterval(() => (this.now = Date.now()), 1000);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.model?.leave();
  }

  #tell(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  protected override render() {
    const title = titleOf(this.model, this.words, Date.now());
    return html`<dialog
      part="dialog"
      aria-labelledby="title"
      @cancel=${this.#escape}
      @close=${this.#closed}
      @keydown=${this.#key}
    >
      ${this.model && html`<div class="sheet" @pointerdown=${this.#press.begins} @keydown=${this.#press.begins} @click=${this.#press.ends}>
        <header class="top">
          <h2 id="title" part="title" tabindex="-1">${title}</h2>
          <button class="plain" aria-label=${this.words.say('close')} @click=${this.#leave}>✕</button>
          <div class="under">${under(this.model, this.words)}</div>
        </header>
        ${this.#body()}
        <footer class="foot" part="actions">${this.#foot()}</footer>
      </div>`}
      <div class="spoken" role="status" aria-live="polite" id="live">${this.#speech(title)}</div>
    </dialog>`;
  }

  /** At once on another moment; while numbers move, every five seconds. */
  #speech(title: string) {
    const moment = this.model ? `${this.model.moment} ${this.model.batch?.status ?? ''}` : '';
    if (moment !== this.#momentSpoken || this.now - this.#spokenAt >= 5000) {
      this.#momentSpoken = moment;
      this.#spokenAt = this.now;
      this.#spoken = title;
    }
    return this.#spoken;
  }
  #momentSpoken = '';

  #body() {
    const { model, words } = this;
    switch (model!.moment) {
      case 'opening':
        return html`<div class="body" aria-busy="true"></div>`;
      case 'write':
        return model!.maySend
          ? html`<mass-reply-write class="part" .model=${model} .words=${words}></mass-reply-write>`
          : html`<div class="body"><p class="note">${words.say('no_permission')}</p></div>`;
      case 'confirm':
        return html`<mass-reply-confirm class="part" .model=${model} .words=${words} .typeFrom=${this.typeNumberFrom} @typed=${() => this.requestUpdate()}></mass-reply-confirm>`;
      case 'watch':
        return html`<mass-reply-watch class="part" .model=${model} .words=${words} @follow-up=${this.#followUp}></mass-reply-watch>`;
    }
  }

  #foot() {
    const { say } = this.words;
    if (this.asking === 'discard') {
      return html`<strong class="say">${say('discard_title')}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${() => { this.model!.discard(); this.#end(); }}>${say('discard')}</button>
        <button @click=${this.#end}>${say('keep_for_later')}</button>
        <button class="main" autofocus @click=${() => (this.asking = null)}>${say('keep')}</button>`;
    }
    if (this.asking === 'stop') {
      return html`<strong class="say">${say('stop_sure')}</strong>
        <button class="stop" ?disabled=${!this.settled} @click=${() => { this.asking = null; void this.model!.act('cancel'); }}>${say('stop')}</button>
        <button class="main" @click=${() => (this.asking = null)}>${say('keep_sending')}</button>`;
    }
    return html`<span class="say">${this.#said()}</span>${this.#actions()}`;
  }

  /** What stands beside the buttons. */
  #said() {
    const { say } = this.words;
    const { moment, batch } = this.model!;
    const inTheWay = trouble(this.model!, this.words);
    if (inTheWay) return inTheWay;
    if (batch?.status === 'awaiting_approval') return nothing;
    if (moment === 'confirm') return html`<strong>${say('cannot_be_recalled')}</strong>`;
    return moment === 'watch' && batch!.status !== 'paused' && !OVER.has(batch!.status) ? html`<span class="soft">${say('you_can_close')}</span>` : nothing;
  }

  #actions() {
    const { say } = this.words;
    const model = this.model!;
    const { batch } = model;
    const acting = model.acting || !this.settled;
    if (model.moment === 'write') {
      return model.maySend && !hasNobody(model) ? html`<button class="main" ?disabled=${acting || !canReview(model)} @click=${() => model.review()}>${say('review')}</button>` : this.#closer();
    }
    if (model.moment === 'confirm') {
      const n = batch!.recipient_count ?? 0;
      const ready = this.confirmView?.isReady ?? n < this.typeNumberFrom;
      return html`<button ?disabled=${acting} @click=${() => model.back()}>${say(batch!.status === 'expired' ? 'review_again' : 'back')}</button>
        ${n && batch!.status === 'awaiting_confirmation' ? html`<button class="grave" ?disabled=${acting || !ready} @click=${() => model.confirm(n)}>${say('send_to', { n })}</button>` : nothing}`;
    }
    if (model.moment === 'opening') return model.trouble ? this.#closer() : nothing;
    const control = model.maySend ? this.#control(batch!.status) : nothing;
    return html`${control}${this.#closer(control === nothing)}`;
  }

  #control(status: string) {
    const { say } = this.words;
    const { batch } = this.model!;
    const acting = this.model!.acting || !this.settled;
    const stop = html`<button class="stop" ?disabled=${acting} @click=${() => (this.asking = 'stop')}>${say('stop')}</button>`;
    const waiting = batch!.counts ? open(batch!.counts) : 0;
    switch (status) {
      case 'scheduled':
        return html`<button class="main" ?disabled=${acting} @click=${() => this.model!.act('cancel')}>${say('undo')}</button>`;
      case 'awaiting_approval':
        return this.model!.isMine
          ? html`<button ?disabled=${acting} @click=${() => this.model!.act('cancel')}>${say('withdraw')}</button>`
          : nothing;
      case 'sending':
        return html`${stop}<button ?disabled=${acting} @click=${() => this.model!.act('pause')}>${say('pause')}</button>`;
      case 'paused':
        return html`${stop}<button class="grave" ?disabled=${acting} @click=${() => this.model!.act('resume')}>
          ${batch!.pause_reason === 'sample_sent' ? say('go_on_with', { n: waiting }) : say('resume')}
        </button>`;
      default:
        return nothing;
    }
  }

  /** The first thing to press where there is no other. */
  #closer = (isMain = true) => html`<button class=${isMain ? 'main' : ''} @click=${this.#end}>${this.words.say('close')}</button>`;

  #followUp(event: CustomEvent<string[]>) {
    const selection = { follow_up: { mass_reply_id: this.model!.batch!.id, statuses: event.detail } } as Selection;
    this.#begin(new Model(this.model!.api, selection));
    void this.#open(null);
  }

  /** The text has the focus once it is there. */
  async #open(id: string | null) {
    await this.model!.open(id);
    await this.updateComplete;
    this.writeView?.focusText();
  }

  #leave = () => {
    if (this.model?.isDirty) this.asking = 'discard';
    else this.#end();
  };

  #end = () => {
    this.asking = null;
    this.close();
  };

  #escape(event: Event) {
    event.preventDefault();
    if (this.asking) this.asking = null;
    else this.#leave();
  }

  /** The browser tells it later, when it may be open again; it also closes it by itself at a second Escape. */
  #closed() {
    if (this.model && !this.dialog.open) this.#over();
  }

  #over() {
    const id = this.model?.batch?.id ?? null;
    this.model?.leave();
    this.model = null;
    this.asking = null;
    clearInterval(this.#clock);
    this.#tell('closed', { id });
  }

  /** Ctrl+Enter reviews, and never sends. */
  #key(event: KeyboardEvent) {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const model = this.model;
    if (model && canReview(model)) void model.review();
  }

  /** Buttons that come where others were take no click at first: a double click on one never presses the other. */
  protected override willUpdate() {
    const { moment, batch } = this.model ?? {};
    const shown = `${moment} ${batch?.status} ${moment === 'confirm' && batch?.recipient_count} ${this.asking}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.settled = false;
    clearTimeout(this.#settling);
    this.#settling = window.setTimeout(() => (this.settled = true), SETTLES);
  }
  #shown = '';
  #settling = 0;

  protected override updated() {
    const moment = this.model?.moment;
    if (moment && moment !== this.#momentShown && moment !== 'write' && moment !== 'opening') {
      this.renderRoot.querySelector<HTMLElement>('#title')?.focus();
    }
    this.#momentShown = moment;
  }
  #momentShown: string | undefined;
}

/** Milliseconds; a double click takes less. */
const SETTLES = 400;

/** There is a text that somebody would get, and nothing in the way. */
const canReview = ({ moment, draft, preview, trouble: found }: Model) =>
  moment === 'write' && draft.text.trim() !== '' && preview !== null && preview.recipient_count !== 0 && !found;

/** Where this module came from. */
const ORIGIN = new URL(/* @vite-ignore */ '..', import.meta.url).href;

declare global {
  interface HTMLElementTagNameMap {
    'mass-reply-dialog': MassReplyDialog;
  }
}
