// How much memory a tab takes: the resident size of the browser's largest renderer, page and workers together, sampled from outside.
import { execFile } from 'node:child_process'

const EVERY_MS = 250

interface Process {
  readonly pid: number
  readonly parent: number
  readonly kilobytes: number
  readonly command: string
}

/** Every process as `ps` tells it; none where there is no `ps` (Windows). */
function processes(): Promise<Process[]> {
  return new Promise((resolve) => {
    execFile('ps', ['-axo', 'pid=,ppid=,rss=,args='], { maxBuffer: 2 ** 26 }, (error, stdout) => {
      if (error !== null) return resolve([])
      resolve(stdout.split('\n').flatMap((line) => {
        const [, pid, parent, kilobytes, command] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
        return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), command }]
      }))
    })
  })
}

/** The largest renderer among the descendants of this process, in MB of 2^20 bytes; 0 where none is known. */
async function rendererMB(): Promise<number> {
  const all = await processes()
  const ours = new Set([process.pid])
  for (let grown = true; grown;) {
    grown = false
    for (const { pid, parent } of all) {
      if (ours.has(parent) && !ours.has(pid)) {
        ours.add(pid)
        grown = true
      }
    }
  }
  return Math.max(
    0, ...all.filter(({ pid, command }) => ours.has(pid) && command.includes('--type=renderer')).map(({ kilobytes }) => kilobytes / 1024),
  )
}

/** Watches the tab's memory while `work` runs; `peakMB` is the largest that was seen, 0 where it can't be told. */
export async function withMemory<T>(work: () => Promise<T>): Promise<{ value: T; peakMB: number }> {
  let peak = 0
  let watching = true
  const watch = (async () => {
    while (watching) {
      peak = Math.max(peak, await rendererMB())
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  try {
    const value = await work()
    peak = Math.max(peak, await rendererMB())
    return { value, peakMB: Math.round(peak) }
  } finally {
    watching = false
    await watch
  }
}
