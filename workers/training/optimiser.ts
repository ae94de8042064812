// AdamW over whatever of the policy is trained, its state kept, restored and carried across restarts, bit for bit.
import type { Optimiser } from '../../src/protocol/policy.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import type { Moments } from '../kernels/adamw/adamw.ts'
import { adamw, gradientNorm, normScratch } from '../kernels/adamw/adamw.ts'

interface Snapshot {
  readonly step: number
  readonly tensors: readonly Tensor[]
}

export class OptimiserState {
  /** [4]: (gradient norm, clip factor, 1 when finite, 0) of the last step */
  readonly state: Tensor
  readonly #scratch: Tensor
  readonly #snapshots = new Map<string, Snapshot>()
  #step = 0

  constructor(readonly gpu: Gpu, readonly parts: readonly Moments[]) {
    this.state = gpu.tensor('optimiser state', 4)
    this.#scratch = gpu.tensor('optimiser state', normScratch(parts.map(({ count }) => count)))
  }

  clearGradients(recording: Recording): void {
    for (const { grads } of this.parts) recording.clear(grads)
  }

  /** Clips the accumulated gradients by their global norm and steps; a gradient that is not finite changes nothing. */
  step(recording: Recording, options: Optimiser): void {
    this.#step++
    gradientNorm(recording, this.parts, this.#scratch, this.state, options.maxGradNorm)
    for (const part of this.parts) adamw(recording, part, this.state, options, this.#step)
  }

  /** Forgets moments and the step count. */
  reset(recording: Recording): void {
    this.#step = 0
    for (const { m, v } of this.parts) {
      recording.clear(m)
      recording.clear(v)
    }
  }

  /** Bytes of graphics memory that `keep` takes for this name: none where it is kept already. */
  bytesToKeep(name: string): number {
    return this.#snapshots.has(name) ? 0 : this.#live().reduce((sum, { size }) => sum + size, 0)
  }

  keep(recording: Recording, name: string): void {
    const old = this.#snapshots.get(name)
    const tensors = old?.tensors ?? this.#live().map((tensor) => this.gpu.tensor('kept checkpoints', tensor.size / 4))
    this.#live().forEach((tensor, i) => recording.copy(tensor, tensors[i] ?? tensor))
    this.#snapshots.set(name, { step: this.#step, tensors })
  }

  restore(recording: Recording, name: string): void {
    const kept = this.#snapshots.get(name)
    if (kept === undefined) throw new Error(`checkpoint ${name} was never kept; kept are ${[...this.#snapshots.keys()].join(', ') || 'none'}`)
    this.#live().forEach((tensor, i) => recording.copy(kept.tensors[i] ?? tensor, tensor))
    this.#step = kept.step
  }

  /** Weights, first and second moments of every part, with the step count and whole numbers of the caller's in front: [step, …front, …]. */
  async download(front: readonly number[] = []): Promise<ArrayBuffer> {
    const parts = await Promise.all(this.#live().map((tensor) => this.gpu.read(tensor)))
    const whole = new Float32Array(1 + front.length + parts.reduce((sum, { length }) => sum + length, 0))
    whole.set([this.#step, ...front])
    let at = 1 + front.length
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole.buffer
  }

  /** The way back; returns the `front` numbers that stood there. */
  upload(bytes: ArrayBuffer, front = 0): number[] {
    const whole = this.#read(bytes, front)
    this.#step = whole[0] ?? 0
    let at = 1 + front
    for (const tensor of this.#live()) {
      this.gpu.write(tensor, whole.subarray(at, at + tensor.size / 4))
      at += tensor.size / 4
    }
    return [...whole.subarray(1, 1 + front)]
  }

  /** Bytes of graphics memory that `standIn` takes. */
  get bytesToStandIn(): number {
    return this.parts.reduce((sum, { weights }) => sum + weights.size, 0)
  }

  /** Puts the weights of `download`'s bytes in the place of the present ones until what is returned is called; moments and the step count stay. */
  standIn(bytes: ArrayBuffer, front = 0): () => void {
    const whole = this.#read(bytes, front)
    const recording = this.gpu.record()
    const copies = this.parts.map(({ weights }) => this.gpu.room('kept checkpoints', weights.size / 4))
    this.parts.forEach(({ weights }, i) => recording.copy(weights, copies[i] ?? weights))
    recording.submit()
    let at = 1 + front
    for (const { weights } of this.parts) {
      this.gpu.write(weights, whole.subarray(at, at + weights.size / 4))
      at += 3 * (weights.size / 4)
    }
    return () => {
      this.parts.forEach(({ weights }, i) => recording.copy(copies[i] ?? weights, weights))
      recording.submit()
      for (const copy of copies) this.gpu.discard(copy)
    }
  }

  free(): void {
    this.gpu.free(this.state)
    this.gpu.free(this.#scratch)
    for (const { tensors } of this.#snapshots.values()) for (const tensor of tensors) this.gpu.free(tensor)
  }

  /** A checkpoint's words; throws where they are not as many as this policy's. */
  #read(bytes: ArrayBuffer, front: number): Float32Array<ArrayBuffer> {
    const expected = 4 * (1 + front + this.#live().reduce((sum, { size }) => sum + size / 4, 0))
    if (bytes.byteLength !== expected) throw new Error(`checkpoint holds ${bytes.byteLength} bytes, but this policy's is ${expected}; load the policy it was made from, with the same trainable weights`)
    return new Float32Array(bytes)
  }

  #live(): Tensor[] {
    return this.parts.flatMap(({ weights, m, v }) => [weights, m, v])
  }
}
