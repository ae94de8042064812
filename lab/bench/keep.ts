// `bench keep`: a model folder brought into the browser's store, from the disk and from a hub on this machine, and read back from it.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Lab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { startHub } from '../hubServer.ts'
import { withMemory } from '../memory.ts'
import type { KeepFigures } from '../page/protocol.ts'

const MB = 1e6

export async function benchKeep(lab: Lab, model: { readonly name: string; readonly files: readonly string[] } | undefined): Promise<object> {
  if (model === undefined) throw new BadInput('bench keep: --model is missing; give a model folder, such as one that make-weights wrote')
  await lab.choose(model.files)
  const idle = await withMemory(() => Promise.resolve())
  const folder = await withMemory(() => lab.run({ verb: 'bench-keep' }))
  const hub = await startHub(Object.fromEntries(model.files.map((path) => [basename(path), readFileSync(path)])), { redirects: true })
  try {
    const network = await withMemory(() => lab.run({ verb: 'bench-keep', mirror: hub.origin }))
    const cases = (from: string, { value, peakMB }: { value: KeepFigures; peakMB: number }) => {
      const one = (op: string, ours: number, unit: string) => ({ shape: `${Math.round(value.bytes / MB)} MB from ${from}`, op, ours, unit, peers: {} })
      return [
        one('look up', value.inspectSeconds, 's'), one('keep', value.addSeconds, 's'), one('keep', value.bytes / MB / value.addSeconds, 'MB/s'),
        one('open again', value.openSeconds, 's'), one('read every tensor', value.readSeconds, 's'), one('read every tensor', value.bytes / MB / value.readSeconds, 'MB/s'),
        one('peak memory of the tab', peakMB, 'MB'), one('of it before', idle.peakMB, 'MB'),
      ]
    }
    return { name: 'keep', adapter: '', peak: 0, cases: [...cases('a folder', folder), ...cases('a hub, hashed', network)], ratios: {} }
  } finally {
    await hub.close()
  }
}
