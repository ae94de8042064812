// Draws the next token of every running sequence on the GPU: temperature, top-k, top-p, greedy, stop tokens; no logits are read back.
import { segmentsOf } from '../../../src/domain/rooms.ts'
import type { Gpu, Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { ROW_WORDS } from '../decode_attention/decode_attention.ts'
import { choiceOf } from '../variants.ts'
import chanceSource from './sample.chance.wgsl?raw'
import groupSource from './sample.group.wgsl?raw'
import partialSource from './sample.partial.wgsl?raw'
import threadSource from './sample.thread.wgsl?raw'
import thresholdSource from './threshold.wgsl?raw'

/** Times that the threshold's bisection reads a row: once for each bit, for top-k and for top-p. */
const THRESHOLD_PASSES = 64

export interface SamplingTensors {
  /** [logitsRows, vocabulary] */
  readonly logits: Tensor
  /** [logitsRows, segmentsOf(vocabulary), 4] scratch */
  readonly partials: Tensor
  /** [logitsRows] scratch */
  readonly thresholds: Tensor
  /** rows of decoding and their newest tokens, as `newestAt` lays them out: a row draws the position that its drawn tokens leave, and moves on */
  readonly state: Tensor
  /** [stopCount] u32 token ids that end a sequence (at least one word long) */
  readonly stops: Tensor
  /** [slots, capacity] u32, written at each row's position */
  readonly tokens: Tensor
  /** [slots, capacity], log-probability under softmax(logits / temperature) before any filter */
  readonly logps: Tensor
  /** [slots] u32: 0 while running, then the number of tokens */
  readonly lengths: Tensor
}

export interface SamplingShape {
  readonly count: number
  readonly logitsRows: number
  readonly vocabulary: number
  readonly stopCount: number
  readonly capacity: number
  /** 0 is greedy, with log-probabilities at temperature 1 */
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
  readonly step: number
}

/** thread: one thread per row, for the software adapter; group: a workgroup per row, for graphics cards. Both draw the same. */
export const SAMPLING_VARIANTS = ['thread', 'group'] as const
export type SamplingVariant = (typeof SAMPLING_VARIANTS)[number]

const samplingVariants = (gpu: Gpu): readonly SamplingVariant[] => (gpu.architecture === 'swiftshader' ? ['thread', 'group'] : ['group', 'thread'])

/** Where the newest tokens of `count` rows of decoding begin in their state, in words: a binding may start there. */
export const newestAt = (count: number): number => Math.ceil((count * ROW_WORDS) / 64) * 64

/** Words of the state of `count` rows. */
export const stateWords = (count: number): number => newestAt(count) + count

/** Draws the next token of each row whose slot is still running. */
export function sample(recording: Recording, t: SamplingTensors, s: SamplingShape): void {
  sampleAs(recording, t, s, choiceOf(recording.gpu, 'sampling', samplingVariants(recording.gpu)))
}

/** The same by a given variant: tests and timings force one. */
export function sampleAs(recording: Recording, t: SamplingTensors, s: SamplingShape, variant: SamplingVariant): void {
  const { gpu } = recording
  const greedy = s.temperature === 0
  const temperature = greedy ? 1 : s.temperature
  const segments = segmentsOf(s.vocabulary)
  const filtered = !greedy && ((s.topK > 0 && s.topK < s.vocabulary) || s.topP < 1)
  const entries = s.logitsRows * s.vocabulary
  const groups = Math.ceil((s.logitsRows * segments) / 32)
  const across = Math.min(groups, gpu.device.limits.maxComputeWorkgroupsPerDimension)
  const partial = gpu.kernel('sample partial', partialSource)
  const shape = [s.logitsRows, s.vocabulary, segments, f32(1 / temperature)]
  recording.dispatch(partial, [t.logits, t.partials], shape, [across, Math.ceil(groups / across)], { flops: 8 * entries, bytes: 4 * entries })
  if (filtered) {
    const threshold = gpu.kernel('sampling_threshold', thresholdSource)
    const cost = { flops: 4 * THRESHOLD_PASSES * entries, bytes: 4 * THRESHOLD_PASSES * entries }
    const rows = Math.ceil(s.logitsRows / gpu.pace.parts(cost))
    for (let first = 0; first < s.logitsRows; first += rows) {
      const count = Math.min(rows, s.logitsRows - first)
      const share = { flops: (cost.flops * count) / s.logitsRows, bytes: (cost.bytes * count) / s.logitsRows }
      recording.dispatch(threshold, [t.logits, t.partials, t.thresholds], [s.vocabulary, segments, s.topK, f32(s.topP), f32(1 / temperature), first], [count], share)
    }
  }
  const kernel = gpu.kernel(`sample ${variant}`, `${chanceSource}\n${variant === 'thread' ? threadSource : groupSource}`, { FILTERED: filtered })
  const uniforms = [s.count, s.vocabulary, segments, s.stopCount, s.capacity, newestAt(s.count), s.seed >>> 0, s.step >>> 0, greedy ? 1 : 0, f32(1 / temperature)]
  recording.dispatch(kernel, [t.logits, t.partials, t.thresholds, t.state, t.stops, t.tokens, t.logps, t.lengths], uniforms, [variant === 'thread' ? Math.ceil(s.count / 4) : s.count])
}
