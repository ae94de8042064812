// Gives each chart its own task: redrawing twelve at once would hold the page up, one at a time never does.

type Work = () => void

const waiting = new Set<Work>()
let pumping = false

function pump(): void {
  const next = waiting.values().next()
  if (next.done === true) {
    pumping = false
    return
  }
  waiting.delete(next.value)
  next.value()
  setTimeout(pump)
}

/** Runs `work` in a task of its own, after what was asked before; asking again before its turn changes nothing. Returns a way to withdraw it. */
export function inTurn(work: Work): () => void {
  waiting.add(work)
  if (!pumping) {
    pumping = true
    setTimeout(pump)
  }
  return () => void waiting.delete(work)
}
