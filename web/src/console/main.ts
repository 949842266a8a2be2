/** The console: sign in, look, pick, write. Everything has an address; the credential is in memory only. */

import { html, LitElement, nothing } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { Api, isBusy, Refused, type Schemas, SessionOver } from '../api/client';
import type { Selection } from '../dialog/draft';
import '../dialog/mass-reply-dialog';
import type { MassReplyDialog } from '../dialog/mass-reply-dialog';
import { controls, sheet, tokens } from '../look/styles';
import { languageOf, Words } from '../words';
import './accounts';
import type { Conversations } from './conversations';
import './conversations';
import './mass-replies';
import { address } from './parts';
import './settings';
import { layout } from './styles';

const PAGES = ['conversations', 'mass-replies', 'accounts', 'settings'] as const;
const NAMES = { conversations: 'nav_conversations', 'mass-replies': 'nav_mass_replies', accounts: 'nav_accounts', settings: 'nav_settings' } as const;

@customElement('mass-reply-console')
export class Console extends LitElement {
  static override styles = [tokens, controls, sheet, layout];

  @state() private me: Schemas['Me'] | null = null;
  @state() private refused = '';
  /** Whether the service is asked about a key: on a slow network that takes long. */
  @state() private entering = false;
  @state() private page: (typeof PAGES)[number] = 'conversations';
  @state() private place = new URLSearchParams();
  @state() private words = new Words(navigator.language || languageOf(this));
  @query('mass-reply-dialog') private dialog!: MassReplyDialog;

  /** So many seconds until the service is asked again. */
  @state() private busy = 0;
  /** Somebody whose session is over may begin another one, and finds everything as it was. */
  @state() private renewing: PromiseWithResolvers<string> | null = null;

  #token: string | null = null;
  #api = new Api(new URL(/* @vite-ignore */ '..', import.meta.url).href.replace(/\/$/, ''), (again) => this.#credential(again));

  override connectedCallback() {
    super.connectedCallback();
    document.documentElement.lang = this.words.lang;
    document.body.style.margin = '0';
    window.addEventListener('hashchange', this.#arrive);
    this.#api.whenBusy.add((seconds) => (this.busy = seconds));
    this.#arrive();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.#arrive);
  }

  #arrive = () => {
    const [page, query] = location.hash.replace(/^#\/?/, '').split('?');
    this.page = PAGES.find((one) => one === page) ?? 'conversations';
    this.place = new URLSearchParams(query);
    // Back leaves what was open here. What is being sent goes on, and a draft is kept.
    this.dialog?.close();
  };

  #speak(lang: string) {
    this.words = new Words(lang);
    document.documentElement.lang = lang;
  }

  protected override render() {
    return this.me ? this.#frame(this.me) : this.#door();
  }

