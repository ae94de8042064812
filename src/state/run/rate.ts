// How fast bytes come, over the last few seconds, and how long the rest takes at that rate.

const WINDOW_MS = 6000
/** Rates of less than this say nothing. */
const SETTLED_MS = 500

export interface Pace {
  /** undefined until there is something to go by */
  readonly bytesPerSecond: number | undefined
  readonly secondsLeft: number | undefined
}

/** Call with the bytes that lie here and those wanted, whenever they change; what lay here at the first call counts for no rate. */
export function createPace(now: () => number): (bytes: number, of: number) => Pace {
  const seen: { readonly at: number; readonly bytes: number }[] = []
  return (bytes, of) => {
    const at = now()
    seen.push({ at, bytes })
    while (seen.length > 2 && at - seen[0]!.at > WINDOW_MS) seen.shift()
    const first = seen[0]!
    const ms = at - first.at
    const came = bytes - first.bytes
    if (ms < SETTLED_MS || came <= 0) return { bytesPerSecond: undefined, secondsLeft: undefined }
    const bytesPerSecond = came / ms * 1000
    return { bytesPerSecond, secondsLeft: Math.max(0, of - bytes) / bytesPerSecond }
  }
}
