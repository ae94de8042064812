// A frozen language model as ONNX: by its id on the hub or a mirror, or from a folder; asked greedily with the policy's own prompt.
import { useId, useState, type FormEvent } from 'react'
import { FROZEN_DTYPES, type FrozenDtype } from '../../state/inspect/frozen.ts'
import { PENDING, type FrozenReference } from '../../state/inspect/sources.ts'
import { useRun, useSources, useWorkbench } from '../parts/stores.ts'
import { ModelStanding } from './Kept.tsx'

const SUGGESTED = ['onnx-community/Qwen2.5-0.5B-Instruct', 'onnx-community/Qwen3-0.6B-ONNX', 'HuggingFaceTB/SmolLM2-360M-Instruct'] as const
const DTYPE_WORDS: Readonly<Record<FrozenDtype, string>> = {
  fp32: 'fp32, as it was trained', fp16: 'fp16, half', q8: 'q8, 8 bits', int8: 'int8', uint8: 'uint8', q4: 'q4, 4 bits', q4f16: 'q4f16, 4 bits and half', bnb4: 'bnb4, 4 bits',
}
const ALL_DTYPES = Object.keys(FROZEN_DTYPES) as FrozenDtype[]

/** Graphics where there is a real adapter; a software one is slower than the processor's own vector units. */
function useDevice(): ['webgpu' | 'wasm', (device: 'webgpu' | 'wasm') => void] {
  const adapter = useRun((state) => state.adapter)
  const [chosen, choose] = useState<'webgpu' | 'wasm'>()
  const real = adapter !== undefined && !adapter.fallback && adapter.architecture !== 'swiftshader'
  return [chosen ?? (real ? 'webgpu' : 'wasm'), choose]
}

interface HowProps {
  readonly dtypes: readonly FrozenDtype[]
  readonly dtype: FrozenDtype
  readonly onDtype: (dtype: FrozenDtype) => void
  readonly device: 'webgpu' | 'wasm'
  readonly onDevice: (device: 'webgpu' | 'wasm') => void
}

function How({ dtypes, dtype, onDtype, device, onDevice }: HowProps) {
  const id = useId()
  return (
    <>
      <label htmlFor={`${id}-dtype`}>Weights</label>
      <select id={`${id}-dtype`} value={dtype} onChange={(event) => onDtype(dtypes.find((one) => one === event.currentTarget.value) ?? dtype)}>
        {dtypes.map((one) => <option key={one} value={one}>{DTYPE_WORDS[one]}</option>)}
      </select>
      <label htmlFor={`${id}-device`}>Runs on</label>
      <select id={`${id}-device`} value={device} onChange={(event) => onDevice(event.currentTarget.value === 'webgpu' ? 'webgpu' : 'wasm')}>
        <option value="webgpu">graphics (WebGPU)</option>
        <option value="wasm">processor (wasm)</option>
      </select>
    </>
  )
}

function Offered() {
  const { sources } = useWorkbench()
  const offered = useSources((state) => state.offered)!
  const busy = useSources((state) => state.doing !== undefined)
  const [device, onDevice] = useDevice()
  const [chosen, onDtype] = useState<FrozenDtype>()
  const dtype = chosen !== undefined && offered.dtypes.includes(chosen) ? chosen : offered.dtypes[0]!
  const take = (): void => void sources.addModel({ model: offered.name, from: 'folder', revision: '', mirror: '', dtype, device })
  return (
    <div className="notice sources-offered">
      <p>Folder <strong>{offered.name}</strong></p>
      <p className="sources-how"><How dtypes={offered.dtypes} dtype={dtype} onDtype={onDtype} device={device} onDevice={onDevice} /></p>
      <p>
        <button type="button" className="button primary" disabled={busy} onClick={take}>Open it</button>{' '}
        <button type="button" className="plain" onClick={sources.withdrawFolder}>Never mind</button>
      </p>
    </div>
  )
}

function Hub() {
  const { sources } = useWorkbench()
  const id = useId()
  const busy = useSources((state) => state.doing !== undefined)
  const [device, onDevice] = useDevice()
  const [model, setModel] = useState('')
  const [mirror, setMirror] = useState('')
  const [revision, setRevision] = useState('')
  const [dtype, onDtype] = useState<FrozenDtype>('q4')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const reference: FrozenReference = { model: model.trim(), from: 'hub', revision: revision.trim() === '' ? 'main' : revision.trim(), mirror: mirror.trim(), dtype, device }
    if (reference.model !== '') void sources.addModel(reference)
  }
  return (
    <form onSubmit={submit} className="sources-hub">
      <p className="sources-id">
        <input
          type="text" aria-label="Id of a model on the hub" list={`${id}-ids`} autoComplete="off" spellCheck={false} placeholder="owner/name, with an ONNX export"
          value={model} onChange={(event) => setModel(event.currentTarget.value)}
        />
        <datalist id={`${id}-ids`}>{SUGGESTED.map((one) => <option key={one} value={one} />)}</datalist>
        <button type="submit" className="button" disabled={busy || model.trim() === ''}>Fetch and open</button>
      </p>
      <p className="sources-how"><How dtypes={ALL_DTYPES} dtype={dtype} onDtype={onDtype} device={device} onDevice={onDevice} /></p>
      <details>
        <summary>Mirror and revision</summary>
        <p className="sources-how">
          <label htmlFor={`${id}-mirror`}>Mirror</label>
          <input id={`${id}-mirror`} type="text" inputMode="url" autoComplete="off" spellCheck={false} placeholder="https://huggingface.co" value={mirror} onChange={(event) => setMirror(event.currentTarget.value)} />
          <label htmlFor={`${id}-revision`}>Revision</label>
          <input id={`${id}-revision`} type="text" autoComplete="off" spellCheck={false} placeholder="main" value={revision} onChange={(event) => setRevision(event.currentTarget.value)} />
        </p>
      </details>
    </form>
  )
}

export function AddModel() {
  const { sources } = useWorkbench()
  const id = useId()
  const offered = useSources((state) => state.offered !== undefined)
  const pending = useSources((state) => state.models.get(PENDING))
  const [refused, setRefused] = useState<string>()
  const give = async (files: readonly File[]): Promise<void> => {
    const taken = files.length === 0 || await sources.offerFolder(files)
    setRefused(taken ? undefined : 'this folder holds no language model as ONNX: config.json, tokenizer.json and onnx/model….onnx are needed, as Export → ONNX writes them')
  }
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>A frozen model</h3>
      <Hub />
      <p>
        <span className="drop-button">
          <input
            id={id} type="file" multiple className="visually-hidden" ref={(input) => input?.setAttribute('webkitdirectory', '')}
            onChange={(event) => {
              void give([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
          <label htmlFor={id} className="button">Choose its folder</label>
        </span>{' '}
        <span className="quiet">or drop it on the page; an exported policy is such a folder</span>
      </p>
      {refused !== undefined && <p role="alert" className="fault">{refused}</p>}
      {offered && <Offered />}
      {pending?.is === 'opening' && <ModelStanding id={PENDING} title="the model" status={pending} />}
      <p className="quiet">It reads the same prompt as the policy, answers greedily, and is read by the same rules. Fetched files stay in the browser’s cache; a folder has to be given again after a reload.</p>
    </section>
  )
}
