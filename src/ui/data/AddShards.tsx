// Where a user's shards come in: a file input, a drop zone over the region, and the same drop anywhere on the page.
import { useEffect, useId, useState } from 'react'
import { count, percent } from '../parts/format.ts'
import { useLibrary, useWorkbench } from '../parts/stores.ts'

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false

/** True while files are dragged over the page; a drop anywhere on it is taken. */
function usePageDrop(onFiles: (files: File[]) => unknown): boolean {
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
      event.preventDefault()
      setOver(false)
      onFiles([...(event.dataTransfer?.files ?? [])])
    })
    return () => listening.abort()
  }, [onFiles])
  return over
}

const SAID = { fetching: 'Fetching', recognising: 'Recognising', reading: 'Reading', opening: 'Opening', indexing: 'Indexing' } as const

function Progress() {
  const { library } = useWorkbench()
  const reading = useLibrary((state) => state.reading)
  if (reading === undefined) return null
  const doing = SAID[reading.phase]
  return (
    <div className="reading">
      <p>{doing} {reading.what} <span className="quiet">{reading.rows > 0 ? `${count(reading.rows)} rows` : ''} {percent(reading.share)}</span></p>
      <progress max={1} value={reading.share} aria-label={`${doing} ${reading.what}`} />
      <button type="button" className="plain" onClick={() => library.cancel()}>Cancel</button>
    </div>
  )
}

export function AddShards() {
  const { adding } = useWorkbench()
  const id = useId()
  const over = usePageDrop(adding.addFiles)
  return (
    <div className={over ? 'drop over' : 'drop'}>
      <input
        id={id} type="file" multiple accept=".parquet" className="visually-hidden"
        onChange={(event) => {
          void adding.addFiles([...(event.currentTarget.files ?? [])])
          // the same files can be chosen again after a refusal
          event.currentTarget.value = ''
        }}
      />
      <div className="drop-invitation">
        <label htmlFor={id} className="button">Add shards</label>
        <p className="quiet">{over ? 'Let go to read them here' : 'or drop ESCI’s Parquet files'}</p>
      </div>
      <Progress />
    </div>
  )
}
