/** Those deliveries of a mass reply that share a result: by reason, with the people behind it. */

import { html, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../api/client';
import { skippedInWords, View } from './view';

type Delivery = Schemas['DeliveryAnswer'];

const PAGE = 100;

@customElement('mass-reply-people')
export class People extends View {
  @property() status: Delivery['status'] = 'failed';
  @property({ type: Boolean }) tickable = false;
  @property({ attribute: false }) ticked = new Set<string>();
  @state() private items: Delivery[] | null = null;
  @state() private cursor: string | null = null;
  @state() private opened = false;
  #loaded = '';

  private get count(): number {
    return this.model.batch?.counts?.[this.status] ?? 0;
  }

  protected override updated(_: PropertyValues) {
    const wanted = `${this.model.batch?.id} ${this.status} ${this.count}`;
    if (this.opened && this.#loaded !== wanted) {
      this.#loaded = wanted;
      void this.#load(null);
    }
  }

  async #load(cursor: string | null) {
    const query = { status: this.status, limit: PAGE, cursor: cursor ?? undefined };
    try {
      const page = await this.model.api.get('/mass-replies/{id}/deliveries', { path: { id: this.model.batch!.id }, query });
      this.items = cursor ? [...this.items!, ...page.items] : page.items;
      this.cursor = page.next_cursor;
    } catch {
      this.#loaded = '';
    }
  }

  protected override render() {
    if (this.count === 0) return nothing;
    const { say } = this.words;
    return html`<details part="people" @toggle=${(event: Event) => (this.opened = (event.target as HTMLDetailsElement).open)}>
      <summary>${this.#headline()}</summary>
      ${this.items === null ? html`<p class="soft">${say('loading')}</p>` : this.#groups(this.items)}
      ${this.cursor ? html`<button @click=${() => this.#load(this.cursor)}>${say('show_more')}</button>` : nothing}
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

  #groups(items: Delivery[]) {
    const { reason, channel, time, say } = this.words;
    const groups = Map.groupBy(items, (one) => one.reason?.code ?? 'unknown');
    return [...groups].map(
      ([code, group]) => html`<h3 class="reason">${reason(code)} <span class="soft">(${this.words.number(group.length)})</span></h3>
        <div class="scroll" tabindex="0" role="region" aria-label=${reason(code)}>
          <ul class="people">
            ${group.map((one) => {
              const settling = one.settles_after && new Date(one.settles_after) > new Date() ? one.settles_after : null;
              const name = one.contact_name ?? say('unnamed');
              return html`<li>
                ${
                  this.tickable
                    ? html`<input type="checkbox" aria-label=${name} .checked=${this.ticked.has(one.conversation_id)} @change=${() => this.#tick(one)} />`
                    : nothing
                }
                <span><strong>${name}</strong> · ${channel(one.channel)}${one.human_id ? ` · ${one.human_id}` : ''}
                  <span class="soft">${one.reason?.detail ?? ''}${settling ? ` (${say('settling', { time: time(settling) })})` : ''}</span></span>
              </li>`;
            })}
          </ul>
        </div>`,
    );
  }

  #tick(one: Delivery) {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(one.conversation_id)) ticked.add(one.conversation_id);
    this.ticked = ticked;
    this.dispatchEvent(new CustomEvent('ticked', { detail: ticked, bubbles: true }));
  }
}
