// Compiled kernels of one device by name, source constants and all: each is made once.
import type { Constants, Kernel } from './gpu.ts'
import { unroll } from './unroll.ts'

const ENABLE = /^enable \w+;$/gm

export class Kernels {
  readonly #known = new Map<string, Kernel>()

  /** how many were made so far */
  get made(): number {
    return this.#known.size
  }

  constructor(readonly device: GPUDevice) {}

  of(name: string, source: string, constants: Constants): Kernel {
    const header = Object.entries(constants).map(([key, value]) => `const ${key} = ${typeof value === 'number' ? `${value}u` : value};`).join(' ')
    const key = `${name} ${header}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const text = unroll(source, constants)
    const directives = text.match(ENABLE)?.join('\n') ?? '' // WGSL wants them before everything else
    const module = this.device.createShaderModule({ label: key, code: `${directives}\n${header}\n${text.replaceAll(ENABLE, '')}` })
    const pipeline = this.device.createComputePipeline({ label: key, layout: 'auto', compute: { module, entryPoint: 'main' } })
    const kernel = { name, pipeline, layout: pipeline.getBindGroupLayout(0), id: this.#known.size }
    this.#known.set(key, kernel)
    return kernel
  }
}
