// A trace of Chromium, read for the CPU time of every task of the page's main thread.
import { readFileSync } from 'node:fs'

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** CPU time in µs */
  readonly tdur?: number
  readonly args: { readonly name?: string; readonly data?: { readonly url?: string } }
}

/** What a trace must hold for `mainThreadTasks`. */
export const TRACED = ['toplevel', 'devtools.timeline']

/** CPU milliseconds of every task on the main thread of the page at `address`, longest first, from a trace written to `path`. */
export function mainThreadTasks(path: string, address: string): number[] {
  const { traceEvents: trace } = JSON.parse(readFileSync(path, 'utf8')) as { readonly traceEvents: readonly TraceEvent[] }
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`
  const mains = new Set(trace.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(threadOf))
  const ours = trace.find((event) => mains.has(threadOf(event)) && event.args.data?.url?.startsWith(address) === true)
  if (ours === undefined) throw new Error(`the trace holds no script of ${address}; was anything running?`)
  return trace.filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && threadOf(event) === threadOf(ours))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000])).toSorted((a, b) => b - a)
}
