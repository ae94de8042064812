// What an experiment found: the verdict in sentences, tables with intervals and marks, figures, and the papers' own figures beside them.
import type { Printed } from '../../domain/papers/experiment.ts'
import type { Report } from '../../domain/papers/report.ts'
import { reportCsv, reportLatex, reportMarkdown } from '../../domain/papers/reportText.ts'
import { duration } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { CopyButton } from '../runs/CopyButton.tsx'
import { Pairs, Table } from '../runs/ResultsTable.tsx'
import { PaperFigure } from './PaperFigure.tsx'

function Numbers({ list: { title, source, columns, rows } }: { readonly list: Printed }) {
  return (
    <section className="papers-part">
      <h3>{title}</h3>
      <Sideways label={title}>
        <table className="run-table" aria-label={title}>
          <thead><tr><th scope="col"><span className="visually-hidden">Row</span></th>{columns.map((column) => <th key={column} scope="col" className="number">{column}</th>)}</tr></thead>
          <tbody>
            {rows.map(({ name, values }) => (
              <tr key={name}><th scope="row">{name}</th>{values.map((value, at) => <td key={columns[at]} className="number">{value}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      <p className="quiet">{source}.</p>
    </section>
  )
}

const save = (name: string, type: string, text: string): void => saveBlob(name, new Blob([text], { type }))

export function ReportView({ report }: { readonly report: Report }) {
  const { experiment, verdict, tables, figures, lists, printed, runs } = report
  return (
    <div className="papers-report">
      {verdict.length > 0 && <section className="papers-verdict" aria-label="Verdict">{verdict.map((sentence) => <p key={sentence}>{sentence}</p>)}</section>}
      <p className="runs-bar">
        <CopyButton what="the report as Markdown" text={() => reportMarkdown(report)}>Copy as Markdown</CopyButton>
        {tables.length + lists.length > 0 && <CopyButton what="the tables as LaTeX" text={() => reportLatex(report)}>Copy as LaTeX</CopyButton>}
        <button type="button" className="button small" onClick={() => save(`${experiment}.md`, 'text/markdown', reportMarkdown(report))}>Save as Markdown</button>
        <button type="button" className="button small" onClick={() => save(`${experiment}.csv`, 'text/csv', reportCsv(report))}>Save as CSV</button>
        <span className="quiet">{runs.done} of {runs.planned} runs, {duration(runs.seconds)} of them</span>
      </p>
      {tables.map(({ title, table }) => (
        <section key={title} className="papers-part">
          <h3>{title}</h3>
          <Table table={table} />
          {table.pairs.length > 0 && <details><summary>Each against each, {table.pairs.length} pairs</summary><Pairs pairs={table.pairs} table={table} /></details>}
        </section>
      ))}
      {lists.map((list) => <Numbers key={list.title} list={list} />)}
      {figures.length > 0 && <div className="papers-figures">{figures.map((figure) => <PaperFigure key={figure.title} figure={figure} name={experiment} />)}</div>}
      {printed.length > 0 && (
        <details className="papers-printed">
          <summary>The papers’ own figures, beside ours and never mixed with them</summary>
          {printed.map((list) => <Numbers key={list.title} list={list} />)}
        </details>
      )}
    </div>
  )
}
