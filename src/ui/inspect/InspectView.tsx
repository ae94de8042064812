// The view of queries: every one in a table at the left, one of them asked in many ways side by side, and what training made of it below.
import { Tab, TabList, TabPanel, TabProvider } from '@ariakit/react/tab'
import { useId, useState } from 'react'
import { rowWords } from '../../state/tasks/words.ts'
import { useRows, useView, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { useMedia } from '../parts/useMedia.ts'
import { QueryTable } from '../queries/QueryTable.tsx'
import { Replay } from '../replay/Replay.tsx'
import { Rollouts } from '../replay/Rollouts.tsx'
import { Case } from './Case.tsx'
import { CatalogueSearch } from './CatalogueSearch.tsx'
import { Columns } from './Columns.tsx'
import { createHot, HotContext } from './hot.ts'
import { Looked } from './Looked.tsx'
import { QueryPicker } from './QueryPicker.tsx'
import { Relevant } from './Relevant.tsx'
import { Toolbar } from './Toolbar.tsx'
import './inspect.css'

const READING = 'One query, or one history, asked about in many ways, all ranked by the same recommender; policies answer greedily. Letters and frames are labels, ? is unjudged. '
  + 'Moves, gains and lines compare with the column at the left.'

function Compared() {
  const inspection = useView((state) => state.inspection)
  const judged = useRows((state) => state.rows.length > 0)
  const reading = useRows((state) => state.reading)
  const fault = useRows((state) => state.fault)
  const { many } = rowWords(useRows((state) => state.spec))
  if (inspection === undefined) {
    if (reading) return <p className="waiting">Titles of the {many} are being read …</p>
    if (fault !== undefined) return <p role="alert" className="notice bad">{fault}. Choose another task, or add data, in Set up.</p>
    const said = judged ? `Pick one of the ${many}` : 'This data set has no judged queries, so nothing is picked for you. Type any query'
    return <p className="waiting">{said} to see what each way of asking finds.</p>
  }
  return (
    <>
      <Case inspection={inspection} />
      <Relevant inspection={inspection} />
      <Columns inspection={inspection} />
    </>
  )
}

/** What training made of the query, folded away until it is asked for. */
function Strip() {
  const [tab, setTab] = useState<string | null>(null)
  const open = tab !== null
  return (
    <div className={`strip${open ? ' open' : ''}`}>
      <TabProvider selectedId={tab} setSelectedId={(id) => setTab(id ?? null)} selectOnMove={false}>
        <div className="strip-head">
          <TabList className="tabs" aria-label="What training made of it">
            {/* a second press folds the open one away */}
            <Tab id="strip-replay" onClick={() => { if (tab === 'strip-replay') setTimeout(() => setTab(null)) }}>Replay through training</Tab>
            <Tab id="strip-rollouts" onClick={() => { if (tab === 'strip-rollouts') setTimeout(() => setTab(null)) }}>Rollouts</Tab>
          </TabList>
          {open && <button type="button" className="plain" onClick={() => setTab(null)}>Fold away</button>}
        </div>
        {tab === 'strip-replay' && <TabPanel tabId="strip-replay" className="strip-body"><Replay /></TabPanel>}
        {tab === 'strip-rollouts' && <TabPanel tabId="strip-rollouts" className="strip-body"><Rollouts /></TabPanel>}
      </TabProvider>
    </div>
  )
}

export function InspectView() {
  const { view } = useWorkbench()
  const heading = useId()
  const table = useId()
  const { many } = rowWords(useRows((state) => state.spec))
  const isWide = useMedia('(width >= 1180px)')
  const tableOpen = useView((state) => state.tableOpen)
  // on a narrow page the table would push the columns out of sight: there it is open only when it is asked for
  const [narrowOpen, setNarrowOpen] = useState(false)
  const open = isWide ? tableOpen : narrowOpen
  const toggle = (): void => (isWide ? view.show({ tableOpen: !tableOpen }) : setNarrowOpen(!narrowOpen))
  const [hot] = useState(createHot)
  return (
    <HotContext value={hot}>
      <section className={`panel inspect${open ? ' with-table' : ''}`} aria-labelledby={heading}>
        <div className="inspect-head">
          <h2 id={heading}><Term explain={READING}>Inspector</Term></h2>
          <button type="button" className="button table-toggle" aria-expanded={open} aria-controls={table} onClick={toggle}>
            <span aria-hidden="true">{open ? '◂' : '▸'}</span> All {many}
          </button>
          <QueryPicker />
          <CatalogueSearch />
        </div>
        <div id={table} className="inspect-table" hidden={!open}>{open && <QueryTable />}</div>
        <div className="inspect-main" {...hot.handlers}>
          <Toolbar />
          <Compared />
        </div>
        <Strip />
        <Looked />
      </section>
    </HotContext>
  )
}
