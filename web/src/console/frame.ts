/** HTML of a message, shown where it can do nothing: sanitised, in a frame without scripts, forms, origin or network. */

import DOMPurify from 'dompurify';
import { html } from 'lit';
import { ref } from 'lit/directives/ref.js';

const POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; style-src \'unsafe-inline\'">';

const sanitised = (text: string) =>
  POLICY + DOMPurify.sanitize(text, { FORBID_TAGS: ['form', 'input', 'button', 'iframe', 'style'] });

interface Policies {
  createPolicy(name: string, rules: { createHTML: (text: string) => string }): { createHTML(text: string): string };
}

/** Where a page wants Trusted Types, text becomes HTML by this rule alone. */
const policies = (window as { trustedTypes?: Policies }).trustedTypes;
const policy = policies?.createPolicy('mass-reply', { createHTML: sanitised }) ?? { createHTML: sanitised };

export function messageFrame(text: string, title: string) {
  const fill = (element?: Element) => {
    if (element instanceof HTMLIFrameElement) element.srcdoc = policy.createHTML(text);
  };
  return html`<iframe class="mail" sandbox="" title=${title} ${ref(fill)}></iframe>`;
}
