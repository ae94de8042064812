// Serves comparisons: thousands of resamplings, off the page's thread.
import { expose } from 'comlink'
import { bootstrapInterval, fineRandomisationTest, pairedGain } from '../src/domain/statistics.ts'
import type { CompareService, ResamplingService } from '../src/protocol/compare.ts'
import { compareValues } from './compare/compare.ts'

const service: CompareService & ResamplingService = {
  compare: (values) => Promise.resolve(compareValues(values)),
  gain: (one, other, seed) => Promise.resolve(pairedGain([...one], [...other], seed, fineRandomisationTest)),
  interval: (values, seed) => Promise.resolve(bootstrapInterval([...values], seed)),
}
expose(service)
