// A model into the browser's store by the product's own client, opened again by another start of it, and read tensor by tensor.
import { createModels, type ModelSource } from '../../src/client/models.ts'
import { openWeights } from '../../workers/model/safetensors.ts'
import { chosenFiles } from './files.ts'
import type { BenchKeepJob, KeepFigures } from './protocol.ts'

const PROGRESS_MS = 5000
/** Bytes read at once, about as many as a load converts at once. */
const PIECE = 16 * 2 ** 20

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now()
  const value = await work()
  return { value, seconds: (performance.now() - began) / 1000 }
}

export async function benchKeep({ mirror }: BenchKeepJob): Promise<KeepFigures> {
  const source: ModelSource = mirror === undefined
    ? { kind: 'folder', name: 'bench', files: chosenFiles().map((file) => ({ path: `folder/${file.name}`, file })) }
    : { kind: 'hub', id: 'owner/tiny', revision: 'main', mirror }
  const models = createModels()
  const looked = await timed(() => models.inspect(source))
  let told = performance.now()
  const added = await timed(() => models.add(source, ({ file, totalBytes, totalOf }) => {
    if (performance.now() - told < PROGRESS_MS) return
    told = performance.now()
    void window.labProgress(`${file}: ${Math.round((totalBytes / totalOf) * 100)} % of ${Math.round(totalOf / 1e6)} MB`)
  }))
  const { id, bytes } = added.value
  const again = createModels()
  const opened = await timed(async () => {
    const { weights, weightsIndex } = await again.open(id)
    return openWeights(weights, weightsIndex)
  })
  const read = await timed(async () => {
    const weights = opened.value
    for (const name of weights.names) {
      for (let at = 0, size = weights.sizeOf(name); at < size; at += PIECE) await weights.bytes(name, at, Math.min(size, at + PIECE))
    }
  })
  await again.remove(id)
  return { bytes, inspectSeconds: looked.seconds, addSeconds: added.seconds, openSeconds: opened.seconds, readSeconds: read.seconds }
}
