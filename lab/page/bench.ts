// Runs the benches in their own worker, one after another.
import { connect } from '../../src/client/connection.ts'
import type { BenchJob, Results } from './protocol.ts'

/** What workers/bench.worker.ts serves. */
interface BenchService {
  run(name: string): Promise<unknown>
}

export async function bench({ names }: BenchJob): Promise<Results['bench']> {
  const worker = new Worker(new URL('../../workers/bench.worker.ts', import.meta.url), { type: 'module', name: 'bench' })
  const { service, close } = connect<BenchService>(worker, 'bench')
  try {
    const benches: unknown[] = []
    for (const name of names) {
      await window.labProgress(`bench ${name}`)
      benches.push(await service.run(name))
    }
    return { benches }
  } finally {
    close()
  }
}
