// What the kernels cost and what the buffers take: time by kernel with what it achieved of the adapter's peaks, and bytes by purpose.
import { useEffect, type CSSProperties } from 'react'
import { MEASURING_PEAK } from '../../state/policy/need.ts'
import { rateKernels } from '../../state/run/kernelRates.ts'
import type { KernelProfile, MemoryReport } from '../../state/run/profiling.ts'
import { count, digits, memory as bytesOf, percent } from '../parts/format.ts'
import { saveBlob } from '../parts/save.ts'
import { Sideways } from '../parts/Sideways.tsx'
import { useProfiling, useRun, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'

const TIMES = 'GPU time by timestamp query around every dispatch. Dispatches that are timed are not overlapped, so a step takes a little longer.'
const RATES = 'Floating-point operations and bytes that each dispatch stated, by its time. A dash: the kernel states none.'
const PEAKS = 'The larger of the achieved shares of two measured peaks, of multiply-adds (the faster of a rolled and an unrolled loop) and of copying: what bounds the kernel.'
const PURPOSES = 'Every buffer that exists, by what it was made for. What is freed waits in the pool to be taken again.'

function Times({ profile }: { readonly profile: KernelProfile }) {
  const all = profile.kernels.reduce((sum, { ms }) => sum + ms, 0)
  return (
    <Sideways label="GPU time by kernel">
      <table className="cells kernels">
        <caption><Term explain={TIMES}>GPU time by kernel</Term> <small>{digits(all)} ms in {count(profile.kernels.reduce((sum, { calls }) => sum + calls, 0))} dispatches</small></caption>
        <thead>
          <tr>
            <th scope="col">Kernel</th><th scope="col" className="number">ms</th><th scope="col" className="number">Share</th><th scope="col" className="number">Calls</th>
            <th scope="col" className="number"><Term explain={RATES}>GFLOP/s</Term></th><th scope="col" className="number">GB/s</th>
            <th scope="col" className="number"><Term explain={PEAKS}>Of peak</Term></th>
          </tr>
        </thead>
        <tbody>
          {rateKernels(profile).map((kernel) => (
            <tr key={kernel.kernel}>
              <th scope="row" title={kernel.kernel}>{kernel.kernel}</th>
              <td className="number">{digits(kernel.ms)}</td>
              <td className="number share" style={{ '--share': `${all > 0 ? 100 * kernel.ms / all : 0}%` } as CSSProperties}>{percent(all > 0 ? kernel.ms / all : 0)}</td>
              <td className="number">{count(kernel.calls)}</td>
              <td className="number">{digits(kernel.gflops)}</td>
              <td className="number">{digits(kernel.gbs)}</td>
              <td className="number">{percent(kernel.shareOfPeak)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Sideways>
  )
}

function Memory({ memory }: { readonly memory: MemoryReport | undefined }) {
  const { profiling } = useWorkbench()
  if (memory === undefined) return <p className="waiting">No policy is loaded, so nothing is held on the device.</p>
  const purposes = [...new Set([...Object.keys(memory.bytes), ...Object.keys(memory.peakBytes)])]
    .map((name) => ({ name, now: memory.bytes[name] ?? 0, peak: memory.peakBytes[name] ?? 0 }))
    .filter(({ now, peak }) => now + peak > 0).toSorted((a, b) => b.peak - a.peak || b.now - a.now)
  return (
    <table className="cells memory-now">
      <caption><Term explain={PURPOSES}>Graphics memory</Term> <button type="button" className="plain" onClick={profiling.resetPeak}>Forget the peak</button></caption>
      <thead><tr><th scope="col">For</th><th scope="col" className="number">Now</th><th scope="col" className="number">At the peak</th></tr></thead>
      <tbody>
        {purposes.map(({ name, now, peak }) => (
          <tr key={name}><th scope="row">{name === MEASURING_PEAK ? 'measuring the adapter' : name}</th><td className="number">{bytesOf(now)}</td><td className="number">{bytesOf(peak)}</td></tr>
        ))}
      </tbody>
      <tfoot><tr><th scope="row">All</th><td className="number">{bytesOf(memory.total)}</td><td className="number">{bytesOf(memory.peak)}</td></tr></tfoot>
    </table>
  )
}

/** What there is to say instead of a table. */
function Without({ on, able }: { readonly on: boolean; readonly able: boolean }) {
  if (!able) {
    return <p className="notice">This adapter offers no timestamp queries, so kernels cannot be timed on it. Graphics cards in current browsers offer them; the memory beside is counted all the same.</p>
  }
  return <p className="waiting">{on ? 'Nothing was dispatched since timing began.' : 'Switch timing on, then train a step: every kernel’s time, rate and share of the adapter’s peak stand here.'}</p>
}

export function KernelsPanel() {
  const { profiling } = useWorkbench()
  const on = useProfiling((state) => state.on)
  const profile = useProfiling((state) => state.profile)
  const memory = useProfiling((state) => state.memory)
  const failure = useProfiling((state) => state.failure)
  const adapter = useRun((state) => state.adapter)
  // unknown until there is a device
  const able = profile?.available ?? adapter?.features.includes('timestamp-query') ?? true
  useEffect(() => profiling.watch(), [profiling])
  const some = profile !== undefined && profile.kernels.length > 0
  const save = (): void => {
    const { kernels: tiles, ...device } = adapter ?? { kernels: {} }
    saveBlob('kernels.json', new Blob([JSON.stringify({ adapter: device, tiles, ...profile, kernels: profile && rateKernels(profile), memory }, null, 2)], { type: 'application/json' }))
  }
  return (
    <div className="kernels-panel">
      <p className="kernels-head">
        <label className="switch">
          <input type="checkbox" checked={on} disabled={!able} onChange={(event) => profiling.setOn(event.currentTarget.checked)} />
          Time kernels
        </label>
        <button type="button" className="plain" disabled={!some} onClick={profiling.clear}>Start over</button>
        <button type="button" className="plain" disabled={profile === undefined} onClick={save}>Save as JSON</button>
        {some && (
          <span className="quiet">
            {profile.peakGflops > 0 ? `measured peaks: ${digits(profile.peakGflops)} GFLOP/s of multiply-adds, ${digits(profile.peakGBs)} GB/s of copying` : 'the adapter’s peak was not measured yet'}
          </span>
        )}
      </p>
      {failure !== undefined && <p role="alert" className="fault">{failure}</p>}
      <div className="kernels-body">
        {some ? <Times profile={profile} /> : <Without on={on} able={able} />}
        <Memory memory={memory} />
      </div>
    </div>
  )
}
