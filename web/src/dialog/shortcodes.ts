/** Where a `/shortcode` is being typed, as the service will read it: at the start of a word. */

export interface Typed {
  start: number;
  name: string;
}

export function typedShortcode(text: string, caret: number): Typed | null {
  const found = /(^|[\s([{"'“‘«])\/([A-Za-z0-9][\w-]*)?$/.exec(text.slice(0, caret));
  return found && { start: found.index + found[1]!.length, name: found[2] ?? '' };
}

/** A merge tag as Liquid, with what stands in for a missing value. */
export const tagged = (tag: string, standIn: string) =>
  standIn.trim() ? `{{ ${tag} | default: ${quoted(standIn.trim())} }}` : `{{ ${tag} }}`;

/** Liquid knows no escape: a text holds the quotes that it is not written in. */
const quoted = (text: string) => (text.includes("'") ? `"${text.replaceAll('"', '”')}"` : `'${text}'`);
