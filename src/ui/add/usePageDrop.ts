// Files that are dropped anywhere on the page.
import { useEffect, useState } from 'react'
import { droppedFiles } from './dropped.ts'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** True while files are dragged over the page; a drop anywhere on it is taken. */
export function usePageDrop(onFiles: (files: File[]) => unknown): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const listening = new AbortController()
    const listen = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void): void => {
      globalThis.addEventListener(type, (event) => {
        if (carriesFiles(event)) act(event)
      }, { signal: listening.signal })
    }
    const welcome = (event: DragEvent): void => {
      event.preventDefault()
      setOver(true)
    }
    listen('dragenter', welcome)
    listen('dragover', welcome)
    // leaving for another element of the page names it; leaving the page names none
    listen('dragleave', (event) => { if (event.relatedTarget === null) setOver(false) })
    listen('drop', (event) => {
      setOver(false)
      // a place of its own on the page has taken them
      if (event.defaultPrevented) return
      event.preventDefault()
      if (event.dataTransfer !== null) void droppedFiles(event.dataTransfer).then(onFiles)
    })
    return () => listening.abort()
  }, [onFiles])
  return over
}
