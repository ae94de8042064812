// The engine's benches under Dawn in Node: bundled into one file that needs Node and a dawn.node, and so runs on a machine without this repository.
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { openGpu } from '../../workers/gpu/device.ts'
import type { Gpu } from '../../workers/gpu/gpu.ts'
import { benchPeak } from '../../workers/gpu/peak.bench.ts'
import { benchMatmul } from '../../workers/kernels/matmul/matmul.bench.ts'
import { benchDecode } from '../../workers/model/generate.bench.ts'
import { QWEN25_05B } from '../../workers/training/randomModel.ts'
import { benchStep } from '../../workers/training/step.bench.ts'

/** What `dawn.node` of the npm package `webgpu` exports. */
interface Dawn {
  readonly create: (flags: string[]) => GPU
  readonly globals: Readonly<Record<string, unknown>>
}

/** One whole step of Qwen2.5-0.5B's shape: 2 prompts × 4 rollouts, 96 prompt and 32 completion tokens. */
const STEP = { config: QWEN25_05B, weights: 'f16', rank: 8, checkpointing: 'auto', prompts: 2, groupSize: 4, promptTokens: 96, maxNewTokens: 32 } as const

/** Each on a device of its own. */
const BENCHES: Readonly<Record<string, (api: GPU) => Promise<unknown>>> = {
  peak: (api) => withGpu(api, benchPeak),
  matmul: (api) => withGpu(api, benchMatmul),
  decode: benchDecode,
  'step-0.5b': (api) => withGpu(api, (gpu) => benchStep(gpu, STEP, () => performance.now(), (line) => console.error(line))),
}

async function withGpu<T>(api: GPU, work: (gpu: Gpu) => Promise<T>): Promise<T> {
  const { gpu, adapter } = await openGpu(api)
  console.error([adapter.vendor, adapter.architecture, adapter.description].filter((part) => part !== '').join(' '))
  try {
    return await work(gpu)
  } finally {
    gpu.device.destroy()
  }
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
    console.error(`bench ${name}`)
    benches.push(await bench(api))
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
