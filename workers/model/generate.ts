// Rollouts with a key-value cache: each prompt is computed once, its cache shared by its group; tokens are drawn on the GPU, several per submit.
import { PREFILL_ROWS, samplingPasses } from '../../src/domain/rooms.ts'
import type { Gpu, Recording, Tensor } from '../gpu/gpu.ts'
import { gather, pick } from '../kernels/gather/gather.ts'
import type { Chance, Drawn, Row } from './decode.ts'
import { Decoder, newestOf, stateOf } from './decode.ts'
import { forward } from './forward.ts'
import type { Model, Version } from './model.ts'

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

/** A submit's tokens: as many as take about this long, so that reading which rollouts have ended costs little beside them. */
const SUBMIT_MS = 30
const FIRST_TOKENS = 4
const MOST_TOKENS = 32

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
  const passes = samplingPasses(config, prompts.map(({ ids }) => ids.length), draw.groupSize, draw.maxNewTokens)
  for (const [first, last] of passes) out.push(...(await new Pass(model, prompts.slice(first, last), draw, first).run()))
  return out
}

/** Flattened rows of prompts on their way into the cache. */
interface Rows {
  readonly tokens: number[]
  readonly positions: number[]
  readonly slots: number[]
  readonly spans: number[]
  /** rows of this part that end a prompt, and the first such prompt */
  readonly ends: number[]
  firstEnded: number
}

