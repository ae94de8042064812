// Compares systems in a worker that starts with the first call, and again after a crash.
import type { CompareService } from '../protocol/compare.ts'
import { connect, type Connection } from './connection.ts'

export type { Compared, ComparedValues, CompareService } from '../protocol/compare.ts'

export function createComparer(): CompareService {
  let connection: Connection<CompareService> | undefined
  return {
    compare: (values) => {
      if (connection === undefined) {
        const worker = new Worker(new URL('../../workers/compare.worker.ts', import.meta.url), { type: 'module', name: 'compare' })
        const opened = connect<CompareService>(worker, 'compare')
        connection = opened
        void opened.failed.then(() => { if (connection === opened) connection = undefined })
      }
      return connection.service.compare(values)
    },
  }
}
