/** How a mass reply goes on: by its event stream where there is one, else by asking again. */

import { type Api, pause, Refused, type Schemas, SessionOver } from './client';

export type MassReply = Schemas['MassReplyResponse'];
export type Counts = Schemas['CountsResponse'];

export interface Listener {
  changed(batch: MassReply): void;
  /** Nothing is heard; what is shown was last true at that time. */
  lost(error: unknown): void;
}

const SLOW = 5_000;
/** Of a stream, whose service writes a comment every 15 s: the network is gone, or something on the way keeps it back. */
const SILENCE = 30_000;
/** For how it stands, which takes no work. */
const PATIENCE = 15_000;
/** After the end: receipts still come in. */
const LONGEST = 15_000;

export const OVER = new Set<MassReply['status']>(['completed', 'cancelled', 'expired']);

/** Follow until the signal says stop. Never throws. */
export async function follow(api: Api, id: string, listener: Listener, signal: AbortSignal): Promise<void> {
  const known: Known = { batch: null, tag: '' };
  for (let failures = 0; !signal.aborted; ) {
    try {
      await read(api, id, known, signal);
      failures = 0;
      listener.changed(known.batch!);
      if (known.batch!.finished_at) await pause(SLOW, signal);
      else await stream(api, id, known, listener, signal);
    } catch (error) {
      if (signal.aborted) return;
      listener.lost(error);
      if (error instanceof SessionOver || (error instanceof Refused && error.status < 500 && error.status !== 429)) return;
      await pause(Math.min(1000 * 2 ** failures++, LONGEST), signal).catch(() => {});
    }
  }
}

interface Known {
  batch: MassReply | null;
  tag: string;
}

async function read(api: Api, id: string, known: Known, signal: AbortSignal): Promise<void> {
  const headers: Record<string, string> = known.tag ? { 'If-None-Match': known.tag } : {};
  await api.ask(`/mass-replies/${id}`, { headers, signal }, async (response) => {
    if (response.status === 304) return;
    known.batch = (await response.json()) as MassReply;
    known.tag = response.headers.get('ETag') ?? '';
  }, PATIENCE);
}

/** Take the progress from the stream until it ends or falls silent, or the status is another: the rest is then asked for. */
async function stream(api: Api, id: string, known: Known, listener: Listener, signal: AbortSignal): Promise<void> {
  const leave = new AbortController();
  let timer = 0;
  const heard = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => leave.abort(), SILENCE);
  };
  const init = { headers: { Accept: 'text/event-stream' }, signal: AbortSignal.any([signal, leave.signal]) };
  try {
    await api.ask(`/mass-replies/${id}/events?deliveries=false`, init, async (response) => {
      for await (const data of events(response.body!, heard)) {
        const progress = JSON.parse(data) as Pick<MassReply, 'status' | 'counts' | 'lanes'>;
        if (progress.status !== known.batch!.status) return;
        known.batch = { ...known.batch!, ...progress };
        listener.changed(known.batch!);
      }
    });
  } catch (error) {
    if (!leave.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    leave.abort();
  }
}

async function* events(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = '';
  for (;;) {
    heard();
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (text + value).split('\n\n');
    text = parts.pop()!;
    for (const part of parts) {
      const data = part.split('\n').filter((line) => line.startsWith('data: '));
      if (data.length) yield data.map((line) => line.slice(6)).join('\n');
    }
  }
}
