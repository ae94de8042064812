// The engine's benches under Dawn in Node: bundled into one file that needs Node and a dawn.node, and so runs on a machine without this repository.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { openGpu } from '../../workers/gpu/device.ts'
import type { Gpu } from '../../workers/gpu/gpu.ts'
import { benchMatmul } from '../../workers/kernels/matmul/matmul.bench.ts'

/** What `dawn.node` of the npm package `webgpu` exports. */
interface Dawn {
  readonly create: (flags: string[]) => GPU
  readonly globals: Readonly<Record<string, unknown>>
}

const BENCHES: Readonly<Record<string, (gpu: Gpu) => Promise<unknown>>> = {
  matmul: benchMatmul,
}

async function main([library, ...names]: readonly string[]): Promise<void> {
  if (library === undefined) throw new Error('no library was given; give the path of a dawn.node, then benches by name')
  const { create, globals } = createRequire(import.meta.url)(resolve(library)) as Dawn
  Object.assign(globalThis, globals)
  const api = create([])
  const benches: unknown[] = []
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const bench = BENCHES[name]
    if (bench === undefined) throw new Error(`bench ${name} does not run under Dawn; these do: ${Object.keys(BENCHES).join(', ')}`)
    const { gpu, adapter } = await openGpu(api)
    console.error(`bench ${name} on ${[adapter.vendor, adapter.architecture, adapter.description].filter((part) => part !== '').join(' ')}`)
    benches.push(await bench(gpu))
    gpu.device.destroy()
  }
  console.log(JSON.stringify({ benches }))
}

try {
  await main(process.argv.slice(2))
  process.exit(0) // Dawn's threads would keep the process
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
  process.exit(2)
}
