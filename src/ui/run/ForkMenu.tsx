// The checkpoints of the run that is shown, as a menu: each begins a new run that goes on from there with other settings.
import { Menu, MenuButton, MenuItem, MenuProvider } from '@ariakit/react'
import type { CheckpointRecord } from '../../state/runs/runs.ts'
import { count, size } from '../parts/format.ts'
import { useRun, useWorkbench } from '../parts/stores.ts'

const MEANT: Readonly<Record<string, string>> = { start: 'the start', best: 'the best so far', last: 'the last', step: '' }

function named({ names, stage, step }: CheckpointRecord): string {
  const what = names.map((name) => MEANT[name] ?? name).filter((name) => name !== '').join(', ')
  return `${stage === 'sft' ? 'imitation, ' : ''}step ${count(step)}${what === '' ? '' : `: ${what}`}`
}

export function ForkMenu() {
  const { run } = useWorkbench()
  const record = useRun((state) => state.record)
  const able = useRun(({ phase }) => phase === 'paused' || phase === 'finished' || phase === 'failed' || phase === 'interrupted')
  if (record === undefined) return null
  const checkpoints = record.checkpoints.toSorted((a, b) => b.eventsBytes - a.eventsBytes)
  return (
    <MenuProvider placement="bottom-start">
      <MenuButton className="button" disabled={!able} accessibleWhenDisabled title={able ? 'A new run from one of the checkpoints' : 'Pause the run first'}>Fork</MenuButton>
      <Menu className="menu" gutter={4} unmountOnHide>
        <p className="quiet">A new run goes on from:</p>
        {checkpoints.map((checkpoint) => (
          <MenuItem key={`${checkpoint.stage} ${checkpoint.step}`} className="menu-item" onClick={() => void run.fork(record.id, checkpoint.stage, checkpoint.step)}>
            <span>{named(checkpoint)}</span> <small>{size(checkpoint.bytes)}</small>
          </MenuItem>
        ))}
      </Menu>
    </MenuProvider>
  )
}
