// Jobs of the policy worker alone: golden cases and continuations.
import { openPolicy } from '../../src/client/policy.ts'
import type { GoldenReport, PolicyService, Trainable } from '../../src/protocol/policy.ts'
import { LOAD_DEFAULTS } from '../../src/protocol/policy.ts'
import { BadInput } from '../errors.ts'
import { bytesOf, chosenFiles, leave, modelOf, reading } from './files.ts'
import type { CheckPolicyJob, Generated, GenerateJob } from './protocol.ts'

/** Nothing is trained here, so the smallest adapter will do; an adapter among the files takes its place. */
const UNTRAINED: Trainable = { kind: 'lora', rank: 1, alpha: 1, targets: ['q_proj'], seed: 0 }

/** Opens a policy worker on the machine's adapter for as long as `work` takes; a crash of the worker ends the work. */
async function withPolicy<T>(work: (policy: PolicyService) => Promise<T>): Promise<T> {
  const { service, close } = openPolicy()
  try {
    const adapter = await service.start()
    await window.labProgress(`adapter: ${[adapter.vendor, adapter.architecture, adapter.description].filter((part) => part !== '').join(' ')}`)
    return await work(service)
  } finally {
    close()
  }
}

export function checkPolicy(job: CheckPolicyJob): Promise<GoldenReport> {
  return withPolicy(async (policy) => {
    const model = await modelOf(chosenFiles())
    const [golden, caseJson] = await Promise.all([bytesOf(job.golden), bytesOf(job.caseJson)])
    const { report, dump } = await policy.checkGolden(model, golden, caseJson, job.dump !== undefined, job.weights)
    if (job.dump !== undefined) {
      if (dump === undefined) throw new Error('the policy worker returned no tensors to dump')
      await leave(job.dump, dump)
    }
    return report
  })
}

export function generate(job: GenerateJob): Promise<Generated> {
  return withPolicy(async (policy) => {
    const model = await modelOf(chosenFiles())
    const began = performance.now()
    const { vocabulary, parameters } = await reading(() => policy.load(model, UNTRAINED, { ...LOAD_DEFAULTS, weights: job.weights }))
    await window.labProgress(`${parameters} parameters loaded as ${job.weights} in ${((performance.now() - began) / 1000).toFixed(1)} s`)
    const outside = job.ids.find((id) => id >= vocabulary)
    if (outside !== undefined) throw new BadInput(`token ${outside} is outside of the vocabulary of ${vocabulary} tokens; give ids below that`)
    const { ids, logps } = await policy.continueIds(job.ids, job.sampling, [], job.seed)
    if (model.tokenizer === undefined) return { ids, logps }
    const [text] = await policy.decode([ids])
    return { ids, logps, ...(text === undefined ? {} : { text }) }
  })
}
