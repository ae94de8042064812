// The policy and the device it runs on, or why there is none and what helps.
import { count, percent, size } from '../parts/format.ts'
import { useRun } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

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

export function PolicyCard() {
  const engine = useRun((state) => state.engine)
  if (engine.is === 'absent' && engine.missing === 'device') return <NoDevice reason={engine.reason} />
  if (engine.is === 'absent') return <p role="alert" className="notice bad">The policy could not be loaded: {engine.reason}</p>
  if (engine.is === 'lost') return <p className="notice bad">Policy engine: {engine.reason}</p>
  if (engine.is === 'starting') return <p className="card quiet" role="status">Policy engine: {engine.doing} …</p>
  const { info } = engine
  const bytes = Object.values(info.bytes).reduce((sum, part) => sum + part, 0)
  const device = [info.adapter.vendor, info.adapter.architecture].filter((part) => part !== '').join(' ')
  return (
    <div className="card policy">
      <h3>Policy <small>{info.architecture}</small></h3>
      <dl className="figures">
        <div><dt>Parameters</dt><dd>{count(info.parameters)} <small>{percent(info.trainableParameters / info.parameters)} trained</small></dd></div>
        <div><dt>Layers</dt><dd>{count(info.layers)} <small>vocabulary {count(info.vocabulary)}</small></dd></div>
      </dl>
      <p className="quiet">
        {info.adapter.fallback
          ? <Term explain="WebGPU runs on the processor here: correct, and slow. A graphics card is many times faster.">{device} (software)</Term>
          : device}
        {' '}· {size(bytes)} on the device
      </p>
    </div>
  )
}
