// Help: the keys, the tour again, and every term with its formula and source.
import { useEffect, useId, useRef, useState } from 'react'
import { GLOSSARY, type Entry, type TermName } from '../../domain/glossary.ts'
import { PART_TERMS } from '../../domain/rewards/terms.ts'
import { TASK_TERMS } from '../../domain/tasks/terms.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useShell, useWorkbench } from '../parts/stores.ts'

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['1', '2', '3', '4'], 'Train, Inspect, Runs, Papers'],
  [['j', 'k'], 'next and previous query'],
  [['←', '→'], 'from column to column in the inspector; along a focused chart'],
  [['Enter'], 'open the query; pin the step of a focused chart'],
  [['/'], 'search the queries'],
  [['n'], 'write a note on the query'],
  [['Esc'], 'close, or let go of a pinned step'],
  [['?'], 'this help'],
]

function Shortcuts() {
  const { shell } = useWorkbench()
  const on = useShell((state) => state.keys)
  return (
    <section className="help-keys">
      <h3>Keys</h3>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={does}><dt>{keys.map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>
        ))}
      </dl>
      <label><input type="checkbox" checked={on} onChange={(event) => shell.setKeys(event.currentTarget.checked)} /> single letters and digits are shortcuts</label>
    </section>
  )
}

const ALL: readonly (readonly [TermName, Entry])[] = [
  ...(Object.entries(GLOSSARY) as [TermName, Entry][]), ...Object.entries(PART_TERMS).map(([part, entry]) => [`part-${part}` as TermName, entry] as const),
  ...Object.entries(TASK_TERMS).map(([name, entry]) => [`task-${name}` as TermName, entry] as const),
]

function Terms({ at }: { readonly at: TermName | 'top' }) {
  const [wanted, setWanted] = useState('')
  const id = useId()
  const found = useRef<HTMLDivElement>(null)
  useEffect(() => found.current?.scrollIntoView({ block: 'start' }), [])
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const entries = ALL.filter(([, { term, words: said, source = '' }]) => {
    const text = `${term} ${said} ${source}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return (
    <section className="help-terms">
      <h3>Terms</h3>
      <label htmlFor={id} className="visually-hidden">Search the terms</label>
      <input id={id} type="search" placeholder="Search the terms" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />
      <p role="status" className="quiet">{entries.length === 0 ? 'No term holds these words.' : ''}</p>
      <dl>
        {entries.map(([name, { term, words: said, formula, source }]) => (
          <div key={name} ref={name === at ? found : null} className={name === at ? 'here' : ''}>
            <dt>{term}</dt>
            <dd>
              <p>{said}</p>
              {formula !== undefined && <p className="term-formula">{formula}</p>}
              {source !== undefined && <p className="term-source">{source}</p>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

export function HelpSheet({ at }: { readonly at: TermName | 'top' }) {
  const { shell } = useWorkbench()
  return (
    <Sheet title="Help" className="help" onClose={shell.closeHelp} aside={<button type="button" className="plain" onClick={shell.beginTour}>Show the tour</button>}>
      <Shortcuts />
      <Terms at={at} />
    </Sheet>
  )
}
