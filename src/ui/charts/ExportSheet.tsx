// All charts as files: one figure, or their data.
import { useState } from 'react'
import { useStore } from 'zustand'
import { count } from '../parts/format.ts'
import { Sheet } from '../parts/Sheet.tsx'
import type { Charted } from './charted.ts'
import { SECTIONS, type Curve, type Section } from './curves.ts'
import { exportCharts, figures, type Saved } from './exporting.ts'
import type { Look } from './frame.ts'
import { sentenceOf } from '../../state/sentence.ts'

interface ExportProps {
  readonly curves: readonly Curve[]
  readonly charted: Charted
  readonly look: (curve: Curve) => Look
  readonly onClose: () => void
}

const KINDS: readonly (readonly [kind: Saved, says: string])[] = [['png', 'PNG'], ['svg', 'SVG'], ['csv', 'CSV'], ['jsonl', 'JSONL']]

export function ExportSheet({ curves, charted, look, onClose }: ExportProps) {
  const background = useStore(figures, (state) => state.background)
  const [left, setLeft] = useState<ReadonlySet<Section>>(new Set())
  const [columns, setColumns] = useState(3)
  const [doing, setDoing] = useState('')
  const [fault, setFault] = useState('')
  const chosen = curves.filter(({ section }) => !left.has(section))
  const save = async (kind: Saved): Promise<void> => {
    setFault('')
    setDoing('writing …')
    try {
      await exportCharts(chosen, charted, kind, { columns, look, onProgress: (done, of) => setDoing(`drawing ${count(done + 1)} of ${count(of)}`) })
    } catch (error) {
      setFault(sentenceOf(error))
    } finally {
      setDoing('')
    }
  }
  return (
    <Sheet title="Save figures" className="export-charts" onClose={onClose}>
      <fieldset className="row">
        <legend>Sections</legend>
        {SECTIONS.filter(({ id }) => curves.some(({ section }) => section === id)).map(({ id, title }) => (
          <label key={id} className="check">
            <input
              type="checkbox" checked={!left.has(id)}
              onChange={({ currentTarget }) => setLeft(new Set(currentTarget.checked ? [...left].filter((one) => one !== id) : [...left, id]))}
            />{title}
          </label>
        ))}
      </fieldset>
      <fieldset className="row">
        <legend>Background of figures</legend>
        {(['white', 'dark'] as const).map((one) => (
          <label key={one} className="check">
            <input type="radio" name="background" checked={background === one} onChange={() => figures.setState({ background: one })} />{one}
          </label>
        ))}
        <label className="check">Charts in a row
          <select value={columns} onChange={(event) => setColumns(Number(event.currentTarget.value))}>{[1, 2, 3, 4].map((many) => <option key={many}>{many}</option>)}</select>
        </label>
      </fieldset>
      <p className="quiet">
        Figures show what the charts show now: axis, smoothing, stretch. Data holds every value, unthinned and unsmoothed.
      </p>
      <p className="row">
        {KINDS.map(([kind, says]) => (
          <button key={kind} type="button" className="button" disabled={doing !== '' || chosen.length === 0} onClick={() => void save(kind)}>{says}</button>
        ))}
        <span role="status" className="quiet">{doing}</span>
      </p>
      {fault !== '' && <p className="notice bad" role="alert">{fault}</p>}
    </Sheet>
  )
}
