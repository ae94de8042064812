// Draws the next token of every running sequence on the GPU: temperature, top-k, top-p, greedy, stop tokens; no logits are read back.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import { f32 } from '../../gpu/gpu.ts'
import { segmentsOf, softmaxPartials } from '../log_softmax/log_softmax.ts'
import sampleSource from './sample.wgsl?raw'
import thresholdSource from './threshold.wgsl?raw'

export interface SamplingTensors {
  /** [logitsRows, vocabulary] */
  readonly logits: Tensor
  /** [logitsRows, segmentsOf(vocabulary), 4] scratch */
  readonly partials: Tensor
  /** [logitsRows] scratch */
  readonly thresholds: Tensor
  /** [count, 4] u32: logits row, slot, prompt key, member */
  readonly rows: Tensor
  /** [stopCount] u32 token ids that end a sequence (at least one word long) */
  readonly stops: Tensor
  /** [slots, capacity] u32, written at `position` */
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
  readonly position: number
  /** 0 is greedy, with log-probabilities at temperature 1 */
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly seed: number
  readonly step: number
}

/** Samples position `position` of each row whose slot is still running. */
export function sample(recording: Recording, t: SamplingTensors, s: SamplingShape): void {
  const greedy = s.temperature === 0
  const temperature = greedy ? 1 : s.temperature
  const segments = segmentsOf(s.vocabulary)
  const filtered = !greedy && ((s.topK > 0 && s.topK < s.vocabulary) || s.topP < 1)
  softmaxPartials(recording, t.logits, t.partials, s.logitsRows, s.vocabulary, temperature)
  if (filtered) {
    const threshold = recording.gpu.kernel('sampling_threshold', thresholdSource)
    recording.dispatch(threshold, [t.logits, t.partials, t.thresholds], [s.vocabulary, segments, s.topK, f32(s.topP), f32(1 / temperature)], [s.logitsRows])
  }
  const kernel = recording.gpu.kernel('sample', sampleSource, { FILTERED: filtered })
  const uniforms = [s.count, s.vocabulary, segments, s.stopCount, s.capacity, s.position, s.seed >>> 0, s.step >>> 0, greedy ? 1 : 0, f32(1 / temperature)]
  recording.dispatch(kernel, [t.logits, t.partials, t.thresholds, t.rows, t.stops, t.tokens, t.logps, t.lengths], uniforms, [Math.ceil(s.count / 16)])
}
