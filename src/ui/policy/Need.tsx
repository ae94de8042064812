// What a run with the chosen policy needs of graphics memory, line by line, beside what is allowed; and the settings that decide it.
import { useEffect, useId } from 'react'
import { PRESETS, settingsOf } from '../../domain/config.ts'
import { SETTINGS, type SettingName } from '../../domain/settings.ts'
import { factsOf, measuredLines, needOf, type Need as Needed, type Remedy } from '../../state/policy/need.ts'
import { chosenConfig, chosenId } from '../../state/policy/policies.ts'
import { memory, millions } from '../parts/format.ts'
import { useLongestPrompt, usePolicies, useProfiling, useRun, useWorkbench } from '../parts/stores.ts'
import { Term } from '../parts/Term.tsx'
import { Setting } from '../run/Setting.tsx'

const MEASURED = 'What existed at most at one time since this policy was loaded; freed buffers that wait to be taken again count as scratch.'
const LARGEST = 'No single buffer may be larger than what the adapter binds. Frozen matrices that are larger are kept in shards of rows.'

const LARGE_PRESET = 'qwen2.5-0.5b'
/** From here on a policy is no toy. */
const LARGE_PARAMETERS = 64_000_000

const DECIDING: readonly SettingName[] = [
  'trainable', 'loraRank', 'baseWeights', 'checkpointing', 'promptsPerStep', 'groupSize', 'maxNewTokens', 'evaluationBatch', 'memoryBudget',
]

function Remedies({ remedies, locked }: { readonly remedies: readonly Remedy[]; readonly locked: boolean }) {
  const { run } = useWorkbench()
  if (remedies.length === 0) return null
  return (
    <ul className="remedies" aria-label="What would make it fit">
      {remedies.map(({ change, said, total }) => (
        <li key={said}>
          <button type="button" className="button small" disabled={locked} onClick={() => run.changeAll(change)}>{said}</button>
          {total !== undefined && <small> {memory(total)}</small>}
        </li>
      ))}
    </ul>
  )
}

interface LinesProps {
  readonly need: Needed
  /** bytes at the peak so far, by line; where that policy is loaded as the settings say */
  readonly measured: ReadonlyMap<string, number> | undefined
}

function Lines({ need, measured }: LinesProps) {
  const { lines, total, allowed, largest, reason } = need
  const widest = Math.max(1, ...lines.map(({ bytes }) => bytes))
  return (
    <table className="cells need">
      <thead>
        <tr>
          <th scope="col">For</th><th scope="col" className="number">Planned</th>
          {measured !== undefined && <th scope="col" className="number"><Term explain={MEASURED}>Measured</Term></th>}
          <td />
        </tr>
      </thead>
      <tbody>
        {lines.map(({ name, bytes, explain }) => (
          <tr key={name}>
            <th scope="row"><Term explain={explain}>{name}</Term></th>
            <td className="number">{memory(bytes)}</td>
            {measured !== undefined && <td className="number">{memory(measured.get(name) ?? 0)}</td>}
            <td className="need-bar"><span style={{ inlineSize: `${100 * bytes / widest}%` }} /></td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">In all</th>
          <td className={reason !== undefined && allowed !== undefined && total > allowed ? 'number fault' : 'number'}>{memory(total)}</td>
          {measured !== undefined && <td className="number">{memory([...measured.values()].reduce((sum, bytes) => sum + bytes, 0))}</td>}
          <td className="quiet">{allowed === undefined ? '' : `of ${memory(allowed)} allowed`}</td>
        </tr>
        {largest?.of !== undefined && (
          <tr className="need-largest">
            <th scope="row"><Term explain={LARGEST}>largest buffer</Term></th>
            <td className={largest.bytes > largest.of ? 'number fault' : 'number'}>{memory(largest.bytes)}</td>
            {measured !== undefined && <td />}
            <td className="quiet" title={largest.name}>of {memory(largest.of)} at most</td>
          </tr>
        )}
      </tfoot>
    </table>
  )
}

/** Presets that were tuned for the embedded policies, at step sizes that would ruin a large one. */
const OF_THE_SAMPLE: ReadonlySet<string> = new Set(Object.keys(PRESETS).filter((preset) => preset === 'shards' || preset.startsWith('sample')))

/** The preset's settings suit another kind of policy than the one that is looked at. */
function Preset({ parameters, locked }: { readonly parameters: number; readonly locked: boolean }) {
  const { takePreset } = useWorkbench()
  const preset = useRun((state) => state.settings.preset)
  const sample = usePolicies((state) => state.offer === undefined)
  const large = parameters >= LARGE_PARAMETERS
  if (large ? !OF_THE_SAMPLE.has(preset) : !sample || preset !== LARGE_PRESET) return null
  const better = large ? LARGE_PRESET : 'sample'
  return (
    <div className="notice warn">
      <p>
        {large
          ? `The settings of preset ${preset} are made for the embedded policy: their steps are far too large for ${millions(parameters)} parameters.`
          : `The settings of preset ${preset} are made for a real model: the embedded policy learns from larger steps and shorter prompts.`}
      </p>
      <button type="button" className="button small" disabled={locked} onClick={() => takePreset(better)}>Take the settings of {better}</button>
    </div>
  )
}

/** Bytes at the peak, where the policy that is looked at is the one that is loaded. */
function useMeasured(): ReadonlyMap<string, number> | undefined {
  const { profiling } = useWorkbench()
  const peak = useProfiling((state) => state.memory?.peakBytes)
  const chosen = usePolicies(chosenId)
  const loaded = useRun((state) => (state.engine.is === 'ready' ? state.engine.loaded.policy : undefined))
  useEffect(() => profiling.watch(), [profiling])
  return peak === undefined || loaded !== chosen ? undefined : measuredLines(peak)
}

export function Need({ locked }: { readonly locked: boolean }) {
  const config = usePolicies(chosenConfig)
  const settings = useRun((state) => state.settings)
  const adapter = useRun((state) => state.adapter)
  const longest = useLongestPrompt()
  const preset = settingsOf(settings.preset)
  const measured = useMeasured()
  const id = useId()
  const need = config === undefined ? undefined : needOf(config, settings, adapter, longest)
  return (
    <section className="policy-need" aria-labelledby={id}>
      <h3 id={id}>Graphics memory of a run</h3>
      <Preset parameters={config === undefined ? 0 : factsOf(config)?.parameters ?? 0} locked={locked} />
      {need === undefined && <p className="waiting">Known once its configuration is.</p>}
      {need !== undefined && need.lines.length > 0 && <Lines need={need} measured={measured} />}
      {need?.reason !== undefined && <p role="alert" className="notice bad">{need.reason}</p>}
      {need !== undefined && <Remedies remedies={need.remedies} locked={locked} />}
      <div className="settings">
        <fieldset disabled={locked}>
          <legend>What decides it</legend>
          {DECIDING.filter((name) => name !== 'loraRank' || settings.trainable === 'lora').map((name) => {
            const spec = SETTINGS.find((known) => known.name === name)
            return spec === undefined ? null : <Setting key={name} spec={spec} value={settings[name]} preset={preset[name]} />
          })}
        </fieldset>
      </div>
    </section>
  )
}
