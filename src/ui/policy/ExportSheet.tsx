// Handing the policy on: as a PEFT adapter, as merged weights, as ONNX; in one archive, or into a folder where the browser can write one.
import { useState } from 'react'
import type { ExportKind } from '../../state/run.ts'
import { sentenceOf } from '../../state/sentence.ts'
import { count, size } from '../parts/format.ts'
import { askForFolder, bytesOf, canSaveIntoFolder, saveIntoFolder, saveZip } from '../parts/save.ts'
import { Sheet } from '../parts/Sheet.tsx'
import { useRun, useWorkbench } from '../parts/stores.ts'

interface Way {
  readonly kind: ExportKind
  readonly title: string
  readonly explain: string
  /** bytes of each parameter in the file, and which parameters count */
  readonly about: (parameters: number, trained: number) => number
}

const ADAPTER: Way = {
  kind: 'trained', title: 'Adapter', about: (_, trained) => 4 * trained,
  explain: 'What was trained, as a PEFT folder: for PEFT, TRL, verl and vLLM, and to continue here (drop its two files on the page).',
}
const WHOLE: Way = {
  kind: 'trained', title: 'Trained weights', about: (parameters) => 4 * parameters,
  explain: 'Every weight in float32 with config.json, as a model-hub folder.',
}
const MERGED: Way = {
  kind: 'merged', title: 'Merged model', about: (parameters) => 4 * parameters,
  explain: 'The whole model with the adapter added in, as safetensors with its tokenizer: for transformers, vLLM and converters.',
}
const ONNX: Way = {
  kind: 'onnx', title: 'ONNX', about: (parameters) => 4 * parameters,
  explain: 'The whole model as transformers.js loads it in a browser or in Node: onnx/model.onnx, config.json and tokenizer.',
}

type Said = { readonly kind: ExportKind; readonly text: string; readonly is: 'doing' | 'done' | 'fault' }

/** A file name out of a policy's id. */
function archiveName(policy: string, kind: ExportKind): string {
  return `${policy.replace(/[^\w.-]+/g, '-')}-${kind}.zip`
}

export function ExportSheet({ onClose }: { readonly onClose: () => void }) {
  const { run } = useWorkbench()
  const engine = useRun((state) => state.engine)
  const policy = useRun((state) => state.settings.policy)
  const [said, setSaid] = useState<Said>()
  if (engine.is !== 'ready') return null
  const { parameters, trainableParameters } = engine.info
  const adapters = engine.loaded.settings.trainable === 'lora'
  const ways = adapters ? [ADAPTER, MERGED, ONNX] : [WHOLE, ONNX]
  const busy = said?.is === 'doing'
  const save = async (kind: ExportKind, where: 'archive' | 'folder'): Promise<void> => {
    try {
      const folder = where === 'folder' ? await askForFolder() : undefined
      if (where === 'folder' && folder === undefined) return
      setSaid({ kind, is: 'doing', text: 'Making the files …' })
      const files = await run.exportFiles(kind)
      const name = folder?.name ?? archiveName(policy, kind)
      if (folder === undefined) await saveZip(name, files)
      else await saveIntoFolder(folder, files)
      setSaid({ kind, is: 'done', text: `${count(files.length)} files, ${size(bytesOf(files))}, saved ${folder === undefined ? 'as' : 'into'} ${name}` })
    } catch (error) {
      setSaid({ kind, is: 'fault', text: sentenceOf(error) })
    }
  }
  return (
    <Sheet
      title="Export the policy" onClose={onClose} className="export-sheet"
      footer={<button type="button" className="button primary" onClick={onClose}>Done</button>}
    >
      <p className="quiet">The policy as it stands now. After a finished run that is its best checkpoint; while one is under way, what it has learnt so far.</p>
      <ul className="exports">
        {ways.map(({ kind, title, explain, about }) => (
          <li key={kind} aria-label={title}>
            <div>
              <h3>{title} <small>about {size(about(parameters, trainableParameters))}</small></h3>
              <p className="quiet">{explain}</p>
              <p role={said?.is === 'fault' ? 'alert' : 'status'} className={said?.is === 'fault' ? 'fault' : 'good'}>{said?.kind === kind ? said.text : ''}</p>
            </div>
            <p className="export-buttons">
              <button type="button" className="button" disabled={busy} aria-label={`Save ${title} as .zip`} onClick={() => void save(kind, 'archive')}>
                Save as .zip
              </button>
              {canSaveIntoFolder() && (
                <button type="button" className="button" disabled={busy} aria-label={`Save ${title} into a folder`} onClick={() => void save(kind, 'folder')}>
                  Into a folder
                </button>
              )}
            </p>
          </li>
        ))}
      </ul>
    </Sheet>
  )
}
