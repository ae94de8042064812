// Trains an embedded policy by the product's own supervised step: from random weights, or from those of the first one.
import { openPolicy } from '../../src/client/policy.ts'
import { initialWeights } from '../../workers/model/initial.ts'
import { batchOf, optimiserAt, type TextPair } from '../sample/policy.ts'
import { tasksOptimiserAt, tasksTeacher } from '../sample/tasksPolicy.ts'
import type { Optimiser } from '../../src/protocol/policy.ts'
import { bytesOf, leave } from './files.ts'
import type { MakePolicyJob, Results } from './protocol.ts'

/** What is taught in a step, and how far. */
function lessonsOf({ which, seed, steps }: MakePolicyJob): { readonly batch: (step: number) => TextPair[]; readonly optimiser: (step: number) => Optimiser } {
  if (which === 'sample') return { batch: (step) => batchOf(seed, step), optimiser: (step) => optimiserAt(step, steps) }
  const teacher = tasksTeacher()
  return { batch: (step) => teacher.batch(seed, step), optimiser: (step) => tasksOptimiserAt(step, steps) }
}

export async function makePolicy(job: MakePolicyJob): Promise<Results['make-policy']> {
  const file = (name: string): Promise<ArrayBuffer> => {
    const found = job.model.find((ref) => ref.name === name)
    if (found === undefined) throw new Error(`${name} is missing from the policy's folder; npx tsx lab/sample/make-tokenizer.ts writes it`)
    return bytesOf(found)
  }
  const [config, tokenizer, tokenizerConfig] = await Promise.all([file('config.json'), file('tokenizer.json'), file('tokenizer_config.json')])
  const { service, close, failed } = openPolicy()
  const crashed = failed.then((reason) => Promise.reject(reason))
  const teach = async (): Promise<Results['make-policy']> => {
    await service.start()
    await service.load({ config, weights: [{ name: 'model.safetensors', bytes: job.which === 'sample' ? initialWeights(config, job.seed) : await file('model.safetensors') }], tokenizer, tokenizerConfig }, { kind: 'full' })
    const began = performance.now()
    const lessons = lessonsOf(job)
    const loss: number[] = []
    for (let step = 0; step < job.steps; step++) {
      const pairs = lessons.batch(step)
      const ids = await service.encode(pairs.flatMap(({ prompt, completion }) => [prompt, completion]))
      const sequences = pairs.map((_, i) => ({ promptIds: ids[2 * i] ?? [], ids: ids[2 * i + 1] ?? [] }))
      const report = await service.supervise({ sequences, fullText: false, optimiser: lessons.optimiser(step) })
      loss.push(report.loss)
      if (step % 20 === 0 || step === job.steps - 1) await window.labProgress(`step ${step} of ${job.steps}: loss ${report.loss.toFixed(4)}, ${report.tokens} tokens in ${Math.round(report.ms)} ms`)
    }
    const weights = (await service.exportFiles()).find(({ name }) => name === 'model.safetensors')
    if (weights === undefined) throw new Error('the policy worker exported no model.safetensors')
    await leave(job.weights, weights.bytes)
    return { loss, seconds: (performance.now() - began) / 1000 }
  }
  try {
    return await Promise.race([teach(), crashed])
  } finally {
    close()
  }
}
