// The size of an element, kept up to date: charts are drawn in pixels.
import { useEffect, useState, type RefCallback } from 'react'
import { flushSync } from 'react-dom'
import { inTurn } from './turns.ts'

export interface Size {
  readonly width: number
  readonly height: number
}

/** A change reaches its component in a task of its own: when the page's layout moves, a dozen charts change size at once. */
export function useSize(): [RefCallback<HTMLElement>, Size | undefined] {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [size, setSize] = useState<Size>()
  useEffect(() => {
    if (element === null) return
    let latest: Size = { width: 0, height: 0 }
    const apply = (): void => flushSync(() => setSize(latest))
    let withdraw = (): void => undefined
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect
      if (box === undefined) return
      latest = { width: Math.floor(box.width), height: Math.floor(box.height) }
      withdraw = inTurn(apply)
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      withdraw()
    }
  }, [element])
  return [setElement, size]
}
