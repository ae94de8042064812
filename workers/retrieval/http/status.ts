// What a server's status means for whoever asked: to wait and try again, or what to change.

/** Statuses that a later try may not have. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501)
}

export function remedyOf(status: number, authorised: boolean): string {
  switch (status) {
    case 400: return 'check httpTemplate and httpEngine'
    case 401:
    case 403: return authorised ? 'check the authentication header, and what it allows' : 'give the authentication header that it asks for'
    case 404:
    case 405: return 'check the index or endpoint in httpUrl'
    case 413: return 'lower k, or shorten httpTemplate'
    case 429: return 'lower httpConcurrency, or raise httpRetries'
    default: return status >= 500 ? 'look at the server’s log, or raise httpRetries' : 'check httpUrl and httpEngine'
  }
}

/** Milliseconds that a Retry-After header asks for (RFC 9110: seconds, or a date); undefined where it is absent or says nothing. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d+\s*$/.test(header)) return 1000 * Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}

const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 60_000

/** The wait before try `attempt` + 1 (attempts count from 1): twice as long each time, spread by `chance` in [0, 1) over its upper half. */
export function waitMs(attempt: number, chance: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + chance / 2)
}

/** A server that asks for more patience than this is not waited for. */
export const MOST_PATIENCE_MS = LONGEST_WAIT_MS
