// The columns of a table that no format knows: the person says what they mean, with the first rows beside it.
import { useId } from 'react'
import type { ColumnMapping, MappedField, MappedRole, Recognised } from '../../state/data/files.ts'
import { columnName, MAPPED_FIELDS, MAPPED_ROLES, mappingAs, mappingFault, OWN_COLUMNS } from '../../state/data/files.ts'
import { Cells } from '../parts/Figures.tsx'

const ROLES: Readonly<Record<MappedRole, string>> = {
  products: 'products, one a row', judgements: 'judgements, a query and a product a row', queries: 'queries, one a row',
  interactions: 'interactions, a person and a product a row', people: 'people, one a row',
}

interface ChoiceProps {
  readonly field: MappedField
  readonly columns: readonly string[]
  readonly value: string | undefined
  readonly onChange: (column: string | undefined) => void
}

function Choice({ field, columns, value, onChange }: ChoiceProps) {
  const id = useId()
  return (
    <div className="mapped">
      <label htmlFor={id}>{field.title}{field.required && <small> needed</small>}</label>
      <select id={id} value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}>
        <option value="">–</option>
        {columns.map((column) => <option key={column} value={column}>{columnName(column)}</option>)}
      </select>
    </div>
  )
}

export interface MappingProps {
  readonly file: Recognised
  readonly mapping: ColumnMapping | undefined
  readonly onChange: (mapping: ColumnMapping) => void
}

export function Mapping({ file, mapping = { role: 'products', columns: {} }, onChange }: MappingProps) {
  const id = useId()
  const fault = mappingFault(mapping)
  const { role, columns } = mapping
  const own = OWN_COLUMNS[role]
  const choose = (name: string, column: string | undefined): void => {
    // a column means one thing: what it was kept as under its own name ends
    const others = Object.fromEntries(Object.entries(columns).filter(([other, same]) => other !== name && !(own !== undefined && same === column && other.startsWith(own.prefix))))
    onChange({ role, columns: column === undefined ? others : { ...others, [name]: column } })
  }
  const taken = new Set(Object.entries(columns).filter(([name]) => own === undefined || !name.startsWith(own.prefix)).map(([, column]) => column))
  const left = file.columns.filter((column) => !taken.has(column))
  return (
    <fieldset className="mapping">
      <legend>What {file.file} holds</legend>
      <div className="mapping-role">
        <label htmlFor={id}>Each row is of</label>
        <select id={id} value={role} onChange={(event) => onChange(mappingAs(event.currentTarget.value as MappedRole, mapping))}>
          {MAPPED_ROLES.map((name) => <option key={name} value={name}>{ROLES[name]}</option>)}
        </select>
        {fault === undefined ? <span className="good">complete</span> : <span role="status" className="warns">{fault}</span>}
      </div>
      <div className="mapping-fields">
        {MAPPED_FIELDS[role].map((field) => (
          <Choice
            key={field.name} field={field} columns={file.columns} value={columns[field.name]}
            onChange={(column) => choose(field.name, column)}
          />
        ))}
      </div>
      {own !== undefined && left.length > 0 && (
        <div className="mapped own-columns" role="group" aria-label={own.title}>
          <span>{own.title}</span>
          {left.map((column) => {
            const name = `${own.prefix}${column}`
            return (
              <label key={column}>
                <input type="checkbox" checked={columns[name] !== undefined} onChange={(event) => choose(name, event.currentTarget.checked ? column : undefined)} />
                {columnName(column)}
              </label>
            )
          })}
        </div>
      )}
      <Cells
        caption="First rows" columns={file.columns.map(columnName)}
        rows={file.samples.map((row) => file.columns.map((column) => row[column] ?? ''))}
      />
    </fieldset>
  )
}
