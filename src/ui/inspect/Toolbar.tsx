// What the inspector's columns show, which there are, and how to hand them on.
import { Menu, MenuButton, MenuItem, MenuProvider } from '@ariakit/react/menu'
import { useId, useState } from 'react'
import { LISTED, type Listed } from '../../state/inspect/shown.ts'
import { useView, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { NARROW, useMedia } from '../parts/useMedia.ts'
import { SaveFigure } from '../queries/SaveFigure.tsx'
import { AddColumn } from './AddColumn.tsx'

const PICTURES = 'Pictures are fetched from the servers that the data set names. Those learn your network address, and which products you look at and when. '
  + 'The page itself asks nobody. Data sets without picture addresses (ESCI, the sample) show none.'

function Listing() {
  const { view } = useWorkbench()
  const listed = useView((state) => state.listed)
  const k = useView((state) => state.k)
  const ids = [useId(), useId()] as const
  return (
    <div className="toolbar-listing">
      <label htmlFor={ids[0]}>Products</label>
      <select id={ids[0]} value={listed} onChange={(event) => view.show({ listed: Number(event.currentTarget.value) as Listed })}>
        {LISTED.map((count) => <option key={count} value={count}>{count}</option>)}
      </select>
      <label htmlFor={ids[1]}>NDCG, recall at</label>
      <select id={ids[1]} value={k} onChange={(event) => view.show({ k: event.currentTarget.value === '10' ? 10 : 100 })}>
        <option value={10}>10</option><option value={100}>100</option>
      </select>
    </div>
  )
}

function Pictures() {
  const { view } = useWorkbench()
  const pictures = useView((state) => state.pictures)
  const id = useId()
  return (
    <span className="toolbar-pair">
      <input id={id} type="checkbox" checked={pictures} onChange={(event) => view.show({ pictures: event.currentTarget.checked })} />
      <label htmlFor={id}>Pictures</label>
      <Term explain={PICTURES}>who learns of it?</Term>
    </span>
  )
}

const COPY = 'Copy link to these columns'
const again = (inspecting: boolean): string => (inspecting ? 'Looking …' : 'Look again')

/** Copies an address that opens this query with these columns, and says what became of it. */
function useCopyLink(): { readonly copy: () => void; readonly said: string } {
  const { view } = useWorkbench()
  const [said, setSaid] = useState('')
  const copy = async (): Promise<void> => {
    const { search, leftOut } = view.link()
    const stays = leftOut.length === 1 ? '1 column lives in this browser alone and is left out' : `${leftOut.length} columns live in this browser alone and are left out`
    const rest = leftOut.length === 0 ? '' : `; ${stays}`
    try {
      await navigator.clipboard.writeText(`${location.origin}${location.pathname}?${search}${location.hash}`)
      setSaid(`copied${rest}`)
    } catch {
      setSaid('the browser did not let the page copy')
    }
    setTimeout(() => setSaid(''), 6000)
  }
  return { copy: () => void copy(), said }
}

/** What a phone has no room for beside the columns. */
function More({ onCopy }: { readonly onCopy: () => void }) {
  const { view } = useWorkbench()
  const inspecting = useView((state) => state.inspecting)
  const pictures = useView((state) => state.pictures)
  return (
    <MenuProvider>
      <MenuButton className="button">More</MenuButton>
      <Menu className="menu" gutter={4} unmountOnHide fixed overflowPadding={8}>
        <MenuItem className="menu-item" onClick={onCopy}>{COPY}</MenuItem>
        <MenuItem className="menu-item" disabled={inspecting} onClick={view.refresh}>{again(inspecting)}</MenuItem>
        <MenuItem className="menu-item" role="menuitemcheckbox" aria-checked={pictures} onClick={() => view.show({ pictures: !pictures })}>
          <span>Pictures</span><small>{pictures ? 'shown' : 'not shown'}</small>
        </MenuItem>
        <p className="menu-note">{PICTURES}</p>
      </Menu>
    </MenuProvider>
  )
}

export function Toolbar() {
  const { view } = useWorkbench()
  const inspecting = useView((state) => state.inspecting)
  const fault = useView((state) => state.fault)
  const { copy, said } = useCopyLink()
  const narrow = useMedia(NARROW)
  return (
    <div className="toolbar" role="group" aria-label="What the columns show">
      <AddColumn />
      {!narrow && <Listing />}
      {!narrow && <Pictures />}
      {!narrow && <button type="button" className="plain" onClick={copy}>{COPY}</button>}
      <SaveFigure />
      {narrow && <More onCopy={copy} />}
      {narrow && <Listing />}
      {!narrow && <button type="button" className="plain" onClick={view.refresh} disabled={inspecting}>{again(inspecting)}</button>}
      <span role="status" className="quiet">{said}</span>
      {fault !== undefined && <span role="alert" className="fault">{fault}</span>}
    </div>
  )
}
