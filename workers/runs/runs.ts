// The runs of this browser: a folder each in the private file system, visible once its run.json stands; one writer at a time, any number of readers.
import { transfer } from 'comlink'
import { runFilesLock, runLock, type CheckpointRecord, type LinesWanted, type NewRun, type Progress, type RunChange, type RunLine, type RunRecord, type RunsService } from '../../src/protocol/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { take } from '../store/locks.ts'
import { roomNow } from '../store/room.ts'
import { branchOff, cutBack } from './branches.ts'
import { checkpointAt, dropUnlisted, isAt, readCheckpoint, writeCheckpoint } from './checkpoints.ts'
import { append, linesOf, plainLines } from './events.ts'
import { dropExports } from './exports.ts'
import { LineIndex } from './lineIndex.ts'
import { ENDED, fitting, heldLocks, NotKept, OpenedRuns, store, type Opened } from './opened.ts'
import { writeRecord, type StoredRecord } from './record.ts'
import { retained } from './retention.ts'
import type { RunFolder } from './runFolder.ts'
import { exportRun, importRun } from './transfers.ts'

type Stage = CheckpointRecord['stage']

/** Workers that just ended let go of their locks a moment later. */
const LETTING_GO_MS = 2_000
/** What run.json grows by at most, as a guess for the sentence of a full store. */
const RECORD_BYTES = 65_536

export class RunStore implements RunsService {
  readonly #runs = new OpenedRuns()
  /** removed by this tab and not purged: their locks, which keep other tabs from purging them */
  readonly #removed = new Map<string, () => void>()
  #swept: Promise<void> | undefined

