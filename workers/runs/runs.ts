// The runs of this browser: a folder each in the private file system, visible once its run.json stands; one writer at a time, any number of readers.
import { transfer } from 'comlink'
import { runFilesLock, runLock, type CheckpointRecord, type LinesWanted, type NewRun, type Progress, type RunChange, type RunLine, type RunRecord, type RunsService } from '../../src/protocol/runs.ts'
import { digestOf } from '../store/blocks.ts'
import { take } from '../store/locks.ts'
import { freeRoom, roomNow } from '../store/room.ts'
import { checkpointAt, dropUnlisted, isAt, readCheckpoint, writeCheckpoint } from './checkpoints.ts'
import { append, copyEvents, linesOf, mend, plainLines } from './events.ts'
import { dropExports, exported } from './exports.ts'
import { LineIndex } from './lineIndex.ts'
import { fitting, heldLocks, OpenedRuns, type Opened } from './opened.ts'
import { hashOf, packInMemory, packInto } from './pack.ts'
import { EVENTS, fileOf, writeRecord, type StoredRecord } from './record.ts'
import { retained } from './retention.ts'
import { Damage, type RunFolder } from './runFolder.ts'
import { openArchive, type Archive } from './unpack.ts'

type Stage = CheckpointRecord['stage']

/** A run with one of these is not written any more. */
const ENDED: ReadonlySet<string> = new Set(['finished', 'stopped', 'failed'])
/** Workers that just ended let go of their locks a moment later. */
const LETTING_GO_MS = 2_000
/** A larger archive is a file, not memory. */
const IN_MEMORY_BYTES = 2 ** 24
/** What run.json grows by at most, as a guess for the sentence of a full store. */
const RECORD_BYTES = 65_536

export class RunStore implements RunsService {
  readonly #runs = new OpenedRuns()
  /** removed by this tab and not purged: their locks, which keep other tabs from purging them */
  readonly #removed = new Map<string, () => void>()
  #swept: Promise<void> | undefined

