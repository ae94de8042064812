// A decoder over item ids, trained and tested on the lab's page as the product's page does it.
import { readFiles, recogniseFiles, type ColumnMapping } from '../../src/client/ingest.ts'
import { createStore } from '../../src/client/store.ts'
import type { DecoderProgress } from '../../src/domain/decoder.ts'
import { trainDecoder } from '../../src/state/decoder/decoder.ts'
import { BadInput } from '../errors.ts'
import { chosenFiles, leave, reading } from './files.ts'
import type { DecoderJob, Results } from './protocol.ts'

const PROGRESS_MS = 5000

export async function decoder({ options, values: leftAs }: DecoderJob): Promise<Results['decoder']> {
  const files = chosenFiles()
  const mappings: Record<string, ColumnMapping> = {}
  for (const { file, suggested } of await reading(() => recogniseFiles(files))) if (suggested !== undefined) mappings[file] = suggested
  const hash = await reading(() => readFiles(files, { name: files.map(({ name }) => name).join(', '), mappings, catalogueOnly: true }))
  const { dataset: { users = [] } } = await createStore().open(hash)
  if (users.length === 0) throw new BadInput(`${files.map(({ name }) => name).join(', ')} hold no history; give reviews or ratings with --interactions`)
  await window.labProgress(`${users.length} histories read`)
  let told = 0
  const tell = async ({ epoch, epochs, step, steps, loss, seconds, validation, tested }: DecoderProgress): Promise<void> => {
    if (validation === undefined && performance.now() - told < PROGRESS_MS) return
    told = performance.now()
    if (tested !== undefined) return window.labProgress(`${tested.done} of ${tested.of} people tested, ${Math.round(seconds)} s`)
    const found = validation === undefined ? '' : `; validation recall@10 ${validation['recall@10'].toFixed(4)}, ndcg@10 ${validation['ndcg@10'].toFixed(4)}`
    await window.labProgress(`epoch ${epoch} of ${epochs}, step ${step} of ${steps}, ${Math.round(seconds)} s: loss ${loss.toFixed(4)}${found}`)
  }
  const { values, ...result } = await trainDecoder(users, options, tell)
  if (leftAs !== undefined) await leave(leftAs, new TextEncoder().encode(JSON.stringify(values)).buffer)
  return result
}