class Pass {
  readonly #gpu: Gpu
  readonly #promptStarts: number[] = []
  readonly #promptRows: number
  readonly #longest: number
  readonly #slots: number
  readonly #cache: readonly Tensor[]
  readonly #drawn: Drawn
  readonly #chance: Chance
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
    this.#longest = Math.max(...prompts.map(({ ids }) => ids.length)) + draw.maxNewTokens
    this.#slots = prompts.length * draw.groupSize
    const width = 2 * config.kvHeads * config.headDim
    const all = rows + this.#slots * draw.maxNewTokens
    this.#cache = Array.from({ length: config.layers }, (_, l) => activations.get(`cache ${l}`, all * width))
    this.#drawn = {
      tokens: activations.get('drawn tokens', this.#slots * draw.maxNewTokens), logps: activations.get('drawn logps', this.#slots * draw.maxNewTokens),
      lengths: this.#upload(new Uint32Array(this.#slots)), stops: this.#upload(Uint32Array.from(draw.stops.length > 0 ? draw.stops : [0])),
    }
    this.#chance = { ...draw, capacity: draw.maxNewTokens, stopCount: draw.stops.length }
  }

  async run(): Promise<Generated[]> {
    const { model, draw } = this
    model.rotations(this.#longest) // before anything is recorded: a longer table replaces a shorter one
    const recording = this.#gpu.record()
    let decoder: Decoder | undefined
    try {
      decoder = new Decoder(recording, model, draw.version, this.#cache, this.#longest)
      this.#prefill(recording, decoder)
      await this.#decode(recording, decoder)
      return await this.#collect()
    } finally {
      recording.abandon()
      decoder?.free()
      for (const tensor of this.#owned) this.#gpu.free(tensor)
    }
  }

  #upload(values: Uint32Array): Tensor {
    const tensor = this.#gpu.upload('batches', values)
    this.#owned.push(tensor)
    return tensor
  }

  /** A slot as a row of decoding after `drawn` tokens. */
  #row(slot: number, drawn: number, logitsRow: number): Row {
    const { groupSize, maxNewTokens } = this.draw
    const prompt = Math.floor(slot / groupSize)
    return {
      start: this.#promptStarts[prompt] ?? 0, length: this.prompts[prompt]?.ids.length ?? 0, own: this.#promptRows + slot * maxNewTokens, drawn,
      logitsRow, slot, key: (this.prompts[prompt]?.key ?? 0) >>> 0, member: slot % groupSize,
    }
  }

  /** Computes every prompt once into the cache, in parts, and draws each rollout's first token from its prompt's last row. */
  #prefill(recording: Recording, decoder: Decoder): void {
    const { config, activations } = this.model
    const tops = activations.get('prompt tops', this.prompts.length * config.hidden)
    for (let first = 0; first < this.#promptRows; first += PREFILL_ROWS) this.#prefillPart(recording, this.#rowsOf(first, Math.min(this.#promptRows, first + PREFILL_ROWS)), tops)
    const rows = Array.from({ length: this.#slots }, (_, slot) => this.#row(slot, 0, Math.floor(slot / this.draw.groupSize)))
    decoder.draw(tops, this.prompts.length, this.#upload(stateOf(rows)), this.#slots, this.#drawn, this.#chance)
  }

  /** The rows [first, end) of all prompts one after another; each attends to its prompt's rows in the cache up to itself. */
  #rowsOf(first: number, end: number): Rows {
    const rows: Rows = { tokens: [], positions: [], slots: [], spans: [], ends: [], firstEnded: -1 }
    this.prompts.forEach(({ ids }, prompt) => {
      const start = this.#promptStarts[prompt] ?? 0
      for (let row = Math.max(start, first); row < Math.min(start + ids.length, end); row++) {
        rows.tokens.push(ids[row - start] ?? 0)
        rows.positions.push(row - start)
        rows.slots.push(row)
        rows.spans.push(0, 0, start, row + 1)
        if (row + 1 < start + ids.length) continue
        if (rows.ends.length === 0) rows.firstEnded = prompt
        rows.ends.push(row - first)
      }
    })
    return rows
  }

  #prefillPart(recording: Recording, rows: Rows, tops: Tensor): void {
    const { model, draw } = this
    const { hidden } = model.config
    const up = (values: readonly number[]): Tensor => this.#upload(Uint32Array.from(values))
    const batch = { rows: rows.tokens.length, tokens: up(rows.tokens), positions: up(rows.positions), slots: up(rows.slots), spans: up(rows.spans), length: this.#longest }
    const top = forward(recording, model, batch, { version: draw.version, keep: false, cache: this.#cache })
    if (rows.ends.length === 0) return
    const gathered = model.activations.get('prompt tops part', rows.ends.length * hidden)
    gather(recording, top, up(rows.ends), gathered, rows.ends.length, hidden)
    recording.copy(gathered, tops, rows.ends.length * hidden, 0, rows.firstEnded * hidden)
  }

  /**
   * Draws until every rollout has ended. Which have ended is read while the next tokens are computed, as long as none ends; those that end leave the batch.
   * A rollout that ends inside a submit is computed on until the next and ignored: nothing that is drawn depends on how tokens are cut into submits.
   */
  async #decode(recording: Recording, decoder: Decoder): Promise<void> {
    const { maxNewTokens, stops } = this.draw
    let active = Array.from({ length: this.#slots }, (_, slot) => slot)
    let state = this.#compose(recording, active, 1)
    let count = FIRST_TOKENS
    let waiting: Promise<Uint32Array> | undefined
    for (let position = 1; position < maxNewTokens && active.length > 0; ) {
      const began = performance.now()
      const tokens = Math.min(count, maxNewTokens - position)
      for (let i = 0; i < tokens; i++) decoder.step(state, active.length, this.#drawn, this.#chance)
      recording.submit()
      position += tokens
      if (stops.length === 0) {
        await this.#gpu.pace.room()
        continue
      }
      const flags = this.#gpu.readU32(this.#drawn.lengths, this.#slots)
      flags.catch(() => undefined) // where it is not awaited, the device is lost and another call says so
      if (waiting === undefined && position < maxNewTokens) {
        waiting = flags // the first submit's: the next is computed meanwhile
        continue
      }
      const lengths = await (waiting ?? flags)
      const running = active.filter((slot) => lengths[slot] === 0)
      const none = running.length === active.length
      waiting = none ? flags : undefined
      const took = (performance.now() - began) / tokens
      count = Math.max(1, Math.min(MOST_TOKENS, 2 * count, Math.round(SUBMIT_MS / took)))
      if (none) continue
      active = running
      if (active.length > 0 && position < maxNewTokens) state = this.#compose(recording, active, position)
    }
    recording.submit()
  }

  /** The state of running slots that have drawn `position` tokens, the newest of which only the GPU knows. */
  #compose(recording: Recording, active: readonly number[], position: number): Tensor {
    const { maxNewTokens } = this.draw
    const state = this.#upload(stateOf(active.map((slot, row) => this.#row(slot, position, row))))
    const newest = this.#upload(Uint32Array.from(active, (slot) => slot * maxNewTokens + position - 1))
    pick(recording, this.#drawn.tokens, newest, newestOf(state, active.length), active.length)
    return state
  }

  async #collect(): Promise<Generated[]> {
    const { groupSize, maxNewTokens } = this.draw
    const { tokens: drawnTokens, logps: drawnLogps, lengths: ended } = this.#drawn
    const [tokens, logps, lengths] = await Promise.all([
      this.#gpu.readU32(drawnTokens, this.#slots * maxNewTokens), this.#gpu.read(drawnLogps, this.#slots * maxNewTokens), this.#gpu.readU32(ended, this.#slots),
    ])
    return Array.from({ length: this.#slots }, (_, slot) => {
      const [from, to] = [slot * maxNewTokens, slot * maxNewTokens + (lengths[slot] ?? 0)]
      return { prompt: this.firstPrompt + Math.floor(slot / groupSize), member: slot % groupSize, ids: [...tokens.subarray(from, to)], logps: [...logps.subarray(from, to)] }
    })
  }
}
