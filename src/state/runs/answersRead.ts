// The test answers of the runs that were last asked for, kept while nothing changes; of a run that grows only what is new is read.
import type { RunRecord, RunsService } from '../../client/runs.ts'
import type { AnswersEvent } from '../../experiment/events.ts'
import { testAnswers, type TestAnswers } from './keptAnswers.ts'

interface Read extends Pick<RunRecord, 'status'> {
  readonly bytes: number
  readonly told: Promise<TestAnswers>
}

export class AnswersRead {
  readonly #read = new Map<string, Read>()

  /** `stays`: runs that are not forgotten, though more than `most` were read. */
  constructor(
    private readonly client: Pick<RunsService, 'lines' | 'steps'>, private readonly stays: (id: string) => boolean, private readonly most: number,
  ) {}

  /** The same events for the same answers, so that what was computed from them is found again. */
  async of(id: string, record: RunRecord | undefined): Promise<readonly AnswersEvent[]> {
    const { status, events: { bytes } } = record ?? { status: 'finished', events: { bytes: 0 } }
    const there = this.#read.get(id)
    if (there?.bytes === bytes && there.status === status) return (await there.told).answers
    const grown = there !== undefined && there.status === status && there.bytes < bytes
    const told = (async () => testAnswers(this.client, id, grown ? await there.told : undefined))()
    this.#read.delete(id)
    this.#read.set(id, { bytes, status, told })
    told.catch(() => { if (this.#read.get(id)?.told === told) this.#read.delete(id) })
    for (const one of this.#read.keys()) {
      if (this.#read.size <= this.most) break
      if (one !== id && !this.stays(one)) this.#read.delete(one)
    }
    return (await told).answers
  }

  forget(id: string): void {
    this.#read.delete(id)
  }
}
