// Opens the policy worker: one engine, asked for one thing at a time.
import type { PolicyService } from '../protocol/policy.ts'
import { connect, type Connection } from './connection.ts'

export type { AdapterDescription, KernelProfile, KernelTime, MemoryReport } from '../protocol/device.ts'
export type {
  ExportDtype, ExportedFile, ExportKind, LoadOptions, LoadProgress, LoraTarget, ModelFiles, PolicyInfo, PolicyService, PolicyVersion, Trainable, WeightStorage,
} from '../protocol/policy.ts'

/** Procedures that answer about the device itself, so they must not wait behind work that a lost device would never finish. */
const AT_ONCE: ReadonlySet<string> = new Set(['lost', 'loseDevice', 'memory', 'resetPeak'])

/** Calls run one after another in the order asked: an inspection during training waits for the call under way and never interleaves with it. */
function inTurn(service: PolicyService): PolicyService {
  let last: Promise<unknown> = Promise.resolve()
  return new Proxy(service, {
    get: (target, method, receiver) => {
      const procedure: unknown = Reflect.get(target, method, receiver)
      if (typeof procedure !== 'function' || typeof method !== 'string' || AT_ONCE.has(method)) return procedure
      return (...values: unknown[]) => {
        const turn = last.then(() => (procedure as (...values: unknown[]) => Promise<unknown>)(...values))
        last = turn.catch(() => undefined)
        return turn
      }
    },
  })
}

/** Starts a policy worker. Call `service.start()` next; it is refused with the reason and the remedy where there is no WebGPU adapter. */
export function openPolicy(): Connection<PolicyService> {
  const worker = new Worker(new URL('../../workers/policy.worker.ts', import.meta.url), { type: 'module', name: 'policy' })
  const connection = connect<PolicyService>(worker, 'policy')
  return { ...connection, service: inTurn(connection.service) }
}
