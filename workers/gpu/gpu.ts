// The device with its named, counted buffers and its compiled kernels: all that kernels and the model see of WebGPU. Touches no browser global.
import { unroll } from './unroll.ts'

/** A bound range of a GPU buffer, in bytes; `offset` is a multiple of 256. */
export interface Tensor {
  readonly buffer: GPUBuffer
  readonly offset: number
  readonly size: number
}

/** Values that a kernel's source sees as `const NAME = value;`. */
export type Constants = Readonly<Record<string, number | boolean>>

/** One scalar of a kernel's uniform struct: unsigned, or float when marked. */
export type Uniform = number | { readonly f32: number }

export const f32 = (value: number): Uniform => ({ f32: value })

/** A kernel: WGSL with bindings 0 … n−1 of group 0 for tensors, then its uniform struct (binding n) of 4-byte scalars. */
export interface Kernel {
  readonly name: string
  readonly pipeline: GPUComputePipeline
}

const STORAGE = 0x80 | 0x4 | 0x8 // STORAGE | COPY_SRC | COPY_DST, spelt out because Dawn in Node has no GPUBufferUsage global
const MAP_READ = 0x1 | 0x8
const UNIFORM = 0x40 | 0x8
const UNIFORM_PAGE = 1 << 18
const ENABLE = /^enable \w+;$/gm

export class Gpu {
  readonly #kernels = new Map<string, Kernel>()
  readonly #bytes = new Map<string, number>()
  readonly #owners = new Map<GPUBuffer, string>()
  readonly #uniformPages: GPUBuffer[] = []
  readonly #retired: GPUBuffer[] = []
  /** bytes of the largest tensor that this adapter holds and binds whole; larger matrices are cut into shards of rows (tests lower it) */
  bindingLimit: number

  /** `architecture` as the adapter reports it (`swiftshader` for the software adapter): kernels choose variants by it. */
  constructor(readonly device: GPUDevice, readonly architecture: string) {
    this.bindingLimit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
  }

  /** A zeroed buffer of `elements` 4-byte words, counted under `purpose`. */
  tensor(purpose: string, elements: number): Tensor {
    const size = Math.max(4, Math.ceil(elements)) * 4
    if (size > this.bindingLimit) throw new Error(`buffer ${purpose} needs ${size} bytes, but this adapter binds at most ${this.bindingLimit}; choose a smaller model, shorter completions or smaller batches`)
    const buffer = this.device.createBuffer({ label: purpose, size, usage: STORAGE })
    this.#owners.set(buffer, purpose)
    this.#bytes.set(purpose, (this.#bytes.get(purpose) ?? 0) + size)
    return { buffer, offset: 0, size }
  }

  /** A buffer holding `data`. */
  upload(purpose: string, data: Float32Array | Uint32Array | Int32Array): Tensor {
    const tensor = this.tensor(purpose, data.length)
    this.write(tensor, data)
    return tensor
  }

  write(tensor: Tensor, data: Float32Array | Uint32Array | Int32Array, elementOffset = 0): void {
    if (data.length > 0) this.device.queue.writeBuffer(tensor.buffer, tensor.offset + elementOffset * 4, data.buffer, data.byteOffset, data.byteLength)
  }

  /** Gives a buffer back; it lives until the next submit. */
  free(tensor: Tensor): void {
    const purpose = this.#owners.get(tensor.buffer)
    if (purpose === undefined) return
    this.#owners.delete(tensor.buffer)
    this.#bytes.set(purpose, (this.#bytes.get(purpose) ?? 0) - tensor.buffer.size)
    this.#retired.push(tensor.buffer)
  }

