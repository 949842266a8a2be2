/** HTML of a message, shown where it can do nothing: sanitised, in a frame without scripts, forms, origin or network. */

import DOMPurify from 'dompurify';
import { html } from 'lit';
import { ref } from 'lit/directives/ref.js';
import type { Words } from '../words';

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

/** Where the page around forbids HTML from text, the text itself. */
export function messageFrame(text: string, { say }: Words) {
  let content: string;
  try {
    content = trusted(text);
  } catch {
    return html`<pre class="bubble">${text}</pre>`;
  }
  const fill = (element?: Element) => {
    if (element instanceof HTMLIFrameElement) element.srcdoc = content;
  };
  return html`<iframe class="mail" sandbox="" title=${say('html_part')} ${ref(fill)}></iframe>`;
}
