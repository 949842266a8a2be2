/** What goes out, to look at before somebody says yes: the text as a few get it, what it costs, what to know. */

import { html, nothing } from 'lit';
import type { MassReply } from '../api/follow';
import type { Words } from '../words';
import './frame';
import type { Model } from './model';
import { warnings } from './view';

const SHOWN = 3;

export function summary(model: Model, words: Words) {
  const { say } = words;
  const batch = model.batch!;
  return html`<h3>${say('text_for')}</h3>
    <div class="samples">${samples(model, words)}</div>
    ${batch.message.html ? html`<mass-reply-html .text=${batch.message.html} .named=${say('html_part')}></mass-reply-html>` : nothing}
    ${files(batch.message.attachments, words)}
    <div class="columns">
      <div class="stack"><h3>${say('costs')}</h3><ul>${costs(batch, words)}</ul></div>
      ${known(batch, words)}
    </div>`;
}

/** A file, beside its name. */
export const clip = html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M13 7.500l-5.500 5.500a3.200 3.200 0 0 1-4.500-4.500l6-6a2.100 2.100 0 0 1 3 3l-5.700 5.700a1 1 0 0 1-1.500-1.500l5-5"></path></svg>`;

/** Nothing if there are none. */
export function files(list: MassReply['message']['attachments'], { number, say }: Words) {
  if (!list.length) return nothing;
  return html`<div class="stack tight-stack"><h3>${say('files')}</h3>
    <ul>${list.map((one) => html`<li>${clip} <bdi>${one.filename}</bdi> <span class="soft">${number(Math.ceil(one.size / 1000))} kB</span></li>`)}</ul></div>`;
}

/** One of each channel first. */
export function samples(model: Model, { channel, say, who }: Words) {
  const seen = new Set<string>();
  const isFirst = (name: string) => !seen.has(name) && seen.add(name);
  const all = model.batch!.preflight?.samples ?? [];
  const first = all.filter((one) => isFirst(one.channel));
  return [...first, ...all.filter((one) => !first.includes(one))].slice(0, SHOWN).map((one) => {
    const contact = model.people.get(one.conversation_id)?.contact;
    return html`<div>
      <p class="soft">${channel(one.channel)} · ${say('to', { name: who(contact) })}</p>
      <div class="bubble" tabindex="0">${one.text}</div>
    </div>`;
  });
}

function costs({ preflight }: MassReply, { say }: Words) {
  const billable = preflight?.billable;
  const due = ([
    [billable?.sms_segments, 'cost_sms'],
    [billable?.whatsapp_in_window, 'cost_whatsapp'],
    [billable?.whatsapp_templates, 'cost_template'],
  ] as const).flatMap(([n, key]) => (n ? [{ n, key }] : []));
  return due.length ? due.map(({ n, key }) => html`<li>${say(key, { n })}</li>`) : html`<li>${say('costs_nothing')}</li>`;
}

function known({ preflight }: MassReply, words: Words) {
  const list = preflight?.warnings ?? [];
  return list.length ? html`<ul class="note amber">${warnings(words, list)}</ul>` : nothing;
}
