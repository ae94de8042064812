// Trains and tests a decoder over item ids by the policy's own engine: the supervised step, full softmax, the best epoch by validation.
import type { UserHistory } from '../domain/dataset.ts'
import type { DecoderMetrics, DecoderOptions, DecoderProgress, DecoderResult, DecoderRow } from '../domain/decoder.ts'
import { DECODER_DEPTH, decoderConfig, decoderData, decoderOptions, decoderRate, epochBatches, meanMetrics, metricsOfRank, popularityRanks } from '../domain/decoder.ts'
import { drawInOrder } from '../domain/order.ts'
import type { PolicyService } from '../protocol/policy.ts'

export interface DecoderPorts {
  /** an engine of its own: what it has loaded is given up */
  readonly policy: Pick<PolicyService, 'loadInitial' | 'supervise' | 'rankNext' | 'keep' | 'restore'>
  /** milliseconds; only differences are used */
  readonly now: () => number
}

/** Histories ranked in one call. */
const RANKED_AT_ONCE = 512
const BEST = 'best epoch'

/**
 * The same users, options and seed give the same result on the same machine, but for `seconds`. Throws a sentence for options that cannot be, data that cannot
 * be split, a loss that diverges, and the signal's reason once it is aborted.
 */
export async function trainDecoder(
  { policy, now }: DecoderPorts, users: readonly UserHistory[], given: Partial<DecoderOptions>, onProgress?: (progress: DecoderProgress) => void | Promise<void>, signal?: AbortSignal,
): Promise<DecoderResult> {
  const began = now()
  const seconds = (): number => (now() - began) / 1000
  const options = decoderOptions(given)
  const data = decoderData(users, options.longest)
  const config = new TextEncoder().encode(JSON.stringify(decoderConfig(options, data.vocabulary))).buffer
  const { parameters } = await policy.loadInitial(config, options.seed)
  const chosen = drawInOrder(data.validation, options.validationUsers, options.seed, 'decoder validation')

  const rank = async (rows: readonly DecoderRow[], told?: (done: number) => void | Promise<void>): Promise<number[][]> => {
    const ranked: number[][] = []
    for (let first = 0; first < rows.length; first += RANKED_AT_ONCE) {
      signal?.throwIfAborted()
      const part = rows.slice(first, first + RANKED_AT_ONCE)
      const found = await policy.rankNext({
        sequences: part.map(({ history }) => [data.start, ...history]), k: DECODER_DEPTH, range: { from: 0, to: data.items.length },
        ...(options.excludeSeen && { exclude: part.map(({ history }) => history) }),
      })
      ranked.push(...found.map(({ ids }) => [...ids]))
      await told?.(ranked.length)
    }
    return ranked
  }
  const measure = (rows: readonly DecoderRow[], ranked: readonly (readonly number[])[]): DecoderMetrics[] => rows.map(({ target }, i) => metricsOfRank(ranked[i]!, target))

  const steps = options.epochs * Math.ceil(data.train.length / options.batch)
  let [step, trained, mean] = [0, 0, Number.NaN]
  let best: { epoch: number; validation: DecoderMetrics } | undefined
  for (let epoch = 1; epoch <= options.epochs; epoch++) {
    let [total, tokens] = [0, 0]
    for (const histories of epochBatches(data, options, epoch)) {
      signal?.throwIfAborted()
      const report = await policy.supervise({
        sequences: histories.map((ids) => ({ promptIds: [data.start], ids })), fullText: false,
        optimiser: { learningRate: decoderRate(options, step, steps), beta1: 0.9, beta2: options.beta2, epsilon: 1e-8, weightDecay: options.weightDecay, maxGradNorm: 1 },
      })
      if (!Number.isFinite(report.loss)) throw new Error(`decoder: the loss of step ${step + 1} is ${report.loss}; lower learningRate (now ${options.learningRate})`)
      step++
      total += report.loss * report.tokens
      tokens += report.tokens
      await onProgress?.({ epoch, epochs: options.epochs, step, steps, loss: report.loss, seconds: seconds() })
    }
    trained = epoch
    mean = total / tokens
    const validation = meanMetrics(measure(chosen, await rank(chosen)))
    await onProgress?.({ epoch, epochs: options.epochs, step, steps, loss: mean, seconds: seconds(), validation })
    if (best === undefined || validation['ndcg@10'] > best.validation['ndcg@10']) {
      best = { epoch, validation }
      await policy.keep(BEST)
    } else if (epoch - best.epoch >= options.patience) break
  }
  if (best === undefined) throw new Error('decoder: no epoch was trained')
  if (best.epoch !== trained) await policy.restore(BEST)

  const ranked = await rank(data.test, (done) => onProgress?.({
    epoch: trained, epochs: options.epochs, step, steps, loss: mean, seconds: seconds(), tested: { done, of: data.test.length },
  }))
  const values = measure(data.test, ranked)
  const idOf = (token: number): string => data.items[token]!
  return {
    users: data.test.length, items: data.items.length, parameters, epochs: trained, bestEpoch: best.epoch, seconds: seconds(), options, validation: best.validation,
    test: meanMetrics(values), popularity: meanMetrics(measure(data.test, popularityRanks(data, options.excludeSeen))),
    values: data.test.map(({ userId, target }, i) => ({ userId, target: idOf(target), ranked: ranked[i]!.map(idOf), ...values[i]! })),
  }
}
