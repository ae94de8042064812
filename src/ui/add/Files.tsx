// Which files were chosen, and what each was recognised as by its content.
import { columnName, type ColumnMapping, type Recognised } from '../../state/data/files.ts'
import { count, size } from '../parts/format.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { Mapping } from './Mapping.tsx'

const CONTAINERS: Readonly<Record<Recognised['container'], string>> = {
  parquet: 'Parquet', csv: 'CSV', tsv: 'TSV', jsonl: 'JSON lines', json: 'JSON', python: 'Python literals', trec: 'TREC',
}

function Columns({ columns }: { readonly columns: readonly string[] }) {
  const named = columns.map(columnName).join(', ')
  return <span className="file-columns" title={named}>{count(columns.length)}: {named}</span>
}

export interface FilesProps {
  readonly files: readonly Recognised[]
  /** by file name, of the unknown tables */
  readonly mappings: Readonly<Record<string, ColumnMapping>>
  readonly onMapping: (file: string, mapping: ColumnMapping) => void
  readonly onLeaveOut: (file: string) => void
}

export function Files({ files, mappings, onMapping, onLeaveOut }: FilesProps) {
  const unknown = files.filter(({ role }) => role === 'unknown')
  return (
    <>
      <Sideways label="Files">
        <table className="files">
          <thead>
            <tr>
              <th scope="col">File</th><th scope="col">Recognised as</th><th scope="col">Written as</th><th scope="col" className="number">Size</th>
              <th scope="col">Columns</th><td />
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.file}>
                <th scope="row" title={file.file}>{file.file}</th>
                <td>{file.role === 'unknown' ? <span className="warns">unknown table</span> : file.format}</td>
                <td>{CONTAINERS[file.container]}{file.gzip ? ', gzip' : ''}</td>
                <td className="number">{size(file.bytes)}</td>
                <td><Columns columns={file.columns} /></td>
                <td>
                  <button type="button" className="plain" aria-label={`Leave ${file.file} out`} onClick={() => onLeaveOut(file.file)}>
                    Leave out
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Sideways>
      {unknown.map((file) => (
        <Mapping key={file.file} file={file} mapping={mappings[file.file]} onChange={(mapping) => onMapping(file.file, mapping)} />
      ))}
    </>
  )
}
