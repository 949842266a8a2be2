/** Why some of a mass reply were not sent, with their numbers: asked for again when those change, and seldom. */

import { type Api, isBusy, pause, type Schemas, Unreachable } from '../api/client';
import type { MassReply } from '../api/follow';

export type ReasonCount = Schemas['ReasonCountResponse'];

/** Milliseconds between two questions while numbers move. */
const REST = 2_000;

export class Reasons {
  items: ReasonCount[] = [];
  /** They do not come; they are asked for again. */
  lost = false;
  #known = '';
  #asking = false;

  constructor(
    private readonly api: Api,
    private readonly batch: () => MassReply | null,
    private readonly changed: () => void,
  ) {}

  async learn(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    for (let batch = this.batch(); batch && this.#known !== unsent(batch); batch = this.batch()) {
      await this.#ask(batch);
      this.changed();
      await pause(REST);
    }
    this.#asking = false;
  }

  async #ask(batch: MassReply) {
    try {
      this.items = (await this.api.get('/mass-replies/{id}/reasons', { path: { id: batch.id } })).items;
      this.lost = false;
    } catch (error) {
      this.lost = true;
      if (error instanceof Unreachable || isBusy(error)) return;
    }
    this.#known = unsent(batch);
  }
}

/** What they depend on. */
const unsent = ({ id, counts }: MassReply) =>
  [id, counts?.failed, counts?.uncertain, counts?.skipped, counts?.cancelled].join();
