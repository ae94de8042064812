// Compares systems in a worker that starts with the first call, and again after a crash.
import type { CompareService, ResamplingService } from '../protocol/compare.ts'
import { connect, type Connection } from './connection.ts'

export type { Compared, ComparedValues, CompareService, ResamplingService } from '../protocol/compare.ts'

export function createComparer(): CompareService & ResamplingService {
  let connection: Connection<CompareService & ResamplingService> | undefined
  const service = (): CompareService & ResamplingService => {
    if (connection === undefined) {
      const worker = new Worker(new URL('../../workers/compare.worker.ts', import.meta.url), { type: 'module', name: 'compare' })
      const opened = connect<CompareService & ResamplingService>(worker, 'compare')
      connection = opened
      void opened.failed.then(() => { if (connection === opened) connection = undefined })
    }
    return connection.service
  }
  return {
    compare: (values) => service().compare(values),
    gain: (one, other, seed) => service().gain(one, other, seed),
    interval: (values, seed) => service().interval(values, seed),
  }
}
