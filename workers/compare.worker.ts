// Serves comparisons: thousands of resamplings, off the page's thread.
import { expose } from 'comlink'
import type { CompareService } from '../src/protocol/compare.ts'
import { compareValues } from './compare/compare.ts'

const service: CompareService = { compare: (values) => Promise.resolve(compareValues(values)) }
expose(service)