  async list(): Promise<RunRecord[]> {
    // what cannot be freed now is freed at another start: the list is worth more
    await (this.#swept ??= this.#sweep().catch(() => undefined))
    const held = await heldLocks()
    const records = await Promise.all((await this.#runs.shelf.ids()).map((id) => this.#listed(id, held)))
    return records.filter((record) => record !== undefined).sort((a, b) => b.createdAt - a.createdAt)
  }

  record(id: string): Promise<RunRecord> {
    return this.#runs.seen(id)
  }

  async create(run: NewRun): Promise<RunRecord> {
    const id = crypto.randomUUID()
    const record: StoredRecord = { ...run, id, changedAt: Date.now(), tags: [], notes: {}, checkpoints: [], events: { count: 0, bytes: 0 } }
    await this.#runs.make(id, true, async (folder) => {
      await fitting(folder, `run ${run.name}`, RECORD_BYTES, () => writeRecord(folder, record))
      return { record, index: new LineIndex() }
    })
    return this.record(id)
  }

  append(id: string, lines: readonly RunLine[]): Promise<void> {
    return this.#runs.write(id, true, ({ folder, index, record: { name } }) => {
      const bytes = lines.reduce((sum, { text }) => sum + text.length + 1, 0)
      return fitting(folder, `what run ${name} tells next`, bytes, () => append(folder, index, lines))
    })
  }

  async keep(id: string, { stage, step, names }: Pick<CheckpointRecord, 'stage' | 'step' | 'names'>, bytes: ArrayBuffer | undefined, most: number): Promise<RunRecord> {
    await this.#runs.write(id, true, async (opened) => {
      const { folder, record: { name, checkpoints }, index } = opened
      const before = bytes === undefined ? checkpointAt(name, checkpoints, { stage, step }) : checkpoints.find(isAt({ stage, step }))
      const size = bytes?.byteLength ?? before!.bytes
      const sha256 = bytes === undefined ? before!.sha256 : await digestOf(new Uint8Array(bytes))
      const others = checkpoints.filter((one) => one !== before)
      await fitting(folder, `the checkpoint of ${stage} step ${step} of run ${name}`, size, async () => {
        if (bytes !== undefined && before?.sha256 !== sha256) {
          // the record must never name bytes that are not there
          if (before !== undefined) await store(opened, { checkpoints: others })
          await writeCheckpoint(folder, { stage, step }, bytes)
        }
        const kept = { stage, step, names: [...new Set([...before?.names ?? [], ...names])], bytes: size, sha256, eventsBytes: index.end }
        await store(opened, { checkpoints: retained([...others, kept], most) })
      })
      await this.#tidy(opened)
    })
    return this.record(id)
  }

  async change(id: string, change: RunChange): Promise<RunRecord> {
    const { status } = change
    await this.#runs.write(id, status === 'running' || status === 'paused', (opened) => fitting(opened.folder, `run ${opened.record.name}`, RECORD_BYTES, () => store(opened, change)))
    if (status !== undefined && ENDED.has(status)) await this.release(id)
    return this.record(id)
  }

  release(id: string): Promise<void> {
    return this.#runs.turn(id, () => Promise.resolve(this.#runs.release(id)))
  }

  async events(id: string, onPart: (lines: readonly string[]) => unknown): Promise<void> {
    const parts = await this.#runs.read(id, ({ folder, index }) => plainLines(folder, index))
    for (const part of parts) await onPart(part)
  }

  lines(id: string, kind: 'rollouts' | 'answers', wanted: LinesWanted): Promise<string[]> {
    return this.#runs.read(id, ({ folder, index }) => linesOf(folder, index, kind, wanted))
  }

  steps(id: string, kind: 'rollouts' | 'answers'): Promise<number[]> {
    return this.#runs.read(id, ({ index }) => Promise.resolve([...new Set(Array.from(index.of(kind), ({ step }) => step))].sort((a, b) => a - b)))
  }

  checkpoint(id: string, stage: Stage, step: number): Promise<ArrayBuffer> {
    return this.#runs.read(id, async ({ folder, record: { name, checkpoints } }) => {
      const bytes = await readCheckpoint(folder, checkpointAt(name, checkpoints, { stage, step }))
      return transfer(bytes, [bytes])
    })
  }

  async rewind(id: string, stage: Stage, step: number): Promise<RunRecord> {
    await this.#runs.write(id, true, (opened) => this.#runs.alone(opened, () => cutBack(opened, { stage, step })))
    return this.record(id)
  }

  async fork(id: string, stage: Stage, step: number, name: string): Promise<RunRecord> {
    const forked = crypto.randomUUID()
    await this.#runs.read(id, (source) => branchOff(this.#runs, source, { stage, step }, forked, name))
    return this.record(forked)
  }

  remove(id: string): Promise<void> {
    return this.#runs.turn(id, async () => {
      const folder = await this.#runs.shelf.folder(id)
      if (folder === undefined || this.#removed.has(id)) return
      if (this.#runs.statusOf(id) === 'running') throw new Error('this run is being trained in this tab; stop or pause it, then remove it')
      this.#runs.release(id)
      const release = await take(runLock(id), 'exclusive', LETTING_GO_MS)
      if (release === undefined) throw new Error('this run is open in another tab of this page; close it there, then remove it')
      try {
        await this.#runs.shelf.setRemoved(folder, true)
        this.#removed.set(id, release)
      } catch (error) {
        release()
        throw error
      }
    })
  }

  async undo(id: string): Promise<RunRecord> {
    const folder = await this.#runs.shelf.folder(id)
    if (folder === undefined) throw new Error('this run cannot be brought back: what it took was freed already')
    await this.#runs.shelf.setRemoved(folder, false)
    this.#removed.get(id)?.()
    this.#removed.delete(id)
    return this.record(id)
  }

  async purge(): Promise<void> {
    for (const release of this.#removed.values()) release()
    this.#removed.clear()
    await this.#sweep()
  }

  export(id: string, onProgress: Progress = () => undefined): Promise<Blob> {
    return exportRun(this.#runs, id, inSteps(onProgress))
  }

  async import(file: Blob, onProgress: Progress = () => undefined): Promise<RunRecord> {
    return this.record(await importRun(this.#runs, file, inSteps(onProgress)))
  }

  room(): Promise<{ used: number; quota: number }> {
    return roomNow()
  }

  /** Frees what was removed and what interruptions left, unless somebody still has it open. */
  async #sweep(): Promise<void> {
    await dropExports()
    const { shelf } = this.#runs
    const gone = async (id: string): Promise<RunFolder | undefined> => {
      const folder = await shelf.folder(id)
      return folder !== undefined && (await shelf.isRemoved(folder) || !(await shelf.isKept(folder))) ? folder : undefined
    }
    for (const id of await shelf.ids()) {
      // no lock is taken of the others: who lists them would think that somebody writes them
      if (await gone(id) === undefined) continue
      const release = await take(runLock(id), 'exclusive')
      if (release === undefined) continue
      const reads = await take(runFilesLock(id), 'exclusive')
      try {
        const folder = await gone(id)
        if (folder !== undefined && reads !== undefined) await shelf.remove(folder)
      } finally {
        reads?.()
        release()
      }
    }
  }

  async #listed(id: string, held: ReadonlySet<string>): Promise<RunRecord | undefined> {
    const folder = await this.#runs.shelf.folder(id)
    if (folder === undefined || await this.#runs.shelf.isRemoved(folder)) return undefined
    try {
      return await this.#runs.seen(id, { folder, held })
    } catch (error) {
      if (error instanceof NotKept) return undefined
      const damage = error instanceof Error ? error.message : String(error)
      return {
        id, name: id.slice(0, 8), tags: [], status: 'failed', createdAt: 0, changedAt: 0, done: 0, planned: 0, settings: {}, dataset: { name: '', hash: '' },
        recommender: '', policy: '', environment: {}, notes: {}, checkpoints: [], events: { count: 0, bytes: 0 }, damage,
      }
    }
  }

  /** Takes files away that the record names no more, or leaves it to the next one who opens the run while somebody reads. */
  async #tidy({ folder, record: { checkpoints } }: Opened): Promise<void> {
    const alone = await take(runFilesLock(folder.id), 'exclusive')
    if (alone === undefined) return
    try {
      await dropUnlisted(folder, checkpoints)
    } finally {
      alone()
    }
  }
}

/** Tells a page of every hundredth alone. */
function inSteps(onProgress: (share: number) => unknown): Progress {
  let told = -1
  return (share) => {
    const step = Math.floor(share * 100)
    if (step === told) return
    told = step
    void onProgress(share)
  }
}
