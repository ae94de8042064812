// Web Locks held across awaits; the browser lets go of them when their worker or tab ends, however it ends.

/** Takes the lock `name` at once; undefined when somebody else holds it in a way that excludes this. */
export function take(name: string, mode: LockMode): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks.request(name, { mode, ifAvailable: true }, (lock) => {
      if (lock === null) return resolve(undefined)
      return new Promise<void>((release) => { resolve(release) })
    }).catch(reject)
  })
}
