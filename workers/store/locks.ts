// Web Locks held across awaits; the browser lets go of them when their worker or tab ends, however it ends.

/** Takes the lock `name`; undefined when somebody else holds it, `patience` milliseconds long, in a way that excludes this. */
export function take(name: string, mode: LockMode, patience = 0): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const options: LockOptions = patience === 0 ? { mode, ifAvailable: true } : { mode, signal: AbortSignal.timeout(patience) }
    navigator.locks.request(name, options, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((release) => { resolve(release) })
    }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'TimeoutError') resolve(undefined)
      else reject(error as Error)
    })
  })
}
