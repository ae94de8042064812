// Every dataset that this browser keeps: opened, renamed, removed; and how much room they take.
import { useEffect, useState, type KeyboardEvent } from 'react'
import type { StoredDataset } from '../../state/data/library.ts'
import { count, size } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { Sideways } from '../parts/Sideways.tsx'
import { useLibrary, useWorkbench } from '../parts/stores.ts'

const when = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })

function Name({ stored }: { readonly stored: StoredDataset }) {
  const { library } = useWorkbench()
  const [draft, setDraft] = useState<string>()
  if (draft === undefined) {
    return (
      <>
        <span className="title" title={stored.name}>{stored.name}</span>{' '}
        {stored.damage === undefined && (
          <button type="button" className="plain" aria-label={`Rename ${stored.name}`} onClick={() => setDraft(stored.name)}>Rename</button>
        )}
      </>
    )
  }
  const end = (name: string): void => {
    setDraft(undefined)
    if (name.trim() !== '' && name.trim() !== stored.name) void library.rename(stored.hash, name.trim())
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') end(draft)
    if (event.key !== 'Escape') return
    // only the name is given up, not the sheet
    event.preventDefault()
    setDraft(undefined)
  }
  return (
    <input
      type="text" aria-label={`New name of ${stored.name}`} value={draft} autoFocus onChange={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={press} onBlur={() => end(draft)}
    />
  )
}

interface RowProps {
  readonly stored: StoredDataset
  readonly current: boolean
  readonly onOpen: () => void
}

function Row({ stored, current, onOpen }: RowProps) {
  const { remove } = useWorkbench()
  const [asked, setAsked] = useState(false)
  const { hash, name, products, queries, users, bytes, readAt, damage } = stored
  return (
    <tr className={current ? 'current' : ''} aria-current={current || undefined}>
      <th scope="row">
        <Name stored={stored} />
        {damage !== undefined && <p className="fault">{damage}</p>}
      </th>
      <td className="number" data-name="Products">{count(products)}</td>
      <td className="number" data-name="Queries">{count(queries)}</td>
      <td className="number" data-name="Histories">{count(users)}</td>
      <td className="number" data-name="On disk">{size(bytes)}</td>
      <td data-name="Read" className="when">{readAt === 0 ? '–' : when.format(readAt)}</td>
      <td className="actions">
        {asked ? (
          <>
            <span>Free {size(bytes)}?</span>
            <button type="button" className="button small danger" onClick={() => remove(hash)}>Remove {name}</button>
            <button type="button" className="button small" autoFocus onClick={() => setAsked(false)}>Keep</button>
          </>
        ) : (
          <>
            {current ? <span className="badge">open</span> : (
              <button type="button" className="button small" disabled={damage !== undefined} aria-label={`Open ${name}`} onClick={onOpen}>
                Open
              </button>
            )}
            <button type="button" className="button small" aria-label={`Remove ${name} …`} onClick={() => setAsked(true)}>Remove</button>
          </>
        )}
      </td>
    </tr>
  )
}

export function Datasets({ onClose }: { readonly onClose: () => void }) {
  const { library, openStored, adding } = useWorkbench()
  const all = useLibrary((state) => state.stored)
  const room = useLibrary((state) => state.room)
  const current = useLibrary((state) => state.shop?.dataset.hash)
  const failure = useLibrary((state) => state.failure)
  useEffect(() => void library.look(), [library])
  const open = (hash: string): void => {
    onClose()
    openStored(hash)
  }
  const addMore = (): void => {
    onClose()
    adding.show()
  }
  return (
    <Sheet
      title="Data sets in this browser" onClose={onClose} className="datasets"
      footer={(
        <>
          <button type="button" className="button" onClick={() => open('sample')}>Open the sample</button>
          <button type="button" className="button primary" onClick={addMore}>Add data</button>
        </>
      )}
    >
      {failure !== undefined && <p role="alert" className="notice bad">{failure}</p>}
      {all.length === 0 ? <p className="waiting">Nothing is stored yet.</p> : (
        <Sideways label="Data sets">
          <table className="cells stored">
            <thead>
              <tr>
                <th scope="col">Name</th><th scope="col" className="number">Products</th><th scope="col" className="number">Queries</th>
                <th scope="col" className="number">Histories</th><th scope="col" className="number">On disk</th><th scope="col">Read</th><td />
              </tr>
            </thead>
            <tbody>
              {all.map((stored) => (
                <Row key={stored.hash} stored={stored} current={stored.hash === current} onOpen={() => open(stored.hash)} />
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
      {room !== undefined && (
        <div className="room">
          <p className="quiet">
            This page uses {size(room.used)} of the {size(room.quota)} that the browser gives it. Data sets never leave this browser.
          </p>
          <progress max={Math.max(1, room.quota)} value={room.used} aria-label="Room used" />
        </div>
      )}
    </Sheet>
  )
}
