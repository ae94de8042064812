// A figure of an experiment: lines with their intervals along a cost or a step, or bars by method; its numbers as a table, and both as files.
import { useRef, useState } from 'react'
import { Bar, CartesianGrid, ComposedChart, ErrorBar, Line, XAxis, YAxis } from 'recharts'
import type { Figure } from '../../domain/papers/experiment.ts'
import { csvCell, csvLine } from '../../domain/csv.ts'
import { fileName } from '../../domain/fileName.ts'
import { linear, xTick, yTick } from '../charts/axes.ts'
import { digits, score } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { useSize } from '../parts/useSize.ts'
import { RUN_COLOURS, RUN_DASHES } from '../runs/palette.ts'
import { saveFigure } from './figureFile.ts'
import { sentenceOf } from '../../state/sentence.ts'

const HEIGHT = 220
const TICK = { fontSize: 10, fill: 'var(--ink-faint)' } as const
const colourOf = (at: number): string => RUN_COLOURS[at % RUN_COLOURS.length]!

function ends(values: readonly number[], parts: number, withZero: boolean): ReturnType<typeof linear> {
  const known = values.filter(Number.isFinite)
  const [low, high] = [Math.min(...known, ...(withZero ? [0] : [])), Math.max(...known, ...(withZero ? [0] : []))]
  return linear(low, high, parts)
}

function Chart({ figure: { kind, series, names }, width }: { readonly figure: Figure; readonly width: number }) {
  const all = series.flatMap(({ points }) => points)
  const y = ends(all.flatMap(({ y: value, low, high }) => [value, low ?? value, high ?? value]), 4, kind === 'bars')
  const x = kind === 'bars' ? undefined : ends(all.map((point) => point.x), Math.max(2, Math.floor(width / 90)), true)
  const dataOf = (at: number): object[] => series[at]!.points.map((point) => ({
    x: kind === 'bars' ? names![point.x] : point.x, y: point.y, error: point.low === undefined || point.high === undefined ? [0, 0] : [point.y - point.low, point.high - point.y],
  }))
  return (
    <ComposedChart width={width} height={HEIGHT} margin={{ top: 8, right: 16, bottom: 0, left: 0 }} accessibilityLayer={false} {...(kind === 'bars' ? { data: dataOf(0) } : {})}>
      <CartesianGrid vertical={false} stroke="var(--series-grid)" />
      {x === undefined
        ? <XAxis dataKey="x" type="category" tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--line)' }} interval={0} height={18} />
        : <XAxis dataKey="x" type="number" domain={[...x.domain]} ticks={[...x.ticks]} tick={TICK} tickLine={false} axisLine={{ stroke: 'var(--line)' }} tickFormatter={xTick('step', x.domain[1])} height={18} allowDuplicatedCategory={false} />}
      <YAxis type="number" width={44} domain={[...y.domain]} ticks={[...y.ticks]} tick={TICK} tickLine={false} axisLine={false} tickFormatter={yTick(score)} />
      {kind === 'bars' && <Bar dataKey="y" fill={colourOf(0)} maxBarSize={56} isAnimationActive={false}><ErrorBar dataKey="error" isAnimationActive={false} width={6} stroke="var(--ink-soft)" strokeWidth={1.25} /></Bar>}
      {kind === 'lines' && series.map(({ name }, at) => (
        <Line
          key={name} data={dataOf(at)} dataKey="y" name={name} stroke={colourOf(at)} strokeDasharray={RUN_DASHES[at % RUN_DASHES.length]!} strokeWidth={1.75}
          dot={series[at]!.points.length > 40 ? false : { r: 2, fill: colourOf(at), strokeDasharray: 'none' }} isAnimationActive={false}
        >
          {series[at]!.points.some(({ low }) => low !== undefined) && <ErrorBar dataKey="error" isAnimationActive={false} width={3} stroke={colourOf(at)} strokeWidth={1} strokeOpacity={0.5} />}
        </Line>
      ))}
    </ComposedChart>
  )
}

