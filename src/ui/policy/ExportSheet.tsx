// Handing the policy on: as a PEFT adapter, as merged weights, as ONNX; in one archive, or into a folder where the browser can write one.
import { useEffect, useId, useRef, useState } from 'react'
import { archiveName, defaultDtype, dtypesOf, exportedBytes, type ExportDtype } from '../../state/policy/exporting.ts'
import type { ExportKind } from '../../state/run/run.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { count, size } from '../parts/format.ts'
import { askForFolder, bytesOf, canSaveIntoFolder, saveIntoFolder, saveZip, type SavedFile } from '../parts/save.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useRun, useWorkbench } from '../parts/stores.ts'

interface Way {
  readonly kind: ExportKind
  readonly title: string
  readonly explain: string
  /** which parameters are in the files */
  readonly holds: 'trained' | 'all'
}

const ADAPTER: Way = {
  kind: 'trained', title: 'Adapter', holds: 'trained',
  explain: 'What was trained, as a PEFT folder: for PEFT, TRL, verl and vLLM, and to continue here (drop its two files on the page).',
}
const WHOLE: Way = {
  kind: 'trained', title: 'Trained weights', holds: 'all',
  explain: 'Every weight in float32 with config.json, as a model-hub folder.',
}
const MERGED: Way = {
  kind: 'merged', title: 'Merged model', holds: 'all',
  explain: 'The whole model with the adapter added in, as safetensors with its tokenizer: for transformers, vLLM and converters.',
}
const ONNX: Way = {
  kind: 'onnx', title: 'ONNX', holds: 'all',
  explain: 'The whole model as transformers.js loads it in a browser or in Node: onnx/model.onnx, config.json and tokenizer.',
}

type Said = { readonly kind: ExportKind; readonly text: string; readonly is: 'doing' | 'done' | 'fault' }

interface WayItemProps {
  readonly way: Way
  readonly parameters: number
  readonly trained: number
  readonly said: Said | undefined
  readonly onSave: (kind: ExportKind, dtype: ExportDtype, where: 'archive' | 'folder') => void
}

function WayItem({ way: { kind, title, explain, holds }, parameters, trained, said, onSave }: WayItemProps) {
  const [chosen, setChosen] = useState<ExportDtype>()
  const id = useId()
  const dtype = chosen ?? defaultDtype(kind, parameters)
  const dtypes = dtypesOf(kind)
  const [busy, failed] = [said?.is === 'doing', said?.is === 'fault']
  return (
    <li aria-label={title}>
      <div>
        <h3>{title} <small>about {size(exportedBytes(holds === 'all' ? parameters : trained, dtype))}</small></h3>
        <p className="quiet">{explain}</p>
        {dtypes.length > 1 && (
          <p>
            <label htmlFor={id}>Numbers as</label>{' '}
            <select id={id} value={dtype} disabled={busy} onChange={(event) => setChosen(event.currentTarget.value as ExportDtype)}>
              {dtypes.map((name) => <option key={name}>{name}</option>)}
            </select>
          </p>
        )}
        <p role={failed ? 'alert' : 'status'} className={failed ? 'fault' : 'good'}>{said?.kind === kind ? said.text : ''}</p>
      </div>
      <p className="export-buttons">
        <button type="button" className="button" disabled={busy} aria-label={`Save ${title} as .zip`} onClick={() => onSave(kind, dtype, 'archive')}>
          Save as .zip
        </button>
        {canSaveIntoFolder() && (
          <button
            type="button" className="button" disabled={busy} aria-label={`Save ${title} into a folder`}
            onClick={() => onSave(kind, dtype, 'folder')}
          >
            Into a folder
          </button>
        )}
      </p>
    </li>
  )
}

export function ExportSheet({ onClose }: { readonly onClose: () => void }) {
  const { run } = useWorkbench()
  const engine = useRun((state) => state.engine)
  const [said, setSaid] = useState<Said>()
  /** what is being saved ends with the sheet */
  const saving = useRef<AbortController>(undefined)
  useEffect(() => () => saving.current?.abort(), [])
  if (engine.is !== 'ready') return null
  const { info: { parameters, trainableParameters }, loaded: { policy, settings } } = engine
  const ways = settings.trainable === 'lora' ? [ADAPTER, MERGED, ONNX] : [WHOLE, ONNX]
  const save = async (kind: ExportKind, dtype: ExportDtype, place: 'archive' | 'folder'): Promise<void> => {
    const { signal } = saving.current = new AbortController()
    try {
      const folder = place === 'folder' ? await askForFolder() : undefined
      if (place === 'folder' && folder === undefined) return
      setSaid({ kind, is: 'doing', text: 'Reading the policy from the device …' })
      const files = await run.exportFiles(kind, dtype)
      signal.throwIfAborted()
      const onFile = (file: SavedFile): void => {
        setSaid({ kind, is: 'doing', text: `Making ${file.name}, ${size(bytesOf([file]))}, file ${files.indexOf(file) + 1} of ${files.length} …` })
      }
      const name = folder?.name ?? archiveName(policy, kind, dtype)
      if (folder === undefined) await saveZip(name, files, { signal, onFile })
      else await saveIntoFolder(folder, files, { signal, onFile })
      const where = folder === undefined ? 'as' : 'into'
      setSaid({ kind, is: 'done', text: `${count(files.length)} files, ${size(bytesOf(files))}, saved ${where} ${name}` })
    } catch (error) {
      if (!signal.aborted) setSaid({ kind, is: 'fault', text: sentenceOf(error) })
    }
  }
  return (
    <Sheet
      title="Export the policy" onClose={onClose} className="export-sheet"
      footer={<button type="button" className="button primary" onClick={onClose}>{said?.is === 'doing' ? 'Stop and close' : 'Done'}</button>}
    >
      <p className="quiet">
        The policy as it stands now. After a finished run that is its best checkpoint; while one is under way, what it has learnt so far.
        Closing this stops what is being saved.
      </p>
      <ul className="exports">
        {ways.map((way) => (
          <WayItem
            key={way.title} way={way} parameters={parameters} trained={trainableParameters} said={said}
            onSave={(kind, dtype, where) => void save(kind, dtype, where)}
          />
        ))}
      </ul>
    </Sheet>
  )
}
