// Asks a policy probes: how likely it finds held-out texts, how far it is from its reference on them, and whether it still answers as it was asked to.
import { passes, type Probe, type ProbeMeasure } from '../domain/forgetting.ts'
import { END_OF_TURN } from '../domain/prompt.ts'
import type { PolicyService, PolicyVersion } from '../protocol/policy.ts'

/** Probes scored and answered in one call. */
const AT_ONCE = 64
/** Tokens of a text that are measured: the first ones. Longer texts would need more room than a policy of any size has. */
const LONGEST = 256
/** Tokens of an answer beyond those of the completion that is expected. */
const SLACK = 16

/**
 * Measures every probe, in order, greedily answered where it has a check. The KL is that of `version` from the policy's reference, which is where training
 * started as long as no later stage fixed another: load the start, then bring a checkpoint back. Throws where a probe has no token to measure.
 */
export async function measureForgetting(
  policy: Pick<PolicyService, 'encode' | 'generate' | 'logLikelihood'>, probes: readonly Probe[], version: PolicyVersion, onProgress?: (done: number, of: number) => void, signal?: AbortSignal,
): Promise<ProbeMeasure[]> {
  const measured: ProbeMeasure[] = []
  for (let first = 0; first < probes.length; first += AT_ONCE) {
    signal?.throwIfAborted()
    const some = probes.slice(first, first + AT_ONCE)
    const texts = await policy.encode(some.flatMap(({ prompt, completion }) => [prompt, completion]))
    const sequences = some.map(({ id, prompt }, i) => {
      const [before, own] = [texts[2 * i]!, texts[2 * i + 1]!]
      // a text that stands alone is measured from its second token on
      const [promptIds, ids] = prompt === '' ? [own.slice(0, 1), own.slice(1, LONGEST)] : [before, own.slice(0, LONGEST)]
      if (promptIds.length === 0 || ids.length === 0) throw new Error(`probe ${id} is ${before.length + own.length} tokens long; it needs one to measure after one that is given`)
      return { promptIds, ids }
    })
    const { nll, tokens, kl } = await policy.logLikelihood({ sequences, version, divergence: version === 'current' })
    const asked = some.flatMap((probe, i) => (probe.check === undefined ? [] : [{ probe, i }]))
    const outputs = new Map<number, string>()
    if (asked.length > 0) {
      const maxNewTokens = SLACK + Math.max(...asked.map(({ i }) => sequences[i]!.ids.length))
      const rollouts = await policy.generate({
        prompts: asked.map(({ probe, i }) => ({ key: first + i, text: probe.prompt })), groupSize: 1, seed: 0, step: 0, version,
        sampling: { temperature: 0, topK: 0, topP: 1, maxNewTokens, stop: [END_OF_TURN] },
      })
      for (const { prompt, text } of rollouts) outputs.set(asked[prompt]!.i, text)
    }
    for (const [i, probe] of some.entries()) {
      const output = outputs.get(i)
      const passed = output === undefined ? undefined : passes(probe, output)
      measured.push({ id: probe.id, kind: probe.kind, nll: nll[i]!, tokens: tokens[i]!, kl: kl?.[i] ?? 0, ...(passed !== undefined && { passed }) })
    }
    onProgress?.(measured.length, probes.length)
  }
  return measured
}
