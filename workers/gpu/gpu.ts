// The device with its named, counted buffers and its compiled kernels: all that kernels and the model see of WebGPU. Touches no browser global.
import type { KernelProfile } from '../../src/protocol/device.ts'
import { Bindings } from './bindings.ts'
import { type BufferCount, Buffers } from './buffers.ts'
import { Kernels } from './kernels.ts'
import { type Cost, Pace } from './pace.ts'
import { laidOut, type Words } from './pack.ts'
import { Profiler } from './profiler.ts'

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
  readonly layout: GPUBindGroupLayout
  /** unique on its GPU */
  readonly id: number
}

/** Read-only words that were uploaded together under names; `whole` is what `free` takes. */
export interface Packing<K extends string> {
  readonly whole: Tensor
  readonly parts: Readonly<Record<K, Tensor>>
}

const STORAGE = 0x80 | 0x4 | 0x8 // STORAGE | COPY_SRC | COPY_DST, spelt out because Dawn in Node has no GPUBufferUsage global
const UNSTATED_BYTES = 2048 // of a workgroup of a kernel that states no cost: 64 lanes, four words in and four out

export class Gpu {
  readonly pace: Pace
  /** The largest binding in bytes: what the adapter allows. Tests set it lower, to shard what would be whole. */
  bindingLimit: number
  readonly #buffers: Buffers
  readonly #bindings: Bindings
  readonly #kernels: Kernels
  #compiled = 0
  /** recordings with commands that were not submitted yet */
  readonly #open = new Set<Recording>()
  #profiler: Profiler | undefined
  #pauses = 0