  /** The dialog's too. At the door nobody has a session that could be renewed. */
  #credential = async (again: boolean): Promise<string> => {
    if (!again || !this.me) return this.#token ?? Promise.reject(new Error());
    this.renewing ??= Promise.withResolvers<string>();
    return this.renewing.promise;
  };

  #door() {
    const { say } = this.words;
    return html`<main class="door"><form class="card stack" @submit=${this.#enter}>
      <h1>mass-reply</h1>
      <p>${say('sign_in_hint')}</p>
      ${this.#key()}
      <button class="main">${say(this.entering ? 'signing_in' : 'sign_in')}</button>${this.#languages()}
    </form></main>`;
  }

  #key() {
    const { say } = this.words;
    return html`<label class="field full">${say('key')}<input class="full" type="password" name="key" required autocomplete="off" spellcheck="false" autofocus /></label>
      <p class="soft">${say('in_memory')}</p>
      ${this.refused ? html`<p class="note bad" role="alert">${this.refused}</p>` : nothing}`;
  }

  /** Over everything else, and nothing behind it is lost. */
  #renewal() {
    const { say } = this.words;
    return html`<dialog class="small" aria-label=${say('sign_in_again')} @cancel=${(event: Event) => { event.preventDefault(); this.#over(); }}>
      <form class="card stack" @submit=${this.#enter}><h2>${say('session_ended')}</h2>${this.#key()}
        <div class="row"><button class="main">${say(this.entering ? 'signing_in' : 'sign_in_again')}</button><button type="button" @click=${this.#over}>${say('sign_out')}</button></div>
      </form></dialog>`;
  }

  protected override updated() {
    const { say } = this.words;
    document.title = this.me ? `${say(NAMES[this.page])} · mass-reply` : 'mass-reply';
    const renewal = this.renderRoot.querySelector<HTMLDialogElement>('dialog.small');
    if (renewal && !renewal.open) renewal.showModal();
  }

  #over = () => {
    this.renewing?.reject(new Error());
    this.renewing = null;
  };

  /**
   * Whether the key is good is asked with a client of its own: the one in use waits for it. What waits was meant for the
   * company of before.
   */
  async #enter(event: Event) {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get('key') as string;
    if (this.entering) return;
    this.entering = true;
    try {
      const me = await new Api(this.#api.base, async () => token).get('/me');
      if (this.me && this.me.tenant !== me.tenant) {
        this.refused = this.words.say('key_of_others');
        return;
      }
      this.me = me;
      this.refused = '';
      this.#token = token;
      this.renewing?.resolve(token);
      this.renewing = null;
    } catch (error) {
      this.refused = this.#why(error);
    } finally {
      this.entering = false;
    }
  }

  #why(error: unknown) {
    const { say } = this.words;
    return error instanceof SessionOver ? say('key_refused') : isBusy(error) ? say('overloaded') : error instanceof Refused ? this.words.problem(error) : say('no_answer');
  }

  #languages() {
    return html`<div class="row">${(['en', 'de'] as const).map((lang) => html`<button type="button" class="plain" lang=${lang} aria-pressed=${this.words.lang === lang} @click=${() => this.#speak(lang)}>${lang === 'en' ? 'English' : 'Deutsch'}</button>`)}</div>`;
  }

  #frame(me: Schemas['Me']) {
    const { say } = this.words;
    return html`<nav aria-label="mass-reply">
        <ul>${PAGES.map((name) => html`<li><a href=${address(name)} aria-current=${name === this.page ? 'page' : 'false'}>${say(NAMES[name])}</a></li>`)}</ul>
        <div class="who stack"><div><strong>${me.user?.name ?? me.key?.name ?? ''}</strong><br class="role" /><span class="soft role">${me.roles.map((role) => this.words.named('role', role)).join(', ')}</span></div>
          ${this.#languages()}<button @click=${this.#out}>${say('sign_out')}</button></div>
      </nav>
      ${this.renewing ? this.#renewal() : nothing}
      <main @write=${this.#write} @watch=${this.#watch} @signed-out=${this.#out}>
        ${this.busy ? html`<p class="note" role="status">${say('busy', { n: this.busy })}</p>` : nothing}
        ${this.#shown(me)}</main>
      <mass-reply-dialog .getToken=${this.#credential} lang=${this.words.lang} @confirmed=${this.#confirmed}></mass-reply-dialog>`;
  }

  #shown(me: Schemas['Me']) {
    const { words, place } = this;
    switch (this.page) {
      case 'conversations':
        return html`<mass-reply-conversations .api=${this.#api} .words=${words} .me=${me} .place=${place}></mass-reply-conversations>`;
      case 'mass-replies':
        return html`<mass-reply-history .api=${this.#api} .words=${words} .me=${me} .place=${place}></mass-reply-history>`;
      case 'accounts':
        return html`<mass-reply-accounts .api=${this.#api} .words=${words} .me=${me} .place=${place}></mass-reply-accounts>`;
      case 'settings':
        return html`<mass-reply-settings .api=${this.#api} .words=${words} .me=${me} .place=${place}></mass-reply-settings>`;
    }
  }

  #write = (event: CustomEvent<Selection>) => this.#show(event.detail, null);
  #watch = (event: CustomEvent<string>) => this.#show(null, event.detail);

  #show(selection: Selection | null, id: string | null) {
    this.dialog.selection = selection;
    this.dialog.massReply = id;
    void this.dialog.show();
  }

  #confirmed(event: CustomEvent<{ id: string; count: number }>) {
    this.renderRoot.querySelector<Conversations>('mass-reply-conversations')?.done(event.detail.id, event.detail.count);
  }

  #out = () => {
    this.#token = this.me = null;
    this.#api = new Api(this.#api.base, this.#credential);
    this.#api.whenBusy.add((seconds) => (this.busy = seconds));
  };
}
