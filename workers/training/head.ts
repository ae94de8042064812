// The fused, chunked end of the model: hidden rows → logits → log-probabilities, and loss weights → logit gradients → hidden gradients.
// The [tokens × vocabulary] matrix never exists whole: a chunk of rows at a time, its logits overwritten by their gradient.
import { logitsRows, segmentsOf } from '../../src/domain/rooms.ts'
import type { Recording, Tensor } from '../gpu/gpu.ts'
import { gather } from '../kernels/gather/gather.ts'
import { logSoftmax, logSoftmaxGradient } from '../kernels/log_softmax/log_softmax.ts'
import { matmul } from '../kernels/matmul/matmul.ts'
import { rmsNorm, rmsNormBackward } from '../kernels/rmsnorm/rmsnorm.ts'
import { columnSumScratch } from '../kernels/column_sum/column_sum.ts'
import type { Model, Version } from '../model/model.ts'
import { project, projectBackward } from '../model/weight.ts'

/** Completion tokens of a micro-batch: lossRows, targets: [tokens] u32; stats: [tokens, 4] written as (lse, logp, entropy, 0). */
export interface LossTokens {
  readonly tokens: number
  readonly lossRows: Tensor
  readonly targets: Tensor
  readonly stats: Tensor
  readonly temperature: number
}

const chunks = (tokens: number, vocabulary: number): { first: number; rows: number }[] => {
  const size = logitsRows(vocabulary)
  return Array.from({ length: Math.ceil(tokens / size) }, (_, i) => ({ first: i * size, rows: Math.min(size, tokens - i * size) }))
}

/** Rows [first, first + rows) of a [*, width] tensor need no binding of their own: products take an element offset. */
function chunkLogits(recording: Recording, model: Model, version: Version, normed: Tensor, first: number, rows: number): Tensor {
  const { hidden, vocabulary } = model.config
  const logits = model.activations.get('logits', Math.min(rows, logitsRows(vocabulary)) * vocabulary)
  project(recording, normed, logits, { m: rows, weight: model.head(version), aOffset: first * hidden })
  return logits
}

/** Final norm of the rows that carry a loss: [tokens, hidden], gathered from `top` [rows, hidden]. */
function normedRows(recording: Recording, model: Model, version: Version, top: Tensor, { tokens, lossRows }: LossTokens): { gathered: Tensor; normed: Tensor; rstd: Tensor } {
  const { hidden, normEps } = model.config
  const gathered = model.activations.get('loss rows', tokens * hidden)
  const normed = model.activations.get('loss rows normed', tokens * hidden)
  const rstd = model.activations.get('loss rows rstd', tokens)
  gather(recording, top, lossRows, gathered, tokens, hidden)
  rmsNorm(recording, gathered, model.base.of('norm', version.base), normed, rstd, { rows: tokens, width: hidden, eps: normEps })
  return { gathered, normed, rstd }
}

/** Looks at the logits [rows, vocabulary] of completion tokens `first` …, whose stats are there, while they are. */
export type LookAt = (logits: Tensor, first: number, rows: number) => void

/** Fills `stats` for every completion token. */
export async function headForward(recording: Recording, model: Model, version: Version, top: Tensor, loss: LossTokens, lookAt?: LookAt): Promise<void> {
  const { vocabulary } = model.config
  const { normed } = normedRows(recording, model, version, top, loss)
  for (const { first, rows } of chunks(loss.tokens, vocabulary)) {
    const logits = chunkLogits(recording, model, version, normed, first, rows)
    const partials = model.activations.get('softmax partials', rows * segmentsOf(vocabulary) * 4)
    logSoftmax(recording, { logits, partials, targets: loss.targets, stats: loss.stats }, { rows, vocabulary, temperature: loss.temperature, firstRow: first })
    lookAt?.(logits, first, rows)
    await model.gpu.pace.room()
  }
}

/** Logits of version `of` again, for rows whose normed hidden states [tokens, hidden] were put aside. */
export function logitsAgain(recording: Recording, model: Model, of: Version, normed: Tensor, first: number, rows: number): Tensor {
  const { hidden, vocabulary } = model.config
  const logits = model.activations.get('other logits', rows * vocabulary)
  project(recording, normed, logits, { m: rows, weight: model.head(of), aOffset: first * hidden })
  return logits
}

/** Puts the normed hidden states of the last `headForward` aside, so that another version's pass may overwrite them. */
export function putAside(recording: Recording, model: Model, tokens: number): Tensor {
  const words = tokens * model.config.hidden
  const aside = model.activations.get('other rows normed', words)
  recording.copy(model.activations.get('loss rows normed', words), aside, words)
  return aside
}

/**
 * After `headForward` of the same rows: writes dTop [rows of the batch, hidden] from weights [tokens, 2] = (dLoss/dlogp, dLoss/dentropy),
 * and adds to the gradients of the head and of the final norm where they exist. `scatter` adds token gradients into their rows of dTop.
 */
export async function headBackward(
  recording: Recording, model: Model, version: Version,
  { loss, weights, dTop, scatter }: { loss: LossTokens; weights: Tensor; dTop: Tensor; scatter: (dGathered: Tensor) => void },
): Promise<void> {
  const { hidden, vocabulary, normEps } = model.config
  const space = model.activations
  const gathered = space.get('loss rows', loss.tokens * hidden)
  const normed = space.get('loss rows normed', loss.tokens * hidden)
  const rstd = space.get('loss rows rstd', loss.tokens)
  const dNormed = space.get('loss rows dNormed', loss.tokens * hidden)
  const parts = chunks(loss.tokens, vocabulary)
  for (const { first, rows } of parts) {
    // A single chunk's logits are still those of the forward pass.
    const logits = parts.length === 1 ? space.get('logits', rows * vocabulary) : chunkLogits(recording, model, version, normed, first, rows)
    logSoftmaxGradient(recording, { logits, stats: loss.stats, targets: loss.targets, weights }, { rows, vocabulary, temperature: loss.temperature, firstRow: first })
    projectBackward(recording, logits, dNormed, { m: rows, weight: model.head(version), cOffset: first * hidden })
    const { dHead } = model
    if (dHead !== undefined) matmul(recording, { op: 'tn', m: vocabulary, n: hidden, k: rows, a: logits, b: normed, bOffset: first * hidden, c: dHead, accumulate: true })
    await model.gpu.pace.room()
  }
  const dGathered = space.get('loss rows dGathered', loss.tokens * hidden)
  recording.clear(dGathered, loss.tokens * hidden)
  const scratch = space.get('column sums', columnSumScratch(loss.tokens, hidden))
  const norm = { rows: loss.tokens, width: hidden, eps: normEps }
  rmsNormBackward(recording, { x: gathered, w: model.base.of('norm', version.base), rstd, dy: dNormed, dx: dGathered, dw: model.base.gradient('norm'), scratch }, norm)
  recording.clear(dTop)
  scatter(dGathered)
}
