// Rollouts with a key-value cache: each prompt is computed once, its cache shared by its group; tokens are drawn on the GPU, several per submit.
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { gather, pick } from '../kernels/gather/gather.ts'
import { segmentsOf } from '../kernels/log_softmax/log_softmax.ts'
import { rmsNorm } from '../kernels/rmsnorm/rmsnorm.ts'
import type { SamplingShape } from '../kernels/sampling/sampling.ts'
import { sample } from '../kernels/sampling/sampling.ts'
import { forward } from './forward.ts'
import type { Model, Version } from './model.ts'
import { project } from './weight.ts'

export interface Prompt {
  readonly key: number
  readonly ids: readonly number[]
}

export interface Draw {
  readonly groupSize: number
  readonly maxNewTokens: number
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly stops: readonly number[]
  readonly seed: number
  readonly step: number
  readonly version: Version
}

export interface Generated {
  readonly prompt: number
  readonly member: number
  readonly ids: readonly number[]
  readonly logps: readonly number[]
}

const PREFILL_ROWS = 4096
const LOGITS_ELEMENTS = 1 << 23
const CACHE_BYTES = 1 << 28
const TOKENS_PER_SUBMIT = 8

/** Rollouts of every prompt, in the prompts' order, members 0 … groupSize − 1 of each. What a rollout draws depends on (seed, step, prompt key, member) alone. */
export async function generate(model: Model, prompts: readonly Prompt[], draw: Draw): Promise<Generated[]> {
  const { config } = model
  prompts.forEach(({ ids }, i) => {
    if (ids.length === 0) throw new Error(`generate: prompt ${i} has no tokens`)
    const length = ids.length + draw.maxNewTokens
    if (length > config.maxPositions) throw new Error(`generate: prompt ${i} has ${ids.length} tokens and maxNewTokens is ${draw.maxNewTokens}, but the model has ${config.maxPositions} positions; lower maxNewTokens`)
    const wrong = ids.find((id) => id >= config.vocabulary)
    if (wrong !== undefined) throw new Error(`generate: prompt ${i} holds token ${wrong}, but the vocabulary has ${config.vocabulary}; the tokenizer is of another model`)
  })
  const out: Generated[] = []
  for (const [first, last] of passes(model, prompts, draw)) out.push(...(await new Pass(model, prompts.slice(first, last), draw, first).run()))
  return out
}

/** Cuts prompts into passes whose logits and cache stay within bounds. */
function passes({ config }: Model, prompts: readonly Prompt[], { groupSize, maxNewTokens }: Draw): [number, number][] {
  const maxSlots = Math.max(groupSize, Math.floor(LOGITS_ELEMENTS / config.vocabulary))
  const maxRows = Math.floor(CACHE_BYTES / (config.layers * 2 * config.kvHeads * config.headDim * 4))
  const cuts: [number, number][] = []
  let first = 0
  let rows = 0
  prompts.forEach(({ ids }, i) => {
    const added = ids.length + groupSize * maxNewTokens
    if (i > first && ((i - first + 1) * groupSize > maxSlots || rows + added > maxRows)) {
      cuts.push([first, i])
      first = i
      rows = 0
    }
    rows += added
  })
  if (prompts.length > 0) cuts.push([first, prompts.length])
  return cuts
}

class Pass {
  readonly #gpu: Gpu
  readonly #promptStarts: number[] = []
  readonly #promptRows: number
  readonly #slots: number
  readonly #cache: readonly Tensor[]
  readonly #tokens: Tensor
  readonly #logps: Tensor
  readonly #lengths: Tensor
  readonly #stops: Tensor
  readonly #owned: Tensor[] = []

