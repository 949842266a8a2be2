/** What was written and not sent: it survives a reload, in the page's own storage, and holds no customer's data. */

import type { Schemas } from '../api/client';

export type Selection = Schemas['MassReplyBody']['selection'];
export type Attachment = Schemas['AttachmentResponse'];

export interface Draft {
  text: string;
  attachments: Attachment[];
  markAsDone: boolean;
  hold: boolean;
  sendAt: string;
  sample: number | null;
  blank: boolean;
  template: { name: string; language: string; parameters: string };
}

export const emptyDraft = (): Draft => ({
  text: '',
  attachments: [],
  markAsDone: false,
  hold: true,
  sendAt: '',
  sample: null,
  blank: false,
  template: { name: '', language: 'en', parameters: '' },
});

export interface Kept {
  draft: Draft;
  /** The mass reply that was made of it. */
  id: string | null;
  at: string;
}

const KEPT_DAYS = 7;
const PREFIX = 'mass-reply:draft:';

/** A place in the storage for one person's draft on one selection; of both only a digest is stored. */
export class DraftPlace {
  readonly #key: string;

  constructor(...named: unknown[]) {
    this.#key = PREFIX + digest(JSON.stringify(named));
  }

  load(): Kept | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key) ?? 'null') as Kept | null;
      const fresh = kept && Date.now() - Date.parse(kept.at) < KEPT_DAYS * 86_400_000;
      return fresh ? { ...kept, draft: { ...emptyDraft(), ...kept.draft } } : null;
    } catch {
      return null;
    }
  }

  save(draft: Draft, id: string | null): void {
    try {
      localStorage.setItem(this.#key, JSON.stringify({ draft, id, at: new Date().toISOString() } satisfies Kept));
    } catch {
      // A page may forbid storage; then a reload loses the text.
    }
  }

  forget(): void {
    try {
      localStorage.removeItem(this.#key);
    } catch {
      // As above.
    }
  }
}

/** Tells selections apart, no more (FNV-1a, 64 bits); `crypto.subtle` exists on secure pages only. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  }
  return hash.toString(16);
}
