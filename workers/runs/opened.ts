// Runs opened for writing by this worker, or read: who may, and the sentences for when somebody else does.
import { runFilesLock, runLock, type RunRecord, type RunStatus } from '../../src/protocol/runs.ts'
import { take } from '../store/locks.ts'
import { freeRoom, isFull, said } from '../store/room.ts'
import { dropUnlisted } from './checkpoints.ts'
import { mend, settle, tailOf } from './events.ts'
import type { LineIndex } from './lineIndex.ts'
import { EVENTS, readRecord, writeRecord, type StoredRecord } from './record.ts'
import { Damage, type RunFolder } from './runFolder.ts'
import { Shelf } from './shelf.ts'
import { Turns } from './turns.ts'

/** Workers that just ended let go of their locks a moment later; others read for a moment. */
const PATIENCE_MS = 1_000

/** A run with one of these is not written any more. */
export const ENDED: ReadonlySet<RunStatus> = new Set(['finished', 'stopped', 'failed'])

/** What stands in the folder is debris of an interruption, or on its way. */
export class NotKept extends Error {}

/** A run with its lines in order. */
export interface Opened {
  readonly folder: RunFolder
  record: StoredRecord
  readonly index: LineIndex
}

interface Writing extends Opened {
  readonly release: () => void
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function damaged(name: string, cause: unknown): Error {
  return new Error(`run ${name} is damaged: ${reasonOf(cause)}; remove it, or import it again from an export`, { cause })
}

export async function heldLocks(): Promise<ReadonlySet<string>> {
  const { held = [] } = await navigator.locks.query()
  return new Set(held.flatMap(({ name }) => name ?? []))
}

export class OpenedRuns {
  readonly shelf = new Shelf()
  readonly #writing = new Map<string, Writing>()
  readonly #turns = new Turns()

  /** How a run stands that this worker has open for writing. */
  statusOf(id: string): RunStatus | undefined {
    return this.#writing.get(id)?.record.status
  }

  turn<Value>(id: string, work: () => Promise<Value>): Promise<Value> {
    return this.#turns.take(id, work)
  }

  /** Its folder and record. Rejects with a sentence when it is not there, removed, or damaged. */
  async find(id: string): Promise<Omit<Opened, 'index'>> {
    const folder = await this.shelf.folder(id)
    if (folder === undefined || await this.shelf.isRemoved(folder)) throw new Error(`run ${id} is not kept in this browser; it was removed, here or in another tab`)
    return { folder, record: await recordIn(folder) }
  }

  /** Reads a run as it stands, in its turn; no tab takes files of it away meanwhile. Reasons that `work` throws are told as damage. */
  read<Value>(id: string, work: (opened: Opened) => Promise<Value>): Promise<Value> {
    return this.turn(id, async () => {
      const mine = this.#writing.get(id)
      const release = await take(runFilesLock(id), 'shared', PATIENCE_MS)
      if (release === undefined) throw new Error(`run ${id} is being cut back by another tab; try again when it is done`)
      try {
        const opened = mine ?? await this.#settled(id)
        return await work(opened).catch((error: unknown) => { throw error instanceof Damage ? damaged(opened.record.name, error) : error })
      } finally {
        release()
      }
    })
  }

  /** Changes a run, in its turn. `hold`: it stays open for writing in this tab; else it is let go of, unless it was open before. */
  write<Value>(id: string, hold: boolean, work: (opened: Opened) => Promise<Value>): Promise<Value> {
    return this.turn(id, async () => {
      const mine = this.#writing.get(id)
      if (mine !== undefined) return work(mine)
      const opened = await this.#open(id)
      if (hold) this.#writing.set(id, opened)
      try {
        return await work(opened)
      } finally {
        if (!hold) opened.release()
      }
    })
  }

  /** A new run's folder, under a lock that stays with this tab. What fails leaves nothing. */
  async make(id: string, hold: boolean, fill: (folder: RunFolder) => Promise<Omit<Opened, 'folder'>>): Promise<Opened> {
    const release = await take(runLock(id), 'exclusive')
    if (release === undefined) throw new Error(`run ${id} is being made by another tab; wait for it`)
    const debris = await this.shelf.folder(id)
    if (debris !== undefined) {
      if (await this.shelf.isKept(debris)) {
        release()
        throw new Error(`run ${id} is here already; nothing was taken`)
      }
      await this.shelf.remove(debris)
    }
    const folder = await this.shelf.make(id)
    try {
      const writing: Writing = { folder, ...await fill(folder), release }
      if (hold) this.#writing.set(id, writing)
      else release()
      return writing
    } catch (error) {
      await this.shelf.remove(folder)
      release()
      throw error
    }
  }

  release(id: string): void {
    this.#writing.get(id)?.release()
    this.#writing.delete(id)
  }

