// The lab's page: runs one job of the command line with the product's own client and workers.
import { BadInput, messageOf } from '../errors.ts'
import type { Job, Outcome } from './protocol.ts'

async function work(job: Job): Promise<unknown> {
  switch (job.verb) {
    case 'check-policy': return (await import('./policy.ts')).checkPolicy(job)
    case 'generate': return (await import('./policy.ts')).generate(job)
    case 'tokenize': return (await import('./tokenize.ts')).tokenize(job)
    case 'train': return (await import('./train.ts')).trainRun(job)
    case 'paper-facts': return (await import('./papers.ts')).factsOf(job)
    case 'paper-extras': return (await import('./papers.ts')).extrasOf(job)
    case 'rank': return (await import('./rank.ts')).rank(job)
    case 'make-policy': return (await import('./make-policy.ts')).makePolicy(job)
    case 'export': return (await import('./export.ts')).exportPolicy(job)
    case 'bench': return (await import('./bench.ts')).bench(job)
    case 'ingest': return (await import('./ingest.ts')).ingest(job)
    case 'decoder': return (await import('./decoder.ts')).decoder(job)
    case 'forget': return (await import('./forget.ts')).forget(job)
    case 'fuzz': return (await import('./fuzz.ts')).fuzz(job)
    case 'bench-keep': return (await import('./bench-keep.ts')).benchKeep(job)
    case 'bench-ingest': return (await import('./bench-ingest.ts')).benchIngest()
  }
}

window.runJob = async (job): Promise<Outcome> => {
  try {
    return { ok: true, value: await work(job) }
  } catch (error) {
    return { ok: false, input: error instanceof BadInput, message: messageOf(error) }
  }
}
