// Runs the benches in their own worker, one after another.
import { connect } from '../../src/client/connection.ts'
import type { BenchJob, Results } from './protocol.ts'

/** What workers/bench.worker.ts serves. */
interface BenchService {
  run(name: string): Promise<unknown>
}

const workers = import.meta.glob<{ readonly default: new () => Worker }>('../../workers/bench.worker.ts', { query: '?worker' })

export async function bench({ names }: BenchJob): Promise<Results['bench']> {
  const load = Object.values(workers)[0]
  if (load === undefined) throw new Error('workers/bench.worker.ts is not there, so nothing can be measured')
  const { default: BenchWorker } = await load()
  const worker = new BenchWorker()
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