function Key({ names }: { readonly names: readonly string[] }) {
  if (names.length < 2) return null
  return (
    <ul className="papers-key" aria-label="Lines">
      {names.map((name, at) => (
        <li key={name}>
          <svg width="22" height="8" aria-hidden="true"><path d="M0 4H22" stroke={colourOf(at)} strokeWidth="2" strokeDasharray={RUN_DASHES[at % RUN_DASHES.length]} /></svg>{name}
        </li>
      ))}
    </ul>
  )
}

function csvOf({ x, y, names, series }: Figure): string {
  const rows = series.flatMap(({ name, points }) => points.map((point) => [name, names?.[point.x] ?? point.x, point.y, point.low ?? '', point.high ?? '']))
  return [['series', x === '' ? 'what' : x, y, 'low_95', 'high_95'], ...rows].map((cells) => csvLine(cells.map(csvCell))).join('')
}

function Values({ figure: { x, y, names, series } }: { readonly figure: Figure }) {
  return (
    <details>
      <summary>As a table</summary>
      <div className="papers-values" role="group" tabIndex={0} aria-label="Values, scrolls">
        <table className="run-table">
          <thead><tr><th scope="col">Series</th><th scope="col" className="number">{x === '' ? 'What' : x}</th><th scope="col" className="number">{y}</th><th scope="col" className="number">95 %</th></tr></thead>
          <tbody>
            {series.flatMap(({ name, points }) => points.map((point, at) => (
              <tr key={`${name} ${at}`}>
                <th scope="row">{name}</th><td className="number">{names?.[point.x] ?? digits(point.x)}</td><td className="number">{score(point.y)}</td>
                <td className="number">{point.low === undefined ? '–' : `${score(point.low)} – ${score(point.high)}`}</td>
              </tr>
            )))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

export function PaperFigure({ figure, name }: { readonly figure: Figure; readonly name: string }) {
  const { title, x, y, series, says } = figure
  const figureBox = useRef<HTMLElement>(null)
  const [box, size] = useSize()
  const width = size?.width ?? 0
  const [fault, setFault] = useState('')
  const file = fileName(`${name} ${title}`, 'figure')
  const save = async (kind: 'svg' | 'png'): Promise<void> => {
    try {
      setFault('')
      const svg = figureBox.current?.querySelector('svg.recharts-surface')
      if (svg == null) throw new Error('the figure is not drawn yet; save it again in a moment')
      await saveFigure(svg, { title, says: `${y} against ${x}. ${says}`, keys: series.map((one, at) => ({ name: one.name, colour: colourOf(at), dash: RUN_DASHES[at % RUN_DASHES.length]! })) }, file, kind)
    } catch (error) {
      setFault(sentenceOf(error))
    }
  }
  return (
    <figure className="papers-figure" ref={figureBox}>
      <figcaption><strong>{title}</strong> <small>{y}{x === '' || title.endsWith(x) ? '' : ` by ${x}`}</small></figcaption>
      <Key names={series.map((one) => one.name)} />
      <div ref={box} className="papers-plot" role="img" aria-label={`${title}: ${y}. The values stand in the table below.`}>{width > 0 && <Chart figure={figure} width={width} />}</div>
      <p className="quiet">{says}</p>
      <p className="runs-bar papers-save">
        <button type="button" className="plain" onClick={() => void save('svg')}>SVG</button>
        <button type="button" className="plain" onClick={() => void save('png')}>PNG</button>
        <button type="button" className="plain" onClick={() => saveBlob(`${file}.csv`, new Blob([csvOf(figure)], { type: 'text/csv' }))}>CSV</button>
      </p>
      {fault !== '' && <p className="notice bad" role="alert">{fault}</p>}
      <Values figure={figure} />
    </figure>
  )
}
