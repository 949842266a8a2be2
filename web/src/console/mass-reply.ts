/** One mass reply, with all that became of it: what was meant, numbers that sum, accounts, people, who did what. */

import { html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { Refused } from '../api/client';
import type { MassReply } from '../api/follow';
import '../dialog/frame';
import { Model, open } from '../dialog/model';
import { files } from '../dialog/summary';
import { title, under } from '../dialog/title';
import '../dialog/watch';
import { conditions, wholePlaceOf } from './filter';
import { inWords } from './filters';
import { address, ConsolePage } from './parts';

const COUNTS = ['queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'uncertain', 'skipped', 'cancelled'] as const;

/** There is none of this id, or this is not even the form of one. */
const UNKNOWN = new Set([404, 422]);

@customElement('mass-reply-page')
export class MassReplyPage extends ConsolePage {
  @property({ attribute: false }) shown = '';
  @state() private log: Schemas['AuditEntryResponse'][] = [];
  #model: Model | null = null;
  #id = '';
  #status = '';

  protected override willUpdate() {
    if (this.#id === this.shown) return;
    this.#leave();
    this.#id = this.shown;
    void this.#load(this.shown);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.#leave();
  }

  #leave() {
    this.#model?.leave();
    this.#model = null;
    this.#id = this.#status = '';
    this.log = [];
  }

  #load = (id: string) =>
    this.try(async () => {
      const model = (this.#model = new Model(this.api, null));
      model.addEventListener('change', () => this.#changed(model));
      await model.open(id);
      if (model.trouble instanceof Refused && UNKNOWN.has(model.trouble.status)) this.problem = this.words.say('no_such_mass_reply');
      else if (model.trouble) throw model.trouble;
    });

  #changed(model: Model) {
    if (model !== this.#model) return;
    this.requestUpdate();
    if (!model.batch || model.batch.status === this.#status) return;
    this.#status = model.batch.status;
    if (this.may('admin')) void this.#read(model.batch.id);
  }

  /** Each change of state is an entry. */
  async #read(id: string) {
    const { items } = await this.api.get('/audit-log', { query: { mass_reply: id, limit: 100 } }).catch(() => ({ items: [] }));
    if (id === this.#id) this.log = items;
  }

  protected override render() {
    const { say } = this.words;
    const batch = this.#model?.batch;
    return html`<p><a href=${address('mass-replies')}>← ${say('nav_mass_replies')}</a></p>
      ${this.said()}
      ${batch ? this.#page(batch) : this.problem ? nothing : html`<p class="soft">${say('loading')}</p>`}`;
  }

  #page(batch: MassReply) {
    const { words } = this;
    const { say } = words;
    const { trouble } = this.#model!;
    return html`<div class="page-head row spread"><h1>${words.batchStatus(batch.status)}</h1>
        <button class="main" @click=${() => this.#tell('watch', batch.id)}>${say('open_dialog')}</button></div>
      ${batch.confirmed_at ? html`<p class="total">${title(this.#model!, words, Date.now())}</p>` : nothing}
      ${under(this.#model!, words)}
      ${trouble instanceof Refused ? html`<p class="note bad" role="alert">${words.problem(trouble)}</p>` : nothing}
      <p class="soft">${say('by_at', { name: batch.author.name, time: words.exact(batch.created_at) })}</p>
      <div class="columns">
        <section class="stack" aria-label=${say('message')}><h2>${say('message')}</h2>
          <div class="bubble">${batch.message.text}</div>
          ${batch.message.html ? html`<mass-reply-html .text=${batch.message.html} .named=${say('html_part')}></mass-reply-html>` : nothing}
          ${files(batch.message.attachments, words)}
          <h2>${say('selected_by')}</h2>${this.#selected(batch)}
        </section>
        <section class="stack" aria-label=${say('counts')}><h2>${say('counts')}</h2>
          <table><tbody>${batch.counts ? COUNTS.map((name) => html`<tr><th scope="row">${words.status(name)}</th><td class="number">${words.number(batch.counts![name])}</td></tr>`) : nothing}
            <tr><th scope="row">${say('sum')}</th><td class="number"><strong>${words.number(batch.selected_count)}</strong></td></tr></tbody></table>
        </section>
      </div>
      ${this.#accounts(batch)}
      <mass-reply-watch .model=${this.#model} .words=${words} @follow-up=${(event: CustomEvent<string[]>) => this.#tell('write', { follow_up: { mass_reply_id: batch.id, statuses: event.detail } })}></mass-reply-watch>
      ${this.#log()}`;
  }

  /** The record of what was meant: a filter in words, and all of it as it was sent. */
  #selected({ selection }: MassReply) {
    const { say } = this.words;
    const place = selection.filter ? wholePlaceOf(selection.filter) : null;
    return html`${place ? html`<ul class="row">${conditions(place).map((one) => {
      const [label, text] = inWords(one, this.words);
      return html`<li class="chip filter"><span><span class="soft">${label}</span> ${text}</span></li>`;
    })}</ul>` : nothing}
    <details ?open=${!place}><summary>${say('as_sent')}</summary><pre class="bubble">${JSON.stringify(selection, null, 1)}</pre></details>`;
  }

  #accounts({ lanes }: MassReply) {
    const { channel, named, number, pause, say } = this.words;
    if (!lanes.length) return nothing;
    return html`<section class="stack" aria-label=${say('nav_accounts')}><h2>${say('nav_accounts')}</h2>
      <div class="wide"><table class="rows"><tbody>${lanes.map(
        (lane) => html`<tr><th scope="row">${lane.channel_account ?? '–'}</th><td>${channel(lane.channel)}</td>
          <td><span class="state ${lane.state}">${named('lane', lane.state)}</span> <span class="soft">${lane.reason ? pause(lane.reason) : ''}</span></td>
          <td class="number">${say('n_left', { n: open(lane.counts) })}</td><td class="number">${number(lane.counts.failed)} ${this.words.status('failed')}</td></tr>`,
      )}</tbody></table></div></section>`;
  }

  #log() {
    const { say, exact, named } = this.words;
    if (!this.log.length) return nothing;
    return html`<section class="stack" aria-label=${say('log')}><h2>${say('log')}</h2>
      <ul>${this.log.map((one) => html`<li>${exact(one.at)} · <strong>${named('action', one.action)}</strong> · <bdi>${one.actor.author.name}</bdi>${one.reason ? html` · <bdi>${one.reason}</bdi>` : nothing}</li>`)}</ul></section>`;
  }

  #tell(name: string, detail: unknown) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}
