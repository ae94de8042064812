// The policy and the device it runs on, or why there is none and what helps; and the ways to another and out of here.
import { useState } from 'react'
import { EMBEDDED_NAMES, isEmbedded } from '../../domain/embedded.ts'
import { count, memory, millions, percent, size } from '../parts/format.ts'
import { usePolicies, useRun, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { ExportSheet } from '../policy/ExportSheet.tsx'
import { Fetching } from '../policy/Fetching.tsx'

function NoDevice({ reason }: { readonly reason: string }) {
  return (
    <div className="notice warn" role="alert">
      <h4>No policy engine</h4>
      <p>{reason}</p>
      <p>
        Training needs WebGPU. Use a current Chrome or Edge; where WebGPU is off, open <code>chrome://flags/#enable-unsafe-webgpu</code>, switch it
        on and restart the browser, or start it with <code>--enable-unsafe-webgpu</code> (and without a graphics card{' '}
        <code>--use-webgpu-adapter=swiftshader</code>). <code>npm start -- --open</code> does this for you.
      </p>
      <p>The data and the original query’s ranking below work without it.</p>
    </div>
  )
}

/** Where the engine stands with the policy, when it is not ready. */
function Standing({ hub, onShow }: { readonly hub: boolean; readonly onShow: () => void }) {
  const { run } = useWorkbench()
  const engine = useRun((state) => state.engine)
  if (engine.is === 'ready') return null
  if (engine.is === 'absent') {
    return (
      <div role="alert" className="notice bad">
        <p>{engine.reason}</p>
        <p className="notice-ways">
          <button type="button" className="button small" aria-haspopup="dialog" onClick={onShow}>{hub ? 'Look it up' : 'See the policies'}</button>
          <button type="button" className="button small" onClick={run.load}>Try again</button>
        </p>
      </div>
    )
  }
  if (engine.is === 'lost') return <p className="notice bad">Policy engine: {engine.reason}</p>
  const { progress } = engine
  return (
    <div className="reading">
      <p role="status">
        Policy engine: {engine.doing} …{' '}
        {progress !== undefined && <span className="quiet">{size(progress.bytes)} of {size(progress.of)}</span>}
      </p>
      {progress !== undefined && <progress max={Math.max(1, progress.of)} value={progress.bytes} aria-label="Weights loaded" />}
    </div>
  )
}

function Facts() {
  const engine = useRun((state) => state.engine)
  if (engine.is !== 'ready') return null
  const { info, loaded } = engine
  const bytes = Object.values(info.bytes).reduce((sum, part) => sum + part, 0)
  const device = [info.adapter.vendor, info.adapter.architecture].filter((part) => part !== '').join(' ')
  const trained = percent(info.trainableParameters / info.parameters)
  return (
    <>
      {loaded.adapter !== undefined && <p className="card-line" title={loaded.adapter.name}>continues adapter {loaded.adapter.name}</p>}
      <dl className="figures">
        <div><dt>Parameters</dt><dd title={count(info.parameters)}>{info.parameters < 1e6 ? count(info.parameters) : millions(info.parameters)} <small>{trained} trained</small></dd></div>
        <div><dt>Layers</dt><dd>{count(info.layers)} <small>vocabulary {count(info.vocabulary)}</small></dd></div>
      </dl>
      <p className="quiet">
        {info.architecture.replace('ForCausalLM', '')} · {info.options.weights} · {memory(bytes)}
      </p>
      <p className="quiet">
        {info.adapter.fallback
          ? <Term explain="WebGPU runs on the processor here: correct, and slow. A graphics card is many times faster.">{device} (software)</Term>
          : device}
      </p>
    </>
  )
}

export function PolicyCard() {
  const { policies, run } = useWorkbench()
  const engine = useRun((state) => state.engine)
  const policy = useRun((state) => state.settings.policy)
  const open = usePolicies((state) => state.open)
  const show = (): void => policies.show(policy, run.getState().settings.policyMirror)
  // an id of the hub that the address asks for, and that is not here
  const missing = usePolicies((state) => !state.kept.some(({ id }) => id === policy)) && policy.includes('/')
  const [exporting, setExporting] = useState(false)
  if (engine.is === 'absent' && engine.missing === 'device') return <NoDevice reason={engine.reason} />
  return (
    <div className="card policy">
      <div className="card-head">
        <h3 title={policy}><small>Policy</small> {isEmbedded(policy) ? EMBEDDED_NAMES[policy] : policy.slice(policy.indexOf('/') + 1)}</h3>
        {engine.is === 'ready' && (
          <button type="button" className="plain" aria-haspopup="dialog" aria-label="Export the policy" onClick={() => setExporting(true)}>Export</button>
        )}
        <button type="button" className="plain" aria-haspopup="dialog" aria-label="Change the policy" onClick={show}>Change</button>
      </div>
      <Standing hub={missing} onShow={missing ? () => void policies.lookUp(policy, run.getState().settings.policyMirror, '') : show} />
      <Facts />
      {!open && <Fetching named />}
      {exporting && <ExportSheet onClose={() => setExporting(false)} />}
    </div>
  )
}
