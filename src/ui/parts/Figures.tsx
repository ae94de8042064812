// Small tables of figures: a name and its value a row, or a count with its share of something and what it means.
import type { ReactNode } from 'react'
import { count, percent } from './format.ts'
import { Sideways } from './Sideways.tsx'

export interface Check {
  readonly name: string
  readonly value: number
  /** what `value` is a part of; absent where a share says nothing */
  readonly of?: number
  /** a value above zero deserves a look */
  readonly warns?: boolean
}

/** Counts that should be looked at: zeros are shown too, so that what was checked is known. */
export function Checks({ title, checks }: { readonly title: string; readonly checks: readonly Check[] }) {
  return (
    <table className="checks">
      <caption>{title}</caption>
      <tbody>
        {checks.map(({ name, value, of, warns = false }) => (
          <tr key={name} className={value === 0 ? 'zero' : warns ? 'warns' : ''}>
            <th scope="row">{name}</th>
            <td className="number">{count(value)}</td>
            <td className="number share">{of === undefined || of === 0 || value === 0 ? '' : percent(value / of)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** Rows of text under column names; every cell is shown as text, long ones cut with their whole text as a title. */
export function Cells({ caption, columns, rows, className = '' }: {
  readonly caption: ReactNode
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly className?: string
}) {
  return (
    <Sideways label="Rows">
      <table className={`cells ${className}`}>
        <caption>{caption}</caption>
        <thead><tr>{columns.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>
          {rows.map((cells, row) => (
            // rows of a file have no other name than their place
            <tr key={`${row} ${cells[0] ?? ''}`}>{cells.map((cell, at) => <td key={columns[at]} title={cell}>{cell}</td>)}</tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  )
}