  constructor(readonly model: Model, readonly prompts: readonly Prompt[], readonly draw: Draw, readonly firstPrompt: number) {
    const { config, gpu, activations } = model
    this.#gpu = gpu
    let rows = 0
    for (const { ids } of prompts) {
      this.#promptStarts.push(rows)
      rows += ids.length
    }
    this.#promptRows = rows
    this.#slots = prompts.length * draw.groupSize
    const width = 2 * config.kvHeads * config.headDim
    const all = rows + this.#slots * draw.maxNewTokens
    this.#cache = Array.from({ length: config.layers }, (_, l) => activations.get(`cache ${l}`, all * width))
    this.#tokens = activations.get('drawn tokens', this.#slots * draw.maxNewTokens)
    this.#logps = activations.get('drawn logps', this.#slots * draw.maxNewTokens)
    this.#lengths = this.#own(gpu.upload('batches', new Uint32Array(this.#slots)))
    this.#stops = this.#own(gpu.upload('batches', Uint32Array.from(draw.stops.length > 0 ? draw.stops : [0])))
  }

  async run(): Promise<Generated[]> {
    const { maxNewTokens } = this.draw
    const recording = this.#gpu.record()
    this.#prefill(recording)
    let active = Array.from({ length: this.#slots }, (_, slot) => slot)
    for (let position = 1; position < maxNewTokens && active.length > 0; ) {
      const count = Math.min(TOKENS_PER_SUBMIT, maxNewTokens - position)
      this.#decode(recording, active, position, count)
      position += count
      recording.submit()
      const lengths = await this.#gpu.readU32(this.#lengths, this.#slots)
      active = active.filter((slot) => lengths[slot] === 0)
    }
    recording.submit()
    const generated = await this.#collect()
    for (const tensor of this.#owned) this.#gpu.free(tensor)
    return generated
  }

  #own(tensor: Tensor): Tensor {
    this.#owned.push(tensor)
    return tensor
  }

  /** What chance knows of a slot besides its row: slot, prompt key, member. */
  #identity(slot: number): [number, number, number] {
    const prompt = Math.floor(slot / this.draw.groupSize)
    return [slot, (this.prompts[prompt]?.key ?? 0) >>> 0, slot % this.draw.groupSize]
  }

  /** Computes every prompt once into the cache and draws each rollout's first token from its prompt's last row. */
  #prefill(recording: Recording): void {
    const { config, activations } = this.model
    const tops = activations.get('prompt tops', this.prompts.length * config.hidden)
    for (let first = 0; first < this.prompts.length; ) {
      let last = first
      let rows = 0
      do rows += this.prompts[last++]?.ids.length ?? 0
      while (last < this.prompts.length && rows + (this.prompts[last]?.ids.length ?? 0) <= PREFILL_ROWS)
      this.#prefillPart(recording, first, last, tops)
      first = last
    }
    const rows = Array.from({ length: this.#slots }, (_, slot) => [Math.floor(slot / this.draw.groupSize), ...this.#identity(slot)]).flat()
    this.#drawTokens(recording, tops, this.prompts.length, this.#own(this.#gpu.upload('batches', Uint32Array.from(rows))), this.#slots, 0)
  }

  #prefillPart(recording: Recording, first: number, last: number, tops: Tensor): void {
    const { hidden } = this.model.config
    const members = this.prompts.slice(first, last)
    const tokens = members.flatMap(({ ids }) => [...ids])
    const positions = members.flatMap(({ ids }) => ids.map((_, i) => i))
    const starts = this.#promptStarts.slice(first, last)
    const slots = members.flatMap(({ ids }, i) => ids.map((_, j) => (starts[i] ?? 0) + j))
    const spans = members.flatMap(({ ids }, i) => ids.flatMap((_, j) => [0, 0, starts[i] ?? 0, (starts[i] ?? 0) + j + 1]))
    const lastRows = members.map(({ ids }, i) => (starts[i] ?? 0) - (starts[0] ?? 0) + ids.length - 1)
    const up = (values: readonly number[]): Tensor => this.#own(this.#gpu.upload('batches', Uint32Array.from(values)))
    const batch = { rows: tokens.length, tokens: up(tokens), positions: up(positions), slots: up(slots), spans: up(spans), length: Math.max(...members.map(({ ids }) => ids.length)) }
    const top = forward(recording, this.model, batch, { version: this.draw.version, keep: false, cache: this.#cache })
    const gathered = this.model.activations.get('prompt tops part', members.length * hidden)
    gather(recording, top, up(lastRows), gathered, members.length, hidden)
    recording.copy(gathered, tops, members.length * hidden, 0, first * hidden)
  }

  /** Records `count` tokens of the running slots, from `position` on; a slot that ends on the way is computed on and ignored. */
  #decode(recording: Recording, active: readonly number[], position: number, count: number): void {
    const { groupSize, maxNewTokens } = this.draw
    const rows = active.length
    const own = (values: readonly number[]): Tensor => this.#own(this.#gpu.upload('batches', Uint32Array.from(values)))
    const identities = own(active.flatMap((slot, row) => [row, ...this.#identity(slot)]))
    const prompts = active.map((slot) => {
      const prompt = Math.floor(slot / groupSize)
      return { start: this.#promptStarts[prompt] ?? 0, length: this.prompts[prompt]?.ids.length ?? 0 }
    })
    const longest = Math.max(...prompts.map(({ length }) => length))
    const tokens = this.model.activations.get('decode tokens', rows)
    for (let at = position; at < position + count; at++) {
      const caches = active.map((slot) => this.#promptRows + slot * maxNewTokens)
      pick(recording, this.#tokens, own(active.map((slot) => slot * maxNewTokens + at - 1)), tokens, rows)
      const batch = {
        rows, tokens, length: longest + at, positions: own(prompts.map(({ length }) => length + at - 1)), slots: own(caches.map((start) => start + at - 1)),
        spans: own(prompts.flatMap(({ start, length }, i) => [start, start + length, caches[i] ?? 0, (caches[i] ?? 0) + at])),
      }
      const top = forward(recording, this.model, batch, { version: this.draw.version, keep: false, cache: this.#cache })
      this.#drawTokens(recording, top, rows, identities, rows, at)
    }
  }

  /** Final norm and head of `logitsRows` rows of `top`, then one token for each of `count` identities. */
  #drawTokens(recording: Recording, top: Tensor, logitsRows: number, rows: Tensor, count: number, position: number): void {
    const { config, activations, base } = this.model
    const { draw } = this
    const { hidden, vocabulary } = config
    const normed = activations.get('normed', logitsRows * hidden)
    rmsNorm(recording, top, base.of('norm', draw.version.base), normed, activations.get('rstd', logitsRows), { rows: logitsRows, width: hidden, eps: config.normEps })
    const logits = activations.get('logits', logitsRows * vocabulary)
    project(recording, normed, logits, { m: logitsRows, weight: this.model.head(draw.version) })
    recording.spend(2 * logitsRows * vocabulary * hidden)
    const partials = activations.get('softmax partials', logitsRows * segmentsOf(vocabulary) * 4)
    const thresholds = activations.get('thresholds', logitsRows)
    const shape: SamplingShape = { ...draw, count, logitsRows, vocabulary, stopCount: draw.stops.length, capacity: draw.maxNewTokens, position }
    sample(recording, { logits, partials, thresholds, rows, stops: this.#stops, tokens: this.#tokens, logps: this.#logps, lengths: this.#lengths }, shape)
  }

  async #collect(): Promise<Generated[]> {
    const { groupSize, maxNewTokens } = this.draw
    const [tokens, logps, lengths] = await Promise.all([
      this.#gpu.readU32(this.#tokens, this.#slots * maxNewTokens), this.#gpu.read(this.#logps, this.#slots * maxNewTokens), this.#gpu.readU32(this.#lengths, this.#slots),
    ])
    return Array.from({ length: this.#slots }, (_, slot) => {
      const [from, to] = [slot * maxNewTokens, slot * maxNewTokens + (lengths[slot] ?? 0)]
      return { prompt: this.firstPrompt + Math.floor(slot / groupSize), member: slot % groupSize, ids: [...tokens.subarray(from, to)], logps: [...logps.subarray(from, to)] }
    })
  }
}
