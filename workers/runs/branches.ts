// Going back in a run: cutting it to a checkpoint, or beginning another one there.
import { checkpointAt, dropUnlisted, readCheckpoint, writeCheckpoint, type Place } from './checkpoints.ts'
import { append, copyEvents, mend, plainLines } from './events.ts'
import { fitting, store, type Opened, type OpenedRuns } from './opened.ts'
import { writeRecord, type StoredRecord } from './record.ts'
import { Damage } from './runFolder.ts'

/** The steps of the stage that these lines end in. */
function plannedIn(lines: readonly string[]): number | undefined {
  const line = lines.findLast((text) => text.startsWith('{"type":"stage"'))
  const { steps } = (line === undefined ? {} : JSON.parse(line)) as { readonly steps?: unknown }
  return typeof steps === 'number' ? steps : undefined
}

/** How many lines stand before the checkpoint. */
function linesBefore({ index }: Opened, { stage, step }: Place, eventsBytes: number): number {
  const count = index.countAt(eventsBytes)
  if (count === undefined) throw new Damage(`no event ends where its checkpoint of ${stage} step ${step} stands`)
  return count
}

/** Takes away what came after the checkpoint. Nobody else may read meanwhile. */
export async function cutBack(opened: Opened, place: Place): Promise<void> {
  const { folder, record, index } = opened
  const { eventsBytes } = checkpointAt(record.name, record.checkpoints, place)
  const count = linesBefore(opened, place, eventsBytes)
  const { summary: _, repaired: __, ...rest } = record
  const checkpoints = record.checkpoints.filter((one) => one.eventsBytes <= eventsBytes)
  const lines = await plainLines(folder, index, eventsBytes)
  // said before it is done, so that an interruption is finished by whoever opens the run next
  const cut: StoredRecord = { ...rest, status: 'paused', checkpoints, done: place.step, planned: plannedIn(lines.flat()) ?? record.planned }
  await store(opened, { cutTo: eventsBytes, events: { count, bytes: eventsBytes } }, cut)
  index.cut(count)
  await mend(folder, { index, torn: 1, stale: true })
  await store(opened, {}, cut)
  await dropUnlisted(folder, checkpoints)
}

/** Makes the run `id` of the source's events and checkpoints up to there, with a line that says where it comes from. */
export async function branchOff(runs: OpenedRuns, source: Opened, place: Place, id: string, name: string): Promise<void> {
  const { folder: from, record: origin } = source
  const at = checkpointAt(origin.name, origin.checkpoints, place)
  const count = linesBefore(source, place, at.eventsBytes)
  const before = origin.checkpoints.filter((one) => one.eventsBytes <= at.eventsBytes)
  const bytes = before.reduce((sum, one) => sum + one.bytes, at.eventsBytes)
  await runs.make(id, false, (folder) => fitting(folder, `run ${name}`, bytes, async () => {
    const index = await copyEvents(from, source.index, count, folder)
    for (const one of before) await writeCheckpoint(folder, one, await readCheckpoint(from, one))
    await append(folder, index, [{ kind: 'plain', text: JSON.stringify({ type: 'fork', run: origin.id, step: place.step }) }])
    const planned = plannedIn((await plainLines(folder, index)).flat()) ?? origin.planned
    const { summary: _, repaired: __, cutTo: ___, ...rest } = origin
    const now = Date.now()
    const record: StoredRecord = {
      ...rest, id, name, status: 'paused', createdAt: now, changedAt: now, done: place.step, planned, parent: { id: origin.id, name: origin.name, step: place.step },
      // to go on from there again keeps the line that says where it came from
      checkpoints: before.map((one) => (one === at ? { ...one, eventsBytes: index.end } : one)), events: { count: index.count, bytes: index.end },
    }
    await writeRecord(folder, record)
    return { record, index }
  }))
}