  async list(): Promise<RunRecord[]> {
    await (this.#swept ??= this.#sweep())
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
          if (before !== undefined) await this.#store(opened, { checkpoints: others })
          await writeCheckpoint(folder, { stage, step }, bytes)
        }
        const kept = { stage, step, names: [...new Set([...before?.names ?? [], ...names])], bytes: size, sha256, eventsBytes: index.end }
        await this.#store(opened, { checkpoints: retained([...others, kept], most) })
      })
      await this.#tidy(opened)
    })
    return this.record(id)
  }

  async change(id: string, change: RunChange): Promise<RunRecord> {
    const { status } = change
    await this.#runs.write(id, status === 'running' || status === 'paused', (opened) => fitting(opened.folder, `run ${opened.record.name}`, RECORD_BYTES, () => this.#store(opened, change)))
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
    await this.#runs.write(id, true, (opened) => this.#runs.alone(opened, async () => {
      const { folder, record, index } = opened
      const { eventsBytes } = checkpointAt(record.name, record.checkpoints, { stage, step })
      const count = index.countAt(eventsBytes)
      if (count === undefined) throw new Error(`run ${record.name} is damaged: no event ends where its checkpoint of ${stage} step ${step} stands; go on from another one`)
      const { summary: _, repaired: __, ...rest } = record
      const checkpoints = record.checkpoints.filter((one) => one.eventsBytes <= eventsBytes)
      const kept = await plainLines(folder, index, eventsBytes)
      opened.record = { ...rest, status: 'paused', checkpoints, done: step, planned: plannedIn(kept.flat()) ?? record.planned }
      // said before it is done, so that an interruption is finished by whoever opens the run next
      await this.#store(opened, { cutTo: eventsBytes, events: { count, bytes: eventsBytes } })
      index.cut(count)
      await mend(folder, { index, torn: 1, stale: true })
      const { cutTo: ___, ...cut } = opened.record
      opened.record = cut
      await this.#store(opened, {})
      await dropUnlisted(folder, checkpoints)
    }))
    return this.record(id)
  }

  async fork(id: string, stage: Stage, step: number, name: string): Promise<RunRecord> {
    const forked = crypto.randomUUID()
    await this.#runs.read(id, async ({ folder: source, record: origin, index: lines }) => {
      const at = checkpointAt(origin.name, origin.checkpoints, { stage, step })
      const count = lines.countAt(at.eventsBytes)
      if (count === undefined) throw new Damage(`no event ends where its checkpoint of ${stage} step ${step} stands`)
      const before = origin.checkpoints.filter((one) => one.eventsBytes <= at.eventsBytes)
      const bytes = before.reduce((sum, one) => sum + one.bytes, at.eventsBytes)
      await this.#runs.make(forked, false, (folder) => fitting(folder, `run ${name}`, bytes, async () => {
        const index = await copyEvents(source, lines, count, folder)
        for (const one of before) await writeCheckpoint(folder, one, await readCheckpoint(source, one))
        await append(folder, index, [{ kind: 'plain', text: JSON.stringify({ type: 'fork', run: id, step }) }])
        const planned = plannedIn((await plainLines(folder, index)).flat()) ?? origin.planned
        const { summary: _, repaired: __, cutTo: ___, ...rest } = origin
        const now = Date.now()
        const record: StoredRecord = {
          ...rest, id: forked, name, status: 'paused', createdAt: now, changedAt: now, done: step, planned, parent: { id, name: origin.name, step },
          // to go on from there again keeps the line that says where it came from
          checkpoints: before.map((one) => (one === at ? { ...one, eventsBytes: index.end } : one)), events: { count: index.count, bytes: index.end },
        }
        await writeRecord(folder, record)
        return { record, index }
      }))
    })
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

  async export(id: string, onProgress: Progress = () => undefined): Promise<Blob> {
    // its files stay; events that are appended meanwhile are left out
    const release = await take(runFilesLock(id), 'shared', LETTING_GO_MS)
    if (release === undefined) throw new Error(`run ${id} is being cut back by another tab; export it when that is done`)
    try {
      const { folder, record, index } = await this.#runs.read(id, ({ folder: of, record: now, index: lines }) => Promise.resolve({ folder: of, record: now, index: { count: lines.count, bytes: lines.end } }))
      const { cutTo: _, removedAt: __, repaired: ___, ...rest } = record
      const packed: RunRecord = { ...rest, status: record.status === 'running' ? 'paused' : record.status, events: index }
      const bytes = record.checkpoints.reduce((sum, one) => sum + one.bytes, index.bytes)
      const share = inSteps(onProgress)
      if (bytes <= IN_MEMORY_BYTES) return await packInMemory(folder, packed, share)
      return await fitting(folder, `the archive of run ${record.name}`, bytes, () => exported((stream) => packInto(stream, folder, packed, share)))
    } finally {
      release()
    }
  }

  async import(file: Blob, onProgress: Progress = () => undefined): Promise<RunRecord> {
    const archive = await openArchive(file, file instanceof File ? file.name : 'the archive')
    try {
      const { record: { name }, bytes } = archive
      const { id, ...rest } = await this.#free(archive)
      const now = Date.now()
      await this.#runs.make(id, false, (folder) => fitting(folder, `run ${name}`, bytes, async () => {
        await refuseBeyond(folder, bytes)
        const index = await archive.into(folder, inSteps(onProgress))
        const record: StoredRecord = { ...archive.record, ...rest, id, status: archive.record.status === 'running' ? 'paused' : archive.record.status, changedAt: now }
        await writeRecord(folder, record)
        return { record, index }
      }))
      return await this.record(id)
    } finally {
      await archive.close()
    }
  }

  room(): Promise<{ used: number; quota: number }> {
    return roomNow()
  }

  /** Under which id and name an archive's run comes: its own, or others where another run has that id. Rejects where the very run is here. */
  async #free({ record: { id, name, checkpoints, events }, eventsSha256 }: Archive): Promise<Pick<RunRecord, 'id' | 'name'>> {
    const folder = await this.#runs.shelf.folder(id)
    if (folder === undefined || !(await this.#runs.shelf.isKept(folder))) return { id, name }
    if (await this.#runs.shelf.isRemoved(folder)) throw new Error(`run ${name} was removed a moment ago and can be brought back; undo that, or let it go for good and import it then`)
    const here = await this.#runs.read(id, async ({ record, index }) => ({ record, same: index.end === events.bytes && await hashOf(folder, EVENTS, index.end) === eventsSha256 })).catch(() => undefined)
    const marks = (all: readonly CheckpointRecord[]): string => JSON.stringify(all.map((one) => `${fileOf(one)} ${one.sha256}`).sort())
    if (here?.same === true && marks(here.record.checkpoints) === marks(checkpoints)) throw new Error(`run ${name} is here already, as ${here.record.name}; nothing was taken`)
    return { id: crypto.randomUUID(), name: `${name} (imported)` }
  }

  /** Frees what was removed and what interruptions left, unless somebody still has it open. */
  async #sweep(): Promise<void> {
    await dropExports()
    const { shelf } = this.#runs
    for (const id of await shelf.ids()) {
      const release = await take(runLock(id), 'exclusive')
      if (release === undefined) continue
      const reads = await take(runFilesLock(id), 'exclusive')
      try {
        const folder = await shelf.folder(id)
        if (folder !== undefined && reads !== undefined && (await shelf.isRemoved(folder) || !(await shelf.isKept(folder)))) await shelf.remove(folder)
      } finally {
        reads?.()
        release()
      }
    }
  }

  async #listed(id: string, held: ReadonlySet<string>): Promise<RunRecord | undefined> {
    const folder = await this.#runs.shelf.folder(id)
    if (folder === undefined || await this.#runs.shelf.isRemoved(folder) || !(await this.#runs.shelf.isKept(folder))) return undefined
    try {
      return await this.#runs.seen(id, held)
    } catch (error) {
      const damage = error instanceof Error ? error.message : String(error)
      return {
        id, name: id.slice(0, 8), tags: [], status: 'failed', createdAt: 0, changedAt: 0, done: 0, planned: 0, settings: {}, dataset: { name: '', hash: '' },
        recommender: '', policy: '', environment: {}, notes: {}, checkpoints: [], events: { count: 0, bytes: 0 }, damage,
      }
    }
  }

  /** Writes the record with a change; when that fails it is as it was, here and there. */
  async #store(opened: Opened, change: Partial<StoredRecord>): Promise<void> {
    const { index } = opened
    const record = { ...opened.record, events: { count: index.count, bytes: index.end }, ...change, changedAt: Date.now() }
    await writeRecord(opened.folder, record)
    opened.record = record
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

/** Before anything is written: the sentence of `fitting` says what is free. */
async function refuseBeyond(folder: RunFolder, bytes: number): Promise<void> {
  if (await freeRoom(folder.handle, bytes, 'probe') < bytes) throw new DOMException('no space available for this operation', 'QuotaExceededError')
}

/** The steps of the stage that these lines end in. */
function plannedIn(lines: readonly string[]): number | undefined {
  const line = lines.findLast((text) => text.startsWith('{"type":"stage"'))
  const { steps } = (line === undefined ? {} : JSON.parse(line)) as { readonly steps?: unknown }
  return typeof steps === 'number' ? steps : undefined
}
