// One request to a search server: within a time, a few at once, and whatever goes wrong is a sentence that holds no secret.
import type { HttpSpec } from '../../../src/domain/recommender.ts'
import type { Authorisation } from '../../../src/protocol/retrieval.ts'
import { excerpt, isObject } from './answer.ts'
import type { Asking } from './dialects.ts'
import { reasonOf } from './elastic.ts'
import { isPassing, remedyOf, retryAfterMs } from './status.ts'

/** A reply of ten thousand hits for each of a few queries is far below; more than this is no reply to what was asked. */
const MOST_BYTES = 64 * 2 ** 20

export type Reply =
  | { readonly value: unknown }
  | {
    readonly failed: string
    /** whether the same request may succeed later */
    readonly again: boolean
    readonly status?: number
    /** how long the server asks to wait */
    readonly afterMs?: number
    /** nothing answered at all: the next request is likely to wait in vain too */
    readonly silent?: boolean
  }

/** Sends requests, at most `concurrency` at one time. */
export class Requests {
  sent = 0
  #authorisation: Authorisation | undefined
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(private readonly spec: Pick<HttpSpec, 'concurrency' | 'timeoutMs'>, authorisation: Authorisation | undefined) {
    this.#authorisation = authorisation
  }

  authorise(header: Authorisation | undefined): void {
    this.#authorisation = header
  }

  /** Posts once; a `repeated` request goes before those that wait. Never throws; the sentence of a failure names the server and a remedy. */
  async send(asking: Asking, repeated: boolean): Promise<Reply> {
    if (this.#running < this.spec.concurrency) this.#running++
    else await new Promise<void>((resolve) => (repeated ? this.#waiting.unshift(resolve) : this.#waiting.push(resolve)))
    this.sent++
    try {
      return await this.#post(asking)
    } finally {
      // whoever waits takes over this one's place
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }

  async #post({ url, body, contentType }: Asking): Promise<Reply> {
    const { timeoutMs } = this.spec
    const who = nameOf(url)
    const signal = AbortSignal.timeout(timeoutMs)
    const late: Reply = {
      failed: `${who} did not answer whole within ${timeoutMs} ms; raise httpTimeout, or lower httpConcurrency to what the server can bear`,
      again: true, silent: true,
    }
    let response: Response
    try {
      const headers = new Headers({ 'content-type': contentType, accept: 'application/json' })
      if (this.#authorisation !== undefined) headers.set(this.#authorisation.name, this.#authorisation.value)
      // a redirect could carry the header to another host
      const how = { redirect: 'manual', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer' } as const
      response = await fetch(url, { method: 'POST', headers, body, signal, ...how })
    } catch (error) {
      return signal.aborted ? late : { failed: unreachable(url, error), again: true, silent: true }
    }
    const { status } = response
    let text: string
    try {
      text = await textOf(response)
    } catch (error) {
      if (error instanceof TooLong) {
        return { failed: `${who} sent more than ${MOST_BYTES} bytes in one reply; ask for less by httpTemplate or a smaller k`, again: false, status }
      }
      if (signal.aborted) return late
      return { failed: `${who} cut the connection within its reply; look at the server's log, or raise httpRetries`, again: true, status }
    }
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      return { failed: `${who} redirects elsewhere; set httpUrl to the address that answers itself`, again: false, status }
    }
    const value = parsed(text)
    if (status < 200 || status >= 300) {
      const said = this.quoted(isObject(value?.json) && value.json['error'] !== undefined ? reasonOf(value.json['error']) : text)
      const afterMs = retryAfterMs(response.headers.get('retry-after'), Date.now())
      const failed = `${who} answered ${status}${said === '' ? '' : ` (${said})`}; ${remedyOf(status, this.#authorisation !== undefined)}`
      return { failed, again: isPassing(status), status, ...(afterMs === undefined ? {} : { afterMs }) }
    }
    if (value === undefined) {
      return { failed: `${who} answered what is no JSON: ${this.quoted(text) || 'nothing'}; check httpUrl and httpEngine`, again: false, status }
    }
    return { value: value.json }
  }

  /** A server's words for a sentence, short and without the header's value: a server may repeat what it was sent. */
  quoted(text: string): string {
    const secrets = this.#authorisation === undefined ? [] : secretsOf(this.#authorisation.value)
    return excerpt(secrets.reduce((words, secret) => words.replaceAll(secret, '…'), text))
  }
}

/** The header's value, and its parts that say something (a scheme's name is no secret). */
function secretsOf(value: string): string[] {
  const telling = (part: string): boolean => part !== '' && !/^(basic|bearer|apikey|digest)$/i.test(part)
  return [value, ...value.split(/\s+/)].filter(telling).toSorted((a, b) => b.length - a.length)
}

/** Where a request went, without what its query string may hold. */
function nameOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `the search server ${origin}${pathname}`
}

class TooLong extends Error {}

async function textOf(response: Response): Promise<string> {
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  const parts: string[] = []
  let bytes = 0
  const reader = response.body.getReader()
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length
    if (bytes > MOST_BYTES) {
      await reader.cancel()
      throw new TooLong()
    }
    parts.push(decoder.decode(part.value, { stream: true }))
  }
  return parts.join('') + decoder.decode()
}

function parsed(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** fetch says nothing of why: in a page it is nearly always the rule that a server must allow a page's origin. */
function unreachable(url: string, error: unknown): string {
  const who = nameOf(url)
  const cause: unknown = error instanceof Error ? error.cause : undefined
  if (isObject(cause) && typeof cause['code'] === 'string') {
    return `${who} can't be reached (${cause['code']}); check httpUrl, and that the server runs`
  }
  const { origin } = new URL(url)
  const page: unknown = isObject(globalThis.location) ? globalThis.location.origin : undefined
  const allowed = typeof page === 'string' && page !== 'null' ? page : 'this page’s origin'
  return `${who} can't be reached from this page, or is blocked. The likely cause is CORS: the server doesn't allow this page. Either allow it there `
    + `(http.cors.enabled: true, http.cors.allow-origin: "${allowed}", http.cors.allow-headers: "Content-Type, Authorization"), `
    + `or start the workbench with npm start -- --proxy ${origin}. If neither helps, check httpUrl and that the server runs`
}
