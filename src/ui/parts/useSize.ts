// The size of an element, kept up to date: charts are drawn in pixels.
import { useEffect, useState, type RefCallback } from 'react'

export interface Size {
  readonly width: number
  readonly height: number
}

export function useSize(): [RefCallback<HTMLElement>, Size | undefined] {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [size, setSize] = useState<Size>()
  useEffect(() => {
    if (element === null) return
    const observer = new ResizeObserver(([entry]) => {
      const box = entry?.contentRect
      if (box !== undefined) setSize({ width: Math.floor(box.width), height: Math.floor(box.height) })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [setElement, size]
}