  /** Destroys what was freed: called after a submit, so that commands recorded before the freeing still find their buffers. */
  sweep(): void {
    for (const buffer of this.#retired.splice(0)) buffer.destroy()
  }

  /** Bytes in use by purpose. */
  get bytes(): Record<string, number> {
    return Object.fromEntries([...this.#bytes].filter(([, count]) => count > 0))
  }

  /** Compiles `source` with `constants` in front of it (and any `enable` lines in front of them), once. */
  kernel(name: string, source: string, constants: Constants = {}): Kernel {
    const header = Object.entries(constants).map(([key, value]) => `const ${key} = ${typeof value === 'number' ? `${value}u` : value};`).join(' ')
    const key = `${name} ${header}`
    const known = this.#kernels.get(key)
    if (known !== undefined) return known
    const text = unroll(source, constants)
    const directives = text.match(ENABLE)?.join('\n') ?? '' // WGSL wants them before everything else
    const module = this.device.createShaderModule({ label: key, code: `${directives}\n${header}\n${text.replaceAll(ENABLE, '')}` })
    const kernel = { name, pipeline: this.device.createComputePipeline({ label: key, layout: 'auto', compute: { module, entryPoint: 'main' } }) }
    this.#kernels.set(key, kernel)
    return kernel
  }

  /** Starts recording commands; nothing runs until `submit`. */
  record(): Recording {
    return new Recording(this, this.#uniformPages)
  }

  /** Reads `count` words back; resolves once all submitted work before it is done. */
  async read(tensor: Tensor, count = tensor.size / 4, elementOffset = 0): Promise<Float32Array> {
    return new Float32Array(await this.#readBytes(tensor, count, elementOffset))
  }

  async readU32(tensor: Tensor, count = tensor.size / 4, elementOffset = 0): Promise<Uint32Array> {
    return new Uint32Array(await this.#readBytes(tensor, count, elementOffset))
  }

  async #readBytes(tensor: Tensor, count: number, elementOffset: number): Promise<ArrayBuffer> {
    const size = count * 4
    if (size === 0) return new ArrayBuffer(0)
    const staging = this.device.createBuffer({ label: 'readback', size, usage: MAP_READ })
    const encoder = this.device.createCommandEncoder()
    encoder.copyBufferToBuffer(tensor.buffer, tensor.offset + elementOffset * 4, staging, 0, size)
    this.device.queue.submit([encoder.finish()])
    await staging.mapAsync(1)
    const bytes = staging.getMappedRange().slice(0)
    staging.destroy()
    return bytes
  }

  createUniformPage(): GPUBuffer {
    return this.device.createBuffer({ label: 'uniforms', size: UNIFORM_PAGE, usage: UNIFORM })
  }
}

/** Commands on their way to the GPU: dispatches and copies in the order of the calls. */
export class Recording {
  #encoder: GPUCommandEncoder
  #work = 0
  #pass: GPUComputePassEncoder | undefined
  readonly #pages: { buffer: GPUBuffer; words: ArrayBuffer; used: number }[] = []

  constructor(readonly gpu: Gpu, readonly pool: GPUBuffer[]) {
    this.#encoder = gpu.device.createCommandEncoder()
  }

  /** Binds `tensors` to 0 … n−1 and the uniforms to n, and dispatches; a zero-sized grid dispatches nothing. */
  dispatch(kernel: Kernel, tensors: readonly Tensor[], uniforms: readonly Uniform[], grid: readonly [number, number?, number?]): void {
    const [x, y = 1, z = 1] = grid
    if (x === 0 || y === 0 || z === 0) return
    const limit = this.gpu.device.limits.maxComputeWorkgroupsPerDimension
    if (x > limit || y > limit || z > limit) throw new Error(`kernel ${kernel.name}: a grid of ${x} × ${y} × ${z} workgroups exceeds this adapter's ${limit} a side; use smaller micro-batches`)
    const { buffer, offset, size } = this.#uniforms(uniforms)
    const entries = tensors.map((tensor, binding) => ({ binding, resource: { buffer: tensor.buffer, offset: tensor.offset, size: tensor.size } }))
    const group = this.gpu.device.createBindGroup({ layout: kernel.pipeline.getBindGroupLayout(0), entries: [...entries, { binding: tensors.length, resource: { buffer, offset, size } }] })
    this.#pass ??= this.#encoder.beginComputePass()
    this.#pass.setPipeline(kernel.pipeline)
    this.#pass.setBindGroup(0, group)
    this.#pass.dispatchWorkgroups(x, y, z)
  }

  /** Copies `elements` words (all that fit when left out). */
  copy(source: Tensor, target: Tensor, elements = Math.min(source.size, target.size) / 4, sourceOffset = 0, targetOffset = 0): void {
    this.#endPass()
    this.#encoder.copyBufferToBuffer(source.buffer, source.offset + sourceOffset * 4, target.buffer, target.offset + targetOffset * 4, elements * 4)
  }

  /** Zeroes the first `elements` words (all when left out). */
  clear(tensor: Tensor, elements = tensor.size / 4): void {
    this.#endPass()
    this.#encoder.clearBuffer(tensor.buffer, tensor.offset, elements * 4)
  }

  /** Submits what was recorded; recording may go on afterwards. */
  submit(): void {
    this.#endPass()
    for (const page of this.#pages) this.gpu.device.queue.writeBuffer(page.buffer, 0, page.words, 0, page.used)
    this.gpu.device.queue.submit([this.#encoder.finish()])
    // Queue order makes reuse safe: a later writeBuffer runs after this submit.
    for (const page of this.#pages) this.pool.push(page.buffer)
    this.#pages.length = 0
    this.gpu.sweep()
    this.#encoder = this.gpu.device.createCommandEncoder()
    this.#work = 0
  }

  /** Counts floating-point operations recorded, and submits when they would hold the GPU for long: drivers reset one that is busy for seconds. */
  spend(operations: number): void {
    this.#work += operations
    if (this.#work > (this.gpu.architecture === 'swiftshader' ? 1e9 : 4e10)) this.submit()
  }

  #endPass(): void {
    this.#pass?.end()
    this.#pass = undefined
  }

  #uniforms(values: readonly Uniform[]): { buffer: GPUBuffer; offset: number; size: number } {
    const size = Math.max(16, Math.ceil(values.length / 4) * 16)
    let page = this.#pages.at(-1)
    if (page === undefined || page.used + size > UNIFORM_PAGE) {
      page = { buffer: this.pool.pop() ?? this.gpu.createUniformPage(), words: new ArrayBuffer(UNIFORM_PAGE), used: 0 }
      this.#pages.push(page)
    }
    const offset = page.used
    const view = new DataView(page.words)
    values.forEach((value, index) => {
      if (typeof value === 'number') view.setUint32(offset + index * 4, value, true)
      else view.setFloat32(offset + index * 4, value.f32, true)
    })
    page.used = Math.ceil((offset + size) / 256) * 256
    return { buffer: page.buffer, offset, size }
  }
}
