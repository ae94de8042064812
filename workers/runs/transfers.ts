// Runs out of the store as archives, and into it.
import { runFilesLock, type CheckpointRecord, type Progress, type RunRecord } from '../../src/protocol/runs.ts'
import { take } from '../store/locks.ts'
import { freeRoom } from '../store/room.ts'
import { exported } from './exports.ts'
import { fitting, type OpenedRuns } from './opened.ts'
import { hashOf, packInMemory, packInto } from './pack.ts'
import { atRest, broughtIn, EVENTS, fileOf, writeRecord } from './record.ts'
import type { RunFolder } from './runFolder.ts'
import { openArchive, type Archive } from './unpack.ts'

/** A larger archive is a file, not memory. */
const IN_MEMORY_BYTES = 2 ** 24
const PATIENCE_MS = 2_000

/** The run as it stands; it may be written meanwhile, and its files stay. */
export async function exportRun(runs: OpenedRuns, id: string, onProgress: Progress): Promise<Blob> {
  const release = await take(runFilesLock(id), 'shared', PATIENCE_MS)
  if (release === undefined) throw new Error(`run ${id} is being cut back by another tab; export it when that is done`)
  try {
    const { folder, record, events } = await runs.read(id, ({ folder: of, record: now, index }) => Promise.resolve({ folder: of, record: now, events: { count: index.count, bytes: index.end } }))
    const { cutTo: _, repaired: __, ...rest } = record
    const packed: RunRecord = { ...rest, status: atRest(record.status), events }
    const bytes = record.checkpoints.reduce((sum, one) => sum + one.bytes, events.bytes)
    if (bytes <= IN_MEMORY_BYTES) return await packInMemory(folder, packed, onProgress)
    return await fitting(folder, `the archive of run ${record.name}`, bytes, () => exported((stream) => packInto(stream, folder, packed, onProgress)))
  } finally {
    release()
  }
}

/** Takes an archive in; the id under which it is kept. */
export async function importRun(runs: OpenedRuns, file: Blob, onProgress: Progress): Promise<string> {
  const archive = await openArchive(file, file instanceof File ? file.name : 'the archive')
  try {
    const { id, name } = await freePlace(runs, archive)
    await runs.make(id, false, (folder) => fitting(folder, `run ${name}`, archive.bytes, async () => {
      await refuseBeyond(folder, archive.bytes)
      const index = await archive.into(folder, onProgress)
      const record = broughtIn(archive.record, { id, name }, Date.now())
      await writeRecord(folder, record)
      return { record, index }
    }))
    return id
  } finally {
    await archive.close()
  }
}

/** Under which id and name an archive's run comes: its own, or others where another run has that id. Rejects where the very run is here. */
async function freePlace(runs: OpenedRuns, { record: { id, name, checkpoints, events }, eventsSha256 }: Archive): Promise<Pick<RunRecord, 'id' | 'name'>> {
  const folder = await runs.shelf.folder(id)
  if (folder === undefined || !(await runs.shelf.isKept(folder))) return { id, name }
  if (await runs.shelf.isRemoved(folder)) throw new Error(`run ${name} was removed a moment ago and can be brought back; undo that, or let it go for good and import it then`)
  const same = (all: readonly CheckpointRecord[]): boolean => marksOf(all) === marksOf(checkpoints)
  const here = await runs.read(id, async ({ record, index }) => ({ record, same: same(record.checkpoints) && index.end === events.bytes && await hashOf(folder, EVENTS, index.end) === eventsSha256 }))
    // one that is damaged is another
    .catch(() => undefined)
  if (here?.same === true) throw new Error(`run ${name} is here already, as ${here.record.name}; nothing was taken`)
  return { id: crypto.randomUUID(), name: `${name} (imported)` }
}

function marksOf(checkpoints: readonly CheckpointRecord[]): string {
  return JSON.stringify(checkpoints.map((one) => `${fileOf(one)} ${one.sha256}`).sort())
}

/** Before anything is written: the sentence of `fitting` says what is free. */
async function refuseBeyond(folder: RunFolder, bytes: number): Promise<void> {
  if (await freeRoom(folder.handle, bytes, 'probe') < bytes) throw new DOMException('no space available for this operation', 'QuotaExceededError')
}
