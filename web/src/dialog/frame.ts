/** HTML of a message, shown where it can do nothing: sanitised, in a frame without scripts, forms, origin or network. */

import DOMPurify from 'dompurify';
import { html, LitElement, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';

const POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">';

const sanitised = (text: string) =>
  POLICY + DOMPurify.sanitize(text, { FORBID_TAGS: ['form', 'input', 'button', 'iframe', 'style'] });

interface Policy {
  createHTML(text: string): string;
}
interface Policies {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | null = null;

/** Where a page wants Trusted Types, text becomes HTML by this rule alone. Made when it is first needed: a page may forbid it. */
function trusted(text: string): string {
  const policies = (window as { trustedTypes?: Policies }).trustedTypes;
  policy ??= policies?.createPolicy('mass-reply', { createHTML: sanitised }) ?? { createHTML: sanitised };
  return policy.createHTML(text);
}

@customElement('mass-reply-html')
export class MessageFrame extends LitElement {
  @property({ attribute: false }) text = '';
  @property({ attribute: false }) named = '';
  /** Null where the page around forbids HTML from text: then the text itself is shown. */
  #content: string | null = null;

  protected override createRenderRoot() {
    return this;
  }

  /** Only when it is another text: each time that it is set, the frame loads again. */
  protected override willUpdate(changed: PropertyValues<this>) {
    if (!changed.has('text')) return;
    try {
      this.#content = trusted(this.text);
    } catch {
      this.#content = null;
    }
  }

  protected override render() {
    return this.#content === null
      ? html`<pre class="bubble">${this.text}</pre>`
      : html`<iframe class="mail" sandbox="" title=${this.named} .srcdoc=${this.#content}></iframe>`;
  }
}
