// Requests to a host of models: the token goes to that host alone, what may pass is told apart, and every refusal is a sentence.
import { Passing, Unreachable } from './source.ts'

/** What requests need of the world; tests bring their own clock. */
export interface Net {
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>
  /** Rejects with the signal's reason when it is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  /** how long a host may take to begin an answer, or to go on with one */
  readonly silenceMs: number
}

export const browserNet: Net = {
  fetch: (address, init) => fetch(address, init),
  silenceMs: 60_000,
  wait: (ms, signal) => new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  }),
}

/** Waits before the second attempt, the third and so on. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 16_000]
/** A server that asks for more patience than this is given up. */
const LONGEST_WAIT_MS = 120_000

/** Looking something up is tried less often: a person waits, and a wrong address never passes. */
const LOOKS = 3

/** How long to wait before the next attempt after `failed` in a row, of at most `most`; throws the failure when there is none. */
export function waitAfter(failed: number, failure: Passing, most = WAITS_MS.length + 1): number {
  const wait = WAITS_MS[failed - 1]
  if (wait === undefined || failed >= most) throw new Error(`${failure.message}; tried ${failed} times, so try again later; what came so far is kept`, { cause: failure })
  if (failure.after > LONGEST_WAIT_MS) throw new Error(`${failure.message}; it asks for ${Math.ceil(failure.after / 1000)} s of patience, so try again then; what came so far is kept`, { cause: failure })
  return Math.max(wait, failure.after)
}

export interface Ask {
  readonly method?: 'GET' | 'HEAD'
  /** first byte wanted */
  readonly from?: number
  readonly signal: AbortSignal
}

const isPassing = (status: number): boolean => status === 408 || status === 425 || status === 429 || status >= 500 && status !== 501

/** Milliseconds that the answer asks to be left alone: Retry-After in seconds or as a date. */
function patience(response: Response): number {
  const said = response.headers.get('retry-after')
  if (said === null) return 0
  const ms = /^\d+$/.test(said.trim()) ? Number(said) * 1000 : Date.parse(said) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

export class Host {
  readonly #origin: string

  /** `address`: where it is; `token`: goes to its origin only. */
  constructor(private readonly net: Net, readonly address: string, private readonly token: string | undefined) {
    this.#origin = new URL(address).origin
  }

  get name(): string {
    return new URL(this.address).host
  }

  /** One request. Rejects with a Passing where trying again may help. */
  async ask(address: string, { method = 'GET', from, signal }: Ask): Promise<Response> {
    signal.throwIfAborted()
    const headers: Record<string, string> = {}
    if (from !== undefined) headers['range'] = `bytes=${from}-`
    if (this.token !== undefined && new URL(address).origin === this.#origin) headers['authorization'] = `Bearer ${this.token}`
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(new Error(`no answer in ${this.net.silenceMs / 1000} s`)), this.net.silenceMs)
    let response: Response
    try {
      const both = AbortSignal.any([signal, silence.signal])
      // a model is kept by the store: the browser's cache would hold it a second time
      response = await this.net.fetch(address, { method, headers, signal: both, cache: 'no-store', credentials: 'omit', referrerPolicy: 'no-referrer' })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      const reason = silence.signal.aborted ? silence.signal.reason as Error : error
      const Failure = silence.signal.aborted ? Passing : Unreachable
      throw new Failure(`${address} could not be reached (${reason instanceof Error ? reason.message : String(reason)}); check the address and the network, and that the host lets this page ask (CORS)`, 0, { cause: error })
    } finally {
      clearTimeout(timer)
    }
    if (!isPassing(response.status)) return response
    await response.body?.cancel()
    throw new Passing(`${address} answered ${response.status}${response.statusText === '' ? '' : ` (${response.statusText})`}`, patience(response))
  }

  /** The same, tried again a few times while the failure may pass. */
  async askPatiently(address: string, ask: Ask): Promise<Response> {
    for (let failed = 1; ; failed++) {
      try {
        return await this.ask(address, ask)
      } catch (error) {
        if (!(error instanceof Passing)) throw error
        await this.net.wait(waitAfter(failed, error, LOOKS), ask.signal)
      }
    }
  }

  /**
   * The same for what may be absent, at a host that may hide it: undefined where the answer is 403, 404 or 410, or, so many times, none that this
   * page may read. Static hosts answer so for files that they do not have.
   */
  async askForOptional(address: string, ask: Ask, times = 2): Promise<Response | undefined> {
    for (let failed = 1; ; failed++) {
      try {
        const response = await this.ask(address, ask)
        if (![403, 404, 410].includes(response.status)) return response
        await response.body?.cancel()
        return undefined
      } catch (error) {
        if (!(error instanceof Passing)) throw error
        if (error instanceof Unreachable && failed >= times) return undefined
        await this.net.wait(waitAfter(failed, error, LOOKS), ask.signal)
      }
    }
  }
}