  /** Rejects with a sentence while somebody reads the run's files. */
  async alone<Value>({ folder, record }: Opened, work: () => Promise<Value>): Promise<Value> {
    const release = await take(runFilesLock(folder.id), 'exclusive', PATIENCE_MS)
    if (release === undefined) throw new Error(`run ${record.name} is being read or exported, here or in another tab; try again when that is done`)
    try {
      return await work()
    } finally {
      release()
    }
  }

  /** The record as a page sees it. `at`: where it stands and which locks are held, for who knows that. */
  async seen(id: string, at?: { readonly folder: RunFolder; readonly held: ReadonlySet<string> }): Promise<RunRecord> {
    const mine = this.#writing.get(id)
    if (mine !== undefined) return shown(mine.record, { count: mine.index.count, bytes: mine.index.end }, 'here')
    const { folder, record } = at === undefined ? await this.find(id) : { folder: at.folder, record: await recordIn(at.folder) }
    const elsewhere = (at?.held ?? await heldLocks()).has(runLock(id))
    try {
      // of a run that has ended nothing came since
      if (!elsewhere && ENDED.has(record.status) && record.cutTo === undefined && await folder.sizeOf(EVENTS) === record.events.bytes) return shown(record, record.events)
      const tail = await tailOf(folder)
      if (elsewhere) return shown(record, tail, 'elsewhere')
      if (tail.size === tail.bytes && record.cutTo === undefined && tail.bytes >= record.events.bytes) return shown(record, tail)
      // something was interrupted: it is put in order now, unless somebody else just began to
      const release = await take(runLock(id), 'exclusive')
      if (release === undefined) return shown(record, tail, 'elsewhere')
      release()
      return await this.write(id, false, ({ record: mended, index }) => Promise.resolve(shown(mended, { count: index.count, bytes: index.end })))
    } catch (error) {
      return { ...shown(record, record.events), damage: reasonOf(error) }
    }
  }

  async #open(id: string): Promise<Writing> {
    const release = await take(runLock(id), 'exclusive', PATIENCE_MS)
    if (release === undefined) throw new Error(`run ${id} is open in another tab of this page; change it there, or close that tab`)
    try {
      const opened = await this.#settled(id)
      const { folder, torn, stale } = opened
      const { cutTo, ...record } = opened.record
      if (torn > 0 || stale) await mend(folder, opened)
      if (cutTo !== undefined || torn > 0) {
        const repaired = `the last line of its events had been cut off as the tab or the browser ended; ${torn} bytes of it were dropped`
        opened.record = { ...record, ...(cutTo === undefined ? { repaired } : {}) }
        await writeRecord(folder, opened.record)
      }
      await dropUnlisted(folder, record.checkpoints)
      return { folder, record: opened.record, index: opened.index, release }
    } catch (error) {
      release()
      throw error
    }
  }

  async #settled(id: string): Promise<Opened & { readonly torn: number; readonly stale: boolean }> {
    const { folder, record } = await this.find(id)
    const settled = await settle(folder, record.cutTo)
    const { index, damage } = settled
    if (damage !== undefined) throw damaged(record.name, damage)
    const least = Math.max(record.events.bytes, ...record.checkpoints.map(({ eventsBytes }) => eventsBytes))
    if (index.end < least) throw damaged(record.name, `its events have ${index.end} whole bytes, of ${least} that were written`)
    return { folder, record, ...settled }
  }
}

async function recordIn(folder: RunFolder): Promise<StoredRecord> {
  let record: StoredRecord | undefined
  try {
    record = await readRecord(folder)
  } catch (error) {
    throw damaged(folder.id.slice(0, 8), error)
  }
  if (record === undefined) throw new NotKept(`run ${folder.id} was not kept whole; import it again, or start it anew`)
  return record
}

function shown(stored: StoredRecord, { count, bytes }: { readonly count: number; readonly bytes: number }, writer?: 'here' | 'elsewhere'): RunRecord {
  const { cutTo: _, ...record } = stored
  const interrupted = record.status === 'running' && writer === undefined
  return { ...record, ...(interrupted ? { status: 'paused', interrupted } : {}), events: { count, bytes }, ...(writer === undefined ? {} : { writer }) }
}

/** Writes the record, or another in its place, with a change; when that fails it is as it was, here and there. */
export async function store(opened: Opened, change: Partial<StoredRecord>, instead = opened.record): Promise<void> {
  const { index } = opened
  const record = { ...instead, events: { count: index.count, bytes: index.end }, ...change, changedAt: Date.now() }
  await writeRecord(opened.folder, record)
  opened.record = record
}

/** Does it, or rejects with a sentence that says what is full. `bytes`: what it needs, as far as that can be told. */
export async function fitting<Value>(folder: RunFolder, what: string, bytes: number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!isFull(error)) throw error
    const free = await freeRoom(folder.handle, bytes, 'probe')
    throw new Error(
      `${what} needs ${said(bytes)} in the browser's store, which has ${said(free)} free; remove runs, data sets or policies that are no longer needed, or free space on this disk. What was kept before is whole`,
      { cause: error },
    )
  }
}
