// A run that goes on from a checkpoint tells what the uninterrupted one told, to the byte; a fork changes what may change.
import { describe, expect, it } from 'vitest'
import { parseSettings, settingsRecord } from '../domain/config.ts'
import type { CheckpointEvent, RunEvent } from './events.ts'
import { forkFaults, resumePoint, restoreEngine, settingsInForce, type CheckpointPlace, type ResumePoint } from './resume.ts'
import type { RunInput } from './run.ts'
import { POLICY_INFO, tablePorts, tableShop } from './testing.ts'
import { train } from './train.ts'

const SHOP = tableShop()
const TABLE = ['learningRate=0.1', 'promptsPerStep=4', 'groupSize=4', 'validationShare=0.2', 'validationEvery=4', 'checkpointEvery=3', 'steps=10', 'sftSteps=7', 'sftLearningRate=0.1']

const input = (changes: readonly string[], more: Partial<RunInput> = {}): RunInput =>
  ({ dataset: SHOP, settings: parseSettings([...TABLE, ...changes]), policy: POLICY_INFO, versions: {}, ...more })

/** A line of a run's record, without its times. */
const line = (event: RunEvent): string => JSON.stringify(event, (name, value: unknown) => (name === 'ms' || name.endsWith('Ms') ? undefined : value))
const placeOf = ({ stage, step }: CheckpointPlace): string => `${stage} ${step}`

interface Recorded {
  /** as the store of runs gives them back: read from JSON */
  readonly events: readonly RunEvent[]
  readonly bytes: ReadonlyMap<string, ArrayBuffer>
  /** the policy as the run left it */
  readonly end: Uint8Array
}

/** Runs to the end as the page does: events become lines, checkpoints become bytes. */
async function record(given: RunInput, ports = tablePorts(SHOP)): Promise<Recorded> {
  const events: RunEvent[] = []
  const bytes = new Map<string, ArrayBuffer>()
  for await (const event of train(ports, given)) {
    events.push(JSON.parse(JSON.stringify(event)) as RunEvent)
    if (event.type === 'checkpoint') bytes.set(placeOf(event), await ports.policy.checkpoint())
  }
  return { events, bytes, end: new Uint8Array(await ports.policy.checkpoint()) }
}

const pick = ({ bytes }: Recorded, place: CheckpointPlace | undefined) => place && bytes.get(placeOf(place))!

async function restored(from: Recorded, { at, start, best }: ResumePoint) {
  const ports = tablePorts(SHOP, 7)
  const [stands, began, highest] = [pick(from, at)!, pick(from, start), pick(from, best)]
  await restoreEngine(ports.policy, { at: stands, ...(began && { start: began }), ...(highest && { best: highest }) })
  return ports
}

/** The events that remain when a run goes on from its checkpoint at `place`, without rollouts. */
async function goOn(from: Recorded, place: number, changes: readonly string[], more: Partial<RunInput> = {}): Promise<Recorded> {
  const before = from.events.slice(0, place + 1).filter(({ type }) => type !== 'rollouts')
  const point = resumePoint(before)!
  return record(input(changes, { resume: before, ...more }), await restored(from, point))
}

const checkpointsOf = (events: readonly RunEvent[]): readonly (readonly [place: number, event: CheckpointEvent])[] =>
  events.flatMap((event, place) => (event.type === 'checkpoint' ? [[place, event] as const] : []))

describe('a run that goes on', () => {
  it.each([
    ['grpo', []],
    ['sft,grpo', ['stages=sft,grpo']],
    ['sft', ['stages=sft']],
    ['a falling learning rate and several iterations', ['schedule=linear', 'warmupSteps=4', 'iterations=2']],
    ['no checkpoints between', ['checkpointEvery=0']],
    ['checkpoints where it validates', ['checkpointEvery=2', 'validationEvery=2']],
    ['no validation', ['validationEvery=0']],
  ])('from any of its checkpoints tells the same to the end and leaves the same policy: %s', async (_, changes) => {
    const whole = await record(input(changes))
    const places = checkpointsOf(whole.events)
    expect(places.length).toBeGreaterThan(1)
    for (const [place, { name, stage, step }] of places) {
      const rest = await goOn(whole, place, changes)
      expect(rest.events.map(line), `${stage} ${name} ${step}`).toEqual(whole.events.slice(place + 1).map(line))
      expect(rest.end).toEqual(whole.end)
    }
  })
})
