// What was understood of the files, before anything uses it: counts, joins, what was set aside, samples, refused rows.
import { besidesOf } from '../../state/data/besides.ts'
import type { IngestReport } from '../../state/data/files.ts'
import { count, duration, percent } from '../parts/format.ts'
import { Cells, Checks, type Check } from '../parts/Figures.tsx'
import { LabelsBar } from '../parts/LabelsBar.tsx'
import { Refused } from './Refused.tsx'

/** More are only counted. */
const DOMAINS = 8

interface Figure { readonly name: string; readonly value: number; readonly note?: string }

function figuresOf(report: IngestReport): readonly Figure[] {
  const { validationQueries = 0, items = 0, itemsJoined = 0, sequences = 0, rankings = 0, outputs = 0 } = report
  const splits = [['train', report.trainQueries], ['validation', validationQueries], ['test', report.testQueries]] as const
  const told = splits.filter(([name, n]) => n > 0 || name !== 'validation')
  return [
    { name: 'Products', value: report.products },
    { name: 'Queries', value: report.queries, note: report.queries === 0 ? '' : told.map(([name, n]) => `${count(n)} ${name}`).join(' · ') },
    { name: 'Judgements', value: report.judgements, note: report.judgements === 0 ? '' : `${percent(report.joined / report.judgements)} joined` },
    { name: 'Histories', value: report.users, note: sequences > 0 ? `${count(sequences)} ready` : '' },
    { name: 'Interactions', value: report.interactions },
    { name: 'Items of histories', value: items, note: items === 0 ? '' : `${percent(itemsJoined / items)} in the catalogue` },
    { name: 'Stored rankings', value: rankings },
    { name: 'Stored outputs', value: outputs },
  ].filter(({ name, value }, at) => at < 2 || value > 0 || name === 'Judgements')
}

function joinsOf(report: IngestReport): readonly Check[] {
  const { leftOut } = report
  const { queriesWithoutExact: withoutExact } = leftOut
  return [
    { name: 'judgements without a product', value: report.judgements - report.joined, of: report.judgements, warns: true },
    { name: 'judgements given before', value: report.duplicates, of: report.judgements + report.duplicates },
    { name: 'judgements whose query has no text', value: leftOut.withoutText ?? 0, of: report.judgements, warns: true },
    { name: 'products without any text', value: report.untitled, of: report.products, warns: true },
    { name: 'products given before', value: leftOut.duplicateProducts, of: report.products + leftOut.duplicateProducts },
    { name: 'queries without an Exact product, left out', value: withoutExact, of: report.queries + withoutExact, warns: true },
    { name: 'lists of a query given before', value: leftOut.repeatedQueries ?? 0 },
  ]
}

export interface UnderstoodProps {
  readonly report: IngestReport
  readonly name: string
  readonly rejections: () => Promise<Blob>
}

export function Understood({ report, name, rejections }: UnderstoodProps) {
  const filtered = Object.entries(report.leftOut.filtered)
  const domains = Object.entries(report.domains ?? {}).toSorted(([, a], [, b]) => b - a)
  const { samples, notes = [] } = report
  const besides = besidesOf(report)
  return (
    <div className="understood">
      <div className="understood-counts">
        <div>
          <dl className="figures">
            {figuresOf(report).map(({ name: title, value, note = '' }) => (
              <div key={title}><dt>{title}</dt><dd>{count(value)} {note !== '' && <small>{note}</small>}</dd></div>
            ))}
            <div><dt>Read in</dt><dd>{report.seconds < 10 ? `${report.seconds.toFixed(1)} s` : duration(report.seconds)}</dd></div>
          </dl>
          {report.judgements > 0 && <LabelsBar labels={report.labels} />}
        </div>
        <Checks title="Joins" checks={joinsOf(report)} />
        <div>
          {filtered.length > 0 && (
            <Checks title="Rows set aside by the filter, by column" checks={filtered.map(([name, value]) => ({ name, value }))} />
          )}
          {domains.length > 0 && (
            <Checks title="Queries by domain" checks={domains.slice(0, DOMAINS).map(([name, value]) => ({ name, value, of: report.queries }))} />
          )}
          {domains.length > DOMAINS && <p className="quiet">and {count(domains.length - DOMAINS)} more</p>}
        </div>
      </div>
      {besides !== undefined && <p className="quiet">Besides texts: {besides}</p>}
      {notes.length > 0 && <ul className="notice">{notes.map((note) => <li key={note}>{note}</li>)}</ul>}
      <Refused report={report} all={rejections} name={name} />
      {samples.products.length > 0 && (
        <Cells
          caption="Products, the first" columns={['Id', 'Title', 'Description', 'Bullet points', 'Brand', 'Colour']}
          rows={samples.products.map(({ id, title, description, bullets, brand, color }) => [id, title, description, bullets, brand, color])}
        />
      )}
      {samples.queries.length > 0 && (
        <Cells
          caption="Queries, the first" columns={['Query', 'Judged products']}
          rows={samples.queries.map(({ text, products }) => [text, products.join(', ')])}
        />
      )}
      <Cells
        caption="Files" columns={['File', 'Recognised as', 'Bytes']}
        rows={report.files.map(({ file, format, bytes }) => [file, format, count(bytes)])}
      />
    </div>
  )
}
