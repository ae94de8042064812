// Methods × data × measures of the chosen runs, with intervals and what is more than chance; taken elsewhere as Markdown, LaTeX or CSV.
import { useEffect, useId, useState } from 'react'
import type { TermName } from '../../domain/glossary.ts'
import { captionOf, MEASURE_TITLES, type Cell, type MethodsTable, type Pair, type TableMeasure } from '../../domain/methodsTable.ts'
import { markText, tableCsv, tableLatex, tableMarkdown } from '../../domain/tableText.ts'
import type { RunResults } from '../../state/runs/runResults.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { count, pValue, score, signed } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { CopyButton } from './CopyButton.tsx'
import { useRecords } from './Overlay.tsx'

const ABOUT = { 'recall@5': 'recall', 'ndcg@5': 'ndcg', 'ndcg@10': 'ndcg', 'ndcg@100': 'ndcg', 'recall@10': 'recall', 'format': 'format' } as const satisfies Readonly<Record<TableMeasure, TermName>>

function saidOf({ tests }: Cell): string {
  const said = ([['original', 'the original query'], ['start', 'the run’s start']] as const).flatMap(([against, name]) => {
    const test = tests[against]
    return test === undefined ? [] : [`${signed(test.delta)} on ${name}, 95 % ${signed(test.low)} to ${signed(test.high)}, p ${pValue(test.p)}, after Holm ${pValue(test.adjusted)}`]
  })
  return said.join('\n')
}

function Value({ cell }: { readonly cell: Cell | undefined }) {
  if (cell === undefined) return <td className="number quiet">–</td>
  return (
    <td className={`number ${cell.best ? 'best' : ''}`} title={saidOf(cell)}>
      {cell.best ? <strong>{score(cell.mean)}</strong> : score(cell.mean)}
      {cell.best && <span className="visually-hidden"> (best)</span>}
      {cell.marks.length > 0 && <sup>{cell.marks.map(markText).join(' ')}</sup>}
      <small>{score(cell.low)} – {score(cell.high)}</small>
    </td>
  )
}

export function Table({ table }: { readonly table: MethodsTable }) {
  const { data, measures, rows } = table
  const caption = useId()
  return (
    <>
      <p id={caption} className="runs-caption quiet">{captionOf(table)}</p>
      <Sideways label="Results by method">
        <table className="run-table methods-table" aria-label="Results by method" aria-describedby={caption}>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>Method</th>
              {data.map(({ name, hash, queries }, at) => (
                <th key={`${hash} ${at}`} scope="colgroup" colSpan={measures.length} title={`data hash ${hash}`}>{name} <small>{count(queries)} queries</small></th>
              ))}
            </tr>
            <tr>{data.map(({ hash }, at) => measures.map((measure) => <th key={`${hash} ${at} ${measure}`} scope="col" className="number"><Term about={ABOUT[measure]}>{MEASURE_TITLES[measure]}</Term></th>))}</tr>
          </thead>
          <tbody>
            {rows.map(({ role, title, detail, cells }, row) => (
              <tr key={`${row} ${title}`} className={`role-${role}`}>
                <th scope="row">{title} <small>{detail}</small></th>
                {cells.map((by, at) => measures.map((measure) => <Value key={`${data[at]!.hash} ${at} ${measure}`} cell={by?.[measure]} />))}
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </>
  )
}

export function Pairs({ pairs, table }: { readonly pairs: readonly Pair[]; readonly table: MethodsTable }) {
  const caption = useId()
  return (
    <>
      <p id={caption} className="runs-caption quiet">Trained policies against each other: test {MEASURE_TITLES[table.measures[0]!]} over the same queries, part of the same {count(table.comparisons)} comparisons.</p>
      <Sideways label="Trained policies against each other">
        <table className="run-table pairs" aria-labelledby={caption}>
          <thead><tr><th scope="col">Run</th><th scope="col">against</th><th scope="col">Data</th><th scope="col" className="number">Difference</th><th scope="col" className="number">95 %</th><th scope="col" className="number">p (Holm)</th></tr></thead>
          <tbody>
            {pairs.map(({ one, other, data, delta, low, high, adjusted }, at) => (
              <tr key={`${at} ${one}`}>
                <th scope="row">{one}</th><td>{other}</td><td>{table.data[data]?.name}</td>
                <td className={`number gain-sign ${adjusted >= 0.05 ? 'level' : delta > 0 ? 'better' : 'worse'}`}>{signed(delta)}</td>
                <td className="number">{signed(low)} to {signed(high)}</td><td className="number">{pValue(adjusted)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
    </>
  )
}

type Answer = { readonly is: 'reading' } | { readonly is: 'failed'; readonly reason: string } | { readonly is: 'there'; readonly results: RunResults }
/** the answer, and whether it is that of an earlier choice */
type Asked = Answer & { readonly earlier: boolean }

function useResults(ids: readonly string[]): Asked {
  const { runs } = useWorkbench()
  const records = useRecords(ids)
  // what the table is made of: it is made again when a run's events grew or its name changed
  const key = records.map(({ id, name, events, status }) => `${id} ${events.bytes} ${status} ${name}`).join('\n')
  const [asked, setAsked] = useState<Answer & { readonly of?: readonly string[] }>({ is: 'reading' })
  useEffect(() => {
    let wanted = true
    const ask = async (): Promise<void> => {
      try {
        const results = await runs.results(ids)
        if (wanted) setAsked({ is: 'there', results, of: ids })
      } catch (error) {
        if (wanted) setAsked({ is: 'failed', reason: sentenceOf(error), of: ids })
      }
    }
    void ask()
    return () => { wanted = false }
  }, [runs, ids, key])
  return { ...asked, earlier: asked.of !== ids }
}

export function ResultsTable({ ids }: { readonly ids: readonly string[] }) {
  const asked = useResults(ids)
  if (asked.is === 'reading') return <p className="waiting" role="status">reading the test answers, and comparing them query by query …</p>
  if (asked.is === 'failed') return <p className="notice bad" role="alert">The results cannot be shown: {asked.reason}</p>
  const { table, without } = asked.results
  return (
    <>
      {asked.earlier && <p className="waiting" role="status">comparing the runs that are chosen now …</p>}
      {table.rows.length > 0 && (
        <>
          <p className="runs-bar">
            <CopyButton what="the table as Markdown" text={() => tableMarkdown(table)}>Copy as Markdown</CopyButton>
            <CopyButton what="the table as LaTeX" text={() => tableLatex(table)}>Copy as LaTeX</CopyButton>
            <button type="button" className="button small" onClick={() => saveBlob('results.csv', new Blob([tableCsv(table)], { type: 'text/csv' }))}>Save as CSV</button>
          </p>
          <Table table={table} />
          {table.pairs.length > 0 && <Pairs pairs={table.pairs} table={table} />}
        </>
      )}
      {[...table.notes, ...without.map(({ name, reason }) => `${name}: ${reason}.`)].map((note) => <p key={note} className="notice">{note}</p>)}
    </>
  )
}
