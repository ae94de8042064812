// Where files come from: the person's disk, a drop anywhere on the page, or an address.
import { useId, useState } from 'react'
import { useAdding, useWorkbench } from '../parts/stores.ts'
import { size } from '../parts/format.ts'

const KNOWN = 'Files are told apart by their content: ESCI, Amazon Reviews 2014, 2018 and 2023, Amazon-C4, Rec-R1’s lists, RL prompts and results, '
  + 'BEIR, TREC, and any CSV, TSV or JSON lines whose columns you name. Several shards of a set go in together.'

function Doing() {
  const { adding } = useWorkbench()
  const doing = useAdding((state) => state.doing)
  if (doing === undefined) return null
  const said = doing.phase === 'fetching' ? `Fetching ${doing.what}` : `Looking into ${doing.what}`
  return (
    <p className="choose-doing" role="status">
      <span>
        {said} …{' '}
        {doing.bytes > 0 && <span className="quiet">{size(doing.bytes)}{doing.totalBytes > 0 ? ` of ${size(doing.totalBytes)}` : ''}</span>}
      </span>
      <button type="button" className="plain" onClick={adding.cancel}>Cancel</button>
    </p>
  )
}

export function Choose() {
  const { adding } = useWorkbench()
  const id = useId()
  const [address, setAddress] = useState('')
  return (
    <div className="choose">
      <div className="choose-ways">
        <span className="drop-button">
          <input
            id={`${id}-files`} type="file" multiple className="visually-hidden"
            onChange={(event) => {
              void adding.addFiles([...(event.currentTarget.files ?? [])])
              // the same files can be chosen again after a refusal
              event.currentTarget.value = ''
            }}
          />
          <label htmlFor={`${id}-files`} className="button">Choose files</label>
        </span>
        <span className="quiet">or drop them anywhere, or</span>
        <form
          className="choose-address"
          onSubmit={(event) => {
            event.preventDefault()
            if (address.trim() === '') return
            void adding.addAddress(address).then(() => { if (adding.getState().failure === undefined) setAddress('') })
          }}
        >
          <input
            type="text" inputMode="url" aria-label="Address of a file" autoComplete="off" spellCheck={false} placeholder="paste the address of a file"
            value={address} onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <button type="submit" className="button" disabled={address.trim() === ''}>Fetch</button>
        </form>
      </div>
      <p className="quiet">{KNOWN}</p>
      <Doing />
    </div>
  )
}
