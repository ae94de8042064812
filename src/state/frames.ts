// Gathers what happens between two frames into one change of state, and never waits for a frame that a hidden tab would not draw.

const LONGEST_WAIT_MS = 200

export interface Frames {
  /** asks for a flush soon */
  request(): void
  /** flushes now what is waiting */
  flush(): void
}

export function frames(act: () => void): Frames {
  let timer: ReturnType<typeof setTimeout> | undefined
  let frame: number | undefined
  const flush = (): void => {
    clearTimeout(timer)
    if (frame !== undefined) cancelAnimationFrame(frame)
    timer = undefined
    frame = undefined
    act()
  }
  const request = (): void => {
    if (timer !== undefined) return
    timer = setTimeout(flush, LONGEST_WAIT_MS)
    if (typeof requestAnimationFrame === 'function') frame = requestAnimationFrame(flush)
  }
  return { request, flush }
}
