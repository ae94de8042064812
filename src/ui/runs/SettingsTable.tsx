// Settings and environment of the chosen runs side by side: what differs, or everything.
import { Fragment, useMemo, useState } from 'react'
import { compareSettings, diffMarkdown, onlyDifferences, valueText } from '../../state/runs/settingsDiff.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { Term } from '../parts/Term.tsx'
import { CopyButton } from './CopyButton.tsx'
import { useRecords } from './Overlay.tsx'
import { Swatch } from './Swatch.tsx'

export function SettingsTable({ ids }: { readonly ids: readonly string[] }) {
  const records = useRecords(ids)
  const [all, setAll] = useState(false)
  const every = useMemo(() => compareSettings(records), [records])
  const groups = useMemo(() => (all || records.length < 2 ? every : onlyDifferences(every)), [every, all, records])
  const differing = useMemo(() => onlyDifferences(every).reduce((sum, { rows }) => sum + rows.length, 0), [every])
  return (
    <>
      <p className="runs-bar">
        {records.length > 1 && <label className="runs-bar"><input type="checkbox" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} /> Show what is the same, too</label>}
        <span className="quiet">{records.length < 2 ? 'Tick a second run to see where they differ.' : differing === 0 ? 'Nothing differs.' : `${differing} ${differing === 1 ? 'value differs' : 'values differ'}.`}</span>
        <CopyButton what="the settings as Markdown" text={() => diffMarkdown(records.map(({ name }) => name), groups)}>Copy as Markdown</CopyButton>
      </p>
      {groups.length > 0 && (
        <Sideways label="Settings side by side">
          <table className="run-table settings-diff">
            <caption className="visually-hidden">Settings of the chosen runs{all ? '' : ', where they differ'}</caption>
            <thead>
              <tr><th scope="col">Setting</th>{records.map(({ id, name }, place) => <th key={id} scope="col"><Swatch place={place} /> <span className="runs-cut">{name}</span></th>)}</tr>
            </thead>
            <tbody>
              {groups.map(({ group, rows }) => (
                <Fragment key={group}>
                  <tr className="diff-group"><th scope="colgroup" colSpan={records.length + 1}>{group}</th></tr>
                  {rows.map(({ name, unit, explanation, values, same }) => (
                    <tr key={name} className={same ? 'diff-same' : ''}>
                      <th scope="row">{explanation === '' ? name : <Term explain={explanation}>{name}</Term>}</th>
                      {records.map(({ id }, at) => <td key={id}>{valueText(values[at], unit)}</td>)}
                    </tr>
                  ))}
                </Fragment>
              ))}
            </tbody>
          </table>
        </Sideways>
      )}
    </>
  )
}
