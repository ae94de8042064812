// How long recorded work will take, learnt from how long submitted work took: what is submitted stays short, and little of it waits.

/** What a dispatch does: floating-point operations, and bytes read or written. */
export interface Cost {
  readonly flops: number
  readonly bytes: number
  /** how many times longer its operations take than a product's; 1 when left out */
  readonly slowness?: number
}

/** A submit aims at half of what the window system may be kept waiting. */
const TARGET_MS = 100
const IN_FLIGHT = 3
const LEAST_MS = 1 // guesses below this are mostly overhead
const MEMORY = 0.7
/** What one submit may teach, and all together: compiling, and a machine that is busy with other work, are not the GPU's pace. */
const STEP = 2
const SLOWEST = 8
const FASTEST = 1 / 4096
/** Products below this are not cut. */
const LEAST_OPERATIONS = 1e8
/** Cautious first guesses, per millisecond; the ratio between them stays, the pace is learnt. */
const FIRST = { software: { flops: 1e7, bytes: 4e6 }, hardware: { flops: 1e9, bytes: 1e8 } }

export class Pace {
  readonly #guess: { readonly flops: number; readonly bytes: number }
  #inFlight = 0
  #waiting: (() => void)[] = []
  #lastDone = 0
  #factor = 1
  #longest = 0

  constructor(readonly device: GPUDevice, software: boolean, readonly now: () => number) {
    this.#guess = software ? FIRST.software : FIRST.hardware
  }

  /** Milliseconds by the first guess; `due` corrects it by what was measured. */
  guess({ flops, bytes, slowness = 1 }: Cost): number {
    return (flops * slowness) / this.#guess.flops + bytes / this.#guess.bytes
  }

  /** Dispatches that work of this cost is to be cut into, by what was measured. */
  parts(cost: Cost): number {
    return Math.max(1, Math.ceil((this.guess(cost) * this.#factor) / TARGET_MS))
  }

  /** Operations that one dispatch may hold, by what was measured. */
  get operations(): number {
    return Math.max(LEAST_OPERATIONS, (TARGET_MS * this.#guess.flops) / this.#factor)
  }

  /** Whether work of `guessed` milliseconds is due for submission. */
  due(guessed: number): boolean {
    return guessed * this.#factor > TARGET_MS
  }

  /** What was dispatched since the device was opened, as its kernels stated it. */
  readonly dispatched = { flops: 0, bytes: 0, dispatches: 0, submits: 0 }

  count(cost: Cost | undefined): void {
    this.dispatched.dispatches++
    this.dispatched.flops += cost?.flops ?? 0
    this.dispatched.bytes += cost?.bytes ?? 0
  }

  /** Milliseconds of the longest submit so far that compiled nothing, from its start on the queue to its end as this worker saw it: never less than the GPU's own time. */
  get longest(): number {
    return this.#longest
  }

  resetLongest(): void {
    this.#longest = 0
  }

  /** To be called after each submit, with the guess of its work, how much of that was stated by kernels, and whether it waits for a kernel to be compiled. */
  submitted(guessed: number, stated: number, compiled: boolean): void {
    const began = this.now()
    const telling = stated >= guessed / 2 // else there is nothing to learn from
    this.#inFlight++
    this.dispatched.submits++
    this.device.queue.onSubmittedWorkDone().then(() => this.#done(guessed, began, telling, compiled), () => this.#done(0, began, false, true))
  }

  /** Resolves when few submits are under way. */
  async room(): Promise<void> {
    while (this.#inFlight >= IN_FLIGHT) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #done(guessed: number, began: number, telling: boolean, compiled: boolean): void {
    const ended = this.now()
    const took = ended - Math.max(began, this.#lastDone)
    this.#lastDone = ended
    this.#inFlight--
    if (compiled) return this.#release()
    this.#longest = Math.max(this.#longest, took)
    if (guessed > LEAST_MS && telling) {
      const found = Math.min(this.#factor * STEP, Math.max(this.#factor / STEP, took / guessed))
      this.#factor = Math.min(SLOWEST, Math.max(FASTEST, this.#factor ** MEMORY * found ** (1 - MEMORY)))
    }
    this.#release()
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
