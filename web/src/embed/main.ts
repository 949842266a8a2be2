/** The dialog in a page of its own, for an iframe. The page around it gives the token and the selection by messages. */

import type { Selection } from '../dialog/draft';
// The types alone: the page loads the dialog's own module first.
import type { MassReplyDialog } from '../dialog/mass-reply-dialog';

const PREFIX = 'mass-reply:';
/** What the dialog tells, and is passed on. */
const TOLD = ['created', 'confirmed', 'sent', 'finished', 'closed'] as const;

interface Opening {
  selection?: Selection | null;
  mass_reply?: string | null;
  lang?: string;
  type_number_from?: number;
}

class Embed extends HTMLElement {
  #dialog = document.createElement('mass-reply-dialog') as MassReplyDialog;
  /** The origin that spoke first, of those that may. */
  #parent: string | null = null;
  #waiting: ((token: string) => void)[] = [];

  connectedCallback() {
    this.#dialog.getToken = () => this.#token();
    for (const name of TOLD) {
      this.#dialog.addEventListener(name, (event) => this.#tell(name, (event as CustomEvent).detail));
    }
    this.append(this.#dialog);
    window.addEventListener('message', this.#hear);
    // It holds nothing secret, and who listens is not known before they answer.
    window.parent.postMessage({ type: `${PREFIX}token` }, '*');
  }

  disconnectedCallback() {
    window.removeEventListener('message', this.#hear);
  }

  /** Asked of the page around: at first, and when one is refused. */
  #token(): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#tell('token');
    });
  }

  #tell(name: string, detail?: unknown) {
    if (this.#parent) window.parent.postMessage({ type: PREFIX + name, detail }, this.#parent);
  }

  #hear = (event: MessageEvent) => {
    const known = (this.getAttribute('parents') ?? '').split(' ');
    if (event.source !== window.parent || !known.includes(event.origin)) return;
    const type: unknown = event.data?.type;
    if (typeof type !== 'string' || !type.startsWith(PREFIX)) return;
    this.#parent ??= event.origin;
    if (type === `${PREFIX}token`) this.#given(String(event.data.token));
    else if (type === `${PREFIX}open`) this.#open(event.data as Opening);
    else if (type === `${PREFIX}close`) this.#dialog.close();
  };

  /** The first token also says whether its holder may send: the page around shows its button by that. */
  #given(token: string) {
    const waiting = this.#waiting.splice(0);
    if (waiting.length) for (const resolve of waiting) resolve(token);
    else void this.#allowed(token);
  }

  async #allowed(token: string) {
    this.#dialog.getToken = async () => token;
    const allowed = await this.#dialog.allowed();
    this.#dialog.getToken = () => this.#token();
    this.#tell('allowed', allowed);
  }

  #open(opening: Opening) {
    if (opening.lang) document.documentElement.lang = opening.lang;
    this.#dialog.selection = opening.selection ?? null;
    this.#dialog.massReply = opening.mass_reply ?? null;
    this.#dialog.typeNumberFrom = opening.type_number_from ?? 100;
    void this.#dialog.show();
  }
}

customElements.define('mass-reply-embed', Embed);