  /** `architecture` as the adapter reports it (`swiftshader` for the software adapter): kernels choose variants by it. */
  constructor(readonly device: GPUDevice, readonly architecture: string) {
    this.bindingLimit = Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize)
    this.pace = new Pace(device, architecture === 'swiftshader', () => performance.now())
    this.#kernels = new Kernels(device)
    this.#buffers = new Buffers(device)
    this.#bindings = new Bindings(device, this.#buffers, (pages) => {
      for (const page of pages) this.#buffers.free(page, this.#open.size > 0)
    })
  }

  /** A zeroed buffer of `elements` 4-byte words, counted under `purpose`. */
  tensor(purpose: string, elements: number): Tensor {
    const { tensor, dirty } = this.#take(purpose, elements)
    if (dirty) {
      const encoder = this.device.createCommandEncoder()
      encoder.clearBuffer(tensor.buffer)
      this.device.queue.submit([encoder.finish()])
    }
    return tensor
  }

  /** The same with whatever contents: for what is written before it is read. */
  room(purpose: string, elements: number): Tensor {
    return this.#take(purpose, elements).tensor
  }

  /** A buffer holding `data`. */
  upload(purpose: string, data: Words): Tensor {
    const tensor = this.room(purpose, data.length)
    this.write(tensor, data)
    return tensor
  }

  /** One buffer holding all of `data`, each part a tensor of its own. No kernel may write any of them: they are one buffer to WebGPU. */
  pack<K extends string>(purpose: string, data: Readonly<Record<K, Words>>): Packing<K> {
    const { all, offsets } = laidOut(Object.values(data))
    const whole = this.upload(purpose, all)
    const parts = Object.fromEntries((Object.entries(data) as [K, Words][]).map(([name, words], i) => [name, { buffer: whole.buffer, offset: offsets[i] ?? 0, size: Math.max(4, words.length) * 4 }]))
    return { whole, parts: parts as Record<K, Tensor> }
  }

  write(tensor: Tensor, data: Words, elementOffset = 0): void {
    if (data.length > 0) this.device.queue.writeBuffer(tensor.buffer, tensor.offset + elementOffset * 4, data.buffer, data.byteOffset, data.byteLength)
  }

  /** Gives a buffer back; commands that were recorded before still find it. */
  free(tensor: Tensor): void {
    this.#buffers.free(tensor.buffer, this.#open.size > 0)
  }

  /** Gives a buffer back that is not worth keeping: destroyed as soon as no recorded command may use it. */
  discard(tensor: Tensor): void {
    this.#buffers.free(tensor.buffer, this.#open.size > 0, false)
  }

  /** Destroys buffers that were freed and kept for reuse, and those that commands still recorded may use. */
  trim(): void {
    this.#buffers.trim()
  }

  /** Bytes of every buffer that exists, by purpose. */
  get bytes(): Readonly<Record<string, number>> {
    return this.#buffers.count.bytes
  }

  get memory(): BufferCount {
    return this.#buffers.count
  }

  resetPeak(): void {
    this.#buffers.resetPeak()
  }

  /** Compiles `source` with `constants` in front of it (and any `enable` lines in front of them), once. */
  kernel(name: string, source: string, constants: Constants = {}): Kernel {
    return this.#kernels.of(name, source, constants)
  }

  /** Starts recording commands. Long work is submitted in parts as it is recorded; `whole` waits for `submit` with all of it. */
  record(whole = false): Recording {
    return new Recording(this, whole)
  }

  /** Records and submits what `work` records; when it throws, what was not submitted by then is dropped. */
  async recorded(work: (recording: Recording) => Promise<void>): Promise<void> {
    const recording = this.record()
    try {
      await work(recording)
      recording.submit()
    } finally {
      recording.abandon()
    }
  }

  /** Times every dispatch from now on, or no longer; what was collected is dropped. Says whether the adapter can. */
  profile(on: boolean): boolean {
    const available = this.device.features.has('timestamp-query')
    this.#profiler?.free()
    this.#profiler = on && available ? new Profiler(this.device, this.#buffers) : undefined
    return available
  }

  /** What is to be told of dispatches, while they are timed. */
  get profiler(): Profiler | undefined {
    return this.#pauses > 0 ? undefined : this.#profiler
  }

  /** Work that no profile shall hold. */
  async unprofiled<T>(work: () => Promise<T>): Promise<T> {
    this.#pauses++
    return work().finally(() => this.#pauses--)
  }

  async kernelTimes(): Promise<Pick<KernelProfile, 'available' | 'kernels'>> {
    return { available: this.device.features.has('timestamp-query'), kernels: (await this.#profiler?.times()) ?? [] }
  }

  /** Reads `count` words back; resolves once all submitted work before it is done. */
  async read(tensor: Tensor, count = tensor.size / 4, elementOffset = 0): Promise<Float32Array> {
    return new Float32Array(await this.#buffers.read(tensor.buffer, tensor.offset + elementOffset * 4, count * 4))
  }

  async readU32(tensor: Tensor, count = tensor.size / 4, elementOffset = 0): Promise<Uint32Array> {
    return new Uint32Array(await this.#buffers.read(tensor.buffer, tensor.offset + elementOffset * 4, count * 4))
  }

  #take(purpose: string, elements: number): { tensor: Tensor; dirty: boolean } {
    const size = Math.max(4, Math.ceil(elements)) * 4
    if (size > this.bindingLimit) {
      throw new Error(`buffer ${purpose} needs ${size} bytes, but this adapter binds at most ${this.bindingLimit}; choose a smaller model, shorter completions or smaller batches`)
    }
    const { buffer, dirty } = this.#buffers.take(purpose, size, STORAGE)
    return { tensor: { buffer, offset: 0, size }, dirty }
  }

  /** The bind group of these tensors and uniforms for this kernel. */
  bind(kernel: Kernel, tensors: readonly Tensor[], uniforms: readonly Uniform[]): GPUBindGroup {
    return this.#bindings.of(kernel, tensors, uniforms)
  }

  /** Marks a recording as holding commands, so that nothing they use is reused or destroyed. */
  opened(recording: Recording): void {
    this.#open.add(recording)
  }

  /** Marks a recording as holding none, and settles what was freed meanwhile. */
  closed(recording: Recording): void {
    this.#open.delete(recording)
    this.#buffers.sweep(this.#open.size > 0)
  }

  /** Submits a recording's commands, and settles what was freed meanwhile. */
  submit(recording: Recording, commands: GPUCommandBuffer, guessed: number, stated: number): void {
    this.#bindings.flush()
    this.device.queue.submit([commands])
    this.closed(recording)
    // the first use of a kernel waits for its compilation: that is no pace
    this.pace.submitted(guessed, stated, this.#kernels.made > this.#compiled)
    this.#compiled = this.#kernels.made
  }
}

/** Commands on their way to the GPU: dispatches and copies in the order of the calls. */
export class Recording {
  #encoder: GPUCommandEncoder | undefined
  #guessed = 0
  #stated = 0
  #pass: GPUComputePassEncoder | undefined

  constructor(readonly gpu: Gpu, readonly whole: boolean) {}

  /** Binds `tensors` to 0 … n−1 and the uniforms to n, and dispatches; a zero-sized grid dispatches nothing. `cost` is what it does, for profiles and pace. */
  dispatch(kernel: Kernel, tensors: readonly Tensor[], uniforms: readonly Uniform[], grid: readonly [number, number?, number?], cost?: Cost): void {
    const [x, y = 1, z = 1] = grid
    if (x === 0 || y === 0 || z === 0) return
    const { gpu } = this
    const limit = gpu.device.limits.maxComputeWorkgroupsPerDimension
    if (x > limit || y > limit || z > limit) throw new Error(`kernel ${kernel.name}: a grid of ${x} × ${y} × ${z} workgroups exceeds this adapter's ${limit} a side; use smaller micro-batches`)
    const group = gpu.bind(kernel, tensors, uniforms)
    const encoder = this.#commands()
    const { profiler } = gpu
    if (profiler !== undefined) this.#endPass()
    this.#pass ??= encoder.beginComputePass(profiler === undefined ? {} : { timestampWrites: profiler.next(kernel.name, cost) })
    this.#pass.setPipeline(kernel.pipeline)
    this.#pass.setBindGroup(0, group)
    this.#pass.dispatchWorkgroups(x, y, z)
    const guess = gpu.pace.guess(cost ?? { flops: 0, bytes: x * y * z * UNSTATED_BYTES })
    this.#guessed += guess
    if (cost !== undefined) this.#stated += guess
    gpu.pace.count(cost)
    if (!this.whole && gpu.pace.due(this.#guessed)) this.submit()
  }

  /** Copies `elements` words (all that fit when left out). */
  copy(source: Tensor, target: Tensor, elements = Math.min(source.size, target.size) / 4, sourceOffset = 0, targetOffset = 0): void {
    this.#endPass()
    this.#commands().copyBufferToBuffer(source.buffer, source.offset + sourceOffset * 4, target.buffer, target.offset + targetOffset * 4, elements * 4)
    this.#guessed += this.gpu.pace.guess({ flops: 0, bytes: elements * 8 })
  }

  /** Zeroes the first `elements` words (all when left out). */
  clear(tensor: Tensor, elements = tensor.size / 4): void {
    this.#endPass()
    this.#commands().clearBuffer(tensor.buffer, tensor.offset, elements * 4)
    this.#guessed += this.gpu.pace.guess({ flops: 0, bytes: elements * 4 })
  }

  /** Submits what was recorded; recording may go on afterwards. */
  submit(): void {
    if (this.#encoder === undefined) return
    this.#endPass()
    const collect = this.gpu.profiler?.resolve(this.#encoder)
    this.gpu.submit(this, this.#encoder.finish(), this.#guessed, this.#stated)
    collect?.()
    this.#reset()
  }

  /** Drops what was recorded and not submitted, if anything: an open recording would hold back every buffer that is freed. */
  abandon(): void {
    if (this.#encoder === undefined) return
    this.#endPass()
    this.gpu.profiler?.drop()
    this.gpu.closed(this)
    this.#reset()
  }

  #reset(): void {
    this.#encoder = undefined
    this.#guessed = 0
    this.#stated = 0
  }

  #commands(): GPUCommandEncoder {
    if (this.#encoder === undefined) this.gpu.opened(this)
    this.#encoder ??= this.gpu.device.createCommandEncoder()
    return this.#encoder
  }

  #endPass(): void {
    this.#pass?.end()
    this.#pass = undefined
  }
}
