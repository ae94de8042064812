// A worker behind a typed service: every call settles, even when the worker crashes or is closed with calls under way.
import { proxy, wrap } from 'comlink'

/** A running worker. `failed` resolves with the reason when the worker crashes, and never otherwise. */
export interface Connection<Service> {
  readonly service: Service
  readonly failed: Promise<Error>
  /** Ends the worker; calls under way are rejected. */
  readonly close: () => void
}

type Call = (...values: unknown[]) => Promise<unknown>

function reasonOf(name: string, event: Event): Error {
  if (event.type === 'messageerror') return new Error(`${name} worker: a message could not be read; reload the page to start it again`)
  const said = 'message' in event && typeof event.message === 'string' ? event.message : ''
  const message = said === '' ? 'its script could not be loaded or run' : said
  return new Error(`${name} worker stopped: ${message}; start again to open a new one`)
}

/**
 * Wraps a worker's exposed service. Comlink alone leaves calls pending for ever when a worker dies; here they are rejected
 * with the reason. Functions among the arguments cross as Comlink proxies.
 */
export function connect<Service extends object>(worker: Worker, name: string): Connection<Service> {
  const remote = wrap(worker) as unknown as Readonly<Record<string, Call>>
  const pending = new Set<(reason: Error) => void>()
  let ended: Error | undefined
  let announce: (reason: Error) => void = () => undefined
  const failed = new Promise<Error>((resolve) => { announce = resolve })

  const end = (reason: Error): void => {
    if (ended !== undefined) return
    ended = reason
    worker.terminate()
    for (const reject of pending) reject(reason)
    pending.clear()
  }
  const crash = (event: Event): void => {
    if (ended !== undefined) return
    event.preventDefault()
    const reason = reasonOf(name, event)
    end(reason)
    announce(reason)
  }
  worker.addEventListener('error', crash)
  worker.addEventListener('messageerror', crash)

  const call = (method: string, values: readonly unknown[]): Promise<unknown> => {
    if (ended !== undefined) return Promise.reject(ended)
    return new Promise((resolve, reject) => {
      const settle = reject as (reason: Error) => void
      pending.add(settle)
      const crossing = values.map((value) => (typeof value === 'function' ? proxy(value) : value))
      remote[method]!(...crossing).then(resolve, reject).finally(() => pending.delete(settle))
    })
  }
  const service = new Proxy({}, {
    get: (_, method) => (typeof method === 'string' && method !== 'then' ? (...values: unknown[]) => call(method, values) : undefined),
  }) as Service
  return { service, failed, close: () => end(new Error(`${name} worker was closed; nothing more can be asked of it`)) }
}
