// A run that goes on from a checkpoint tells what the uninterrupted one told, to the byte; a fork changes what may change.
import { describe, expect, it } from 'vitest'
import { parseSettings, settingsRecord } from '../domain/config.ts'
import type { CheckpointEvent, RunEvent } from './events.ts'
import { changesMeasure, changesReward, forkFaults, resumePoint, restoreEngine, settingsInForce, type CheckpointPlace, type ResumePoint } from './resume.ts'
import type { RunInput } from './run.ts'
import { POLICY_INFO, tablePorts, tableShop } from './testing.ts'
import { train } from './train.ts'

const SHOP = tableShop()
const TABLE = ['learningRate=0.1', 'warmupSteps=0', 'promptsPerStep=4', 'groupSize=4', 'validationShare=0.2', 'validationEvery=4', 'checkpointEvery=3', 'steps=10', 'sftSteps=7', 'sftLearningRate=0.1']

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

  it('knows its alarms: one that was told is not told again, and one that ends training ends it again', async () => {
    const failing = (ports = tablePorts(SHOP)): ReturnType<typeof tablePorts> => {
      const policy = Object.create(ports.policy) as typeof ports.policy
      policy.update = async (request) => ({ ...await ports.policy.update(request), skipped: 1, gradNorm: Number.NaN })
      return { ...ports, policy }
    }
    const changes = ['checkpointEvery=1', 'validationEvery=1', 'validationShare=0.2', 'steps=20']
    const whole = await record(input(changes), failing())
    const alarms = whole.events.flatMap((event) => (event.type === 'alarm' ? [event.step] : []))
    expect(alarms).toEqual([1, 3])
    for (const [place] of checkpointsOf(whole.events)) {
      const before = whole.events.slice(0, place + 1)
      const rest = await record(input(changes, { resume: before }), failing(await restored(whole, resumePoint(before)!)))
      expect(rest.events.map(line)).toEqual(whole.events.slice(place + 1).map(line))
    }
  })

  it('counts the time before among its own', async () => {
    const whole = await record(input([]))
    const [place] = checkpointsOf(whole.events).at(-1)!
    const done = (await goOn(whole, place, [])).events.at(-1)!
    const earlier = whole.events.slice(0, place + 1).reduce((sum, event) => sum + ('ms' in event ? event.ms : 0), 0)
    expect(done.type === 'done' && done.ms).toBeGreaterThan(earlier)
  })

  it('chooses the best among what follows where the best checkpoint was not kept', async () => {
    const whole = await record(input([]))
    const [place] = checkpointsOf(whole.events).findLast(([, { name }]) => name === 'step')!
    const before = whole.events.slice(0, place + 1)
    const { best: _, ...point } = resumePoint(before)!
    const ports = await restored(whole, { ...point, best: undefined })
    const { events } = await record(input([], { resume: before, bestKept: false }), ports)
    expect(checkpointsOf(events).map(([, { name, step }]) => `${name} ${step}`)).toEqual(['best 10', 'last 10'])
  })

  it.each<[string, (whole: readonly RunEvent[]) => readonly RunEvent[], Partial<RunInput>, string]>([
    ['no checkpoint', (events) => events.slice(0, 5), {}, 'these events hold no start, or no checkpoint, to go on from; start the run anew'],
    ['events beyond the last checkpoint', (events) => events.slice(0, 1 + events.findIndex(({ type }) => type === 'step')), {}, 'event follows the last checkpoint, after step 0; cut the events there'],
    ['no answers', (events) => upTo(events, 6).filter(({ type }) => type !== 'answers'), {}, 'the record lacks the tests before training, or the answers behind them'],
    ['a step that is missing', (events) => upTo(events, 6).filter((event) => event.type !== 'step' || event.step !== 6), {}, 'the checkpoint stands after step 6, but the events end with step 5'],
    ['another data set', (events) => upTo(events, 6), { dataset: { ...SHOP, name: 'other', hash: 'beefbeefbeef' } }, 'this run is on table shop (f00d), but other (beefbeef) is open; open the former to go on'],
    ['another policy', (events) => upTo(events, 6), { policy: { ...POLICY_INFO, trainableParameters: 7 } }, 'this run trains 52 parameters, but the policy that is loaded has 7'],
    ['a setting that cannot change', (events) => upTo(events, 6), { settings: parseSettings([...TABLE, 'seed=2']) }, 'this run cannot go on so: setting seed was 1 and would be 2'],
  ])('is refused with a sentence for %s', async (_, cut, more, message) => {
    const { events } = await record(input([]))
    const ports = tablePorts(SHOP)
    await expect(train(ports, input([], { ...more, resume: cut(events) })).next()).rejects.toThrow(message)
    expect(ports.policy.requests).toEqual([])
  })
})

/** Events up to the checkpoint that is due after `step`. */
function upTo(events: readonly RunEvent[], step: number): readonly RunEvent[] {
  return events.slice(0, 1 + events.findIndex((event) => event.type === 'checkpoint' && event.name === 'step' && event.step === step))
}

describe('a run that is ended', () => {
  const endedAfter = (step: number, changes: readonly string[] = []) => {
    let done = 0
    const counting = (event: RunEvent): void => { if (event.type === 'step') done++ }
    return { given: input(changes, { ended: () => done >= step }), counting }
  }
  async function story(step: number, changes: readonly string[] = []): Promise<readonly RunEvent[]> {
    const { given, counting } = endedAfter(step, changes)
    const events: RunEvent[] = []
    for await (const event of train(tablePorts(SHOP), given)) {
      events.push(event)
      counting(event)
    }
    return events
  }
  const names = (events: readonly RunEvent[]): string[] => events.flatMap((event) => (
    event.type === 'checkpoint' ? [`${event.name} ${event.stage} ${event.step}`]
    : event.type === 'stopped' ? [`stopped ${event.step}`]
    : event.type === 'evaluation' ? [`${event.policy} ${event.step}`]
    : event.type === 'step' ? [`${event.stage} ${event.step}`] : []))

  it('says where, measures what it reached, its last validation included, and finishes with its summary', async () => {
    const events = await story(6)
    const after = names(events).slice(names(events).indexOf('grpo 6'))
    expect(after.slice(0, 4)).toEqual(['grpo 6', 'step grpo 6', 'stopped 6', 'current 6'])
    expect(after).toContain('last grpo 6')
    const done = events.at(-1)!
    expect(done.type === 'done' && done.summary.steps).toBe(6)
    expect(events.find((event) => event.type === 'checkpoint' && event.name === 'last')).toMatchObject({ reason: 'training was ended here' })
  })

  it('in its first stage has the second measure what the first one made', async () => {
    const events = await story(2, ['stages=sft,grpo'])
    expect(names(events)).toEqual([
      'prompted 0', 'start sft 0', 'current 0', 'best sft 0', 'sft 1', 'sft 2', 'stopped 2', 'current 2', 'best sft 2', 'original 0', 'before 0', 'start grpo 0', 'current 0', 'best grpo 0', 'last grpo 0', 'after 0'])
    expect(events.at(-1)!.type).toBe('done')
  })

  it('goes on to its end from a checkpoint within, and from its last one only to measure', async () => {
    const { given, counting } = endedAfter(6)
    const events: RunEvent[] = []
    const bytes = new Map<string, ArrayBuffer>()
    const ports = tablePorts(SHOP)
    for await (const event of train(ports, given)) {
      events.push(event)
      counting(event)
      if (event.type === 'checkpoint') bytes.set(placeOf(event), await ports.policy.checkpoint())
    }
    const stopped: Recorded = { events, bytes, end: new Uint8Array(await ports.policy.checkpoint()) }
    const [last] = checkpointsOf(events).at(-1)!
    expect((await goOn(stopped, last, [])).events.map(line)).toEqual(events.slice(last + 1).map(line))
    const whole = await record(input([]))
    const [within] = checkpointsOf(events).findLast(([, { name }]) => name === 'step')!
    expect((await goOn(stopped, within, [])).events.map(line)).toEqual(whole.events.slice(within + 1).map(line))
  })
})

describe('a fork', () => {
  const fork = (step: number): RunEvent => ({ type: 'fork', run: 'parent', step })

  it('goes on with other settings, says which, and has none of its parent’s last steps', async () => {
    const whole = await record(input([]))
    const before = [...upTo(whole.events, 6), fork(6)]
    const changes = ['steps=8', 'learningRate=0.01', 'klCoefficient=0.2']
    const { events } = await record(input(changes, { resume: before }), await restored(whole, resumePoint(before)!))
    expect(events[0]).toEqual({ type: 'settings', step: 6, changed: { steps: 8, learningRate: 0.01, klCoefficient: 0.2 } })
    expect(events.flatMap((event) => (event.type === 'step' ? [[event.step, event.learningRate]] : []))).toEqual([[7, 0.01 * 2 / 8], [8, 0.01 / 8]])
    const done = events.at(-1)!
    expect(done.type === 'done' && done.summary.steps).toBe(8)
    // and its own checkpoints go on too, without the parent's settings coming back
    const all = [...before, ...events]
    const cut = all.slice(0, 1 + all.findLastIndex((event) => event.type === 'checkpoint' && event.name === 'best'))
    expect(settingsInForce(cut)).toMatchObject({ steps: 8, learningRate: 0.01 })
  })

  it('of a finished run trains on from its last checkpoint where there are more steps', async () => {
    const whole = await record(input([]))
    const [last] = checkpointsOf(whole.events).at(-1)!
    const before = [...whole.events.slice(0, last + 1), fork(10)]
    const { events } = await record(input(['steps=12'], { resume: before }), await restored(whole, resumePoint(before)!))
    expect(events.flatMap((event) => (event.type === 'step' ? [event.step] : []))).toEqual([11, 12])
    expect(checkpointsOf(events).at(-1)![1]).toMatchObject({ name: 'last', step: 12 })
  })

  it('with another reward chooses its best anew, and with another measure tests anew what it started from', async () => {
    const whole = await record(input([]))
    const before = [...upTo(whole.events, 9), fork(9)]
    const point = resumePoint(before)!
    const told = async (changes: readonly string[]) => {
      const { events } = await record(input(['steps=10', ...changes], { resume: before }), await restored(whole, point))
      const tested = events.flatMap((event) => (event.type === 'evaluation' && event.policy !== 'current' ? [event.policy] : []))
      return { tested, reason: checkpointsOf(events)[0]![1].reason, events }
    }
    const reward = await told(['rewardFormat=0.5'])
    expect(reward.reason).toMatch(/, the first$/)
    expect(reward.tested).toEqual(['after'])
    const measure = await told(['mode=as-released'])
    expect(measure.tested).toEqual(['original', 'before', 'after'])
    const again = await told(['learningRate=0.02'])
    expect(again.tested).toEqual(['after'])
    // as a run that had been told so from its beginning
    const fresh = (await record(input(['mode=as-released', 'steps=1']))).events
    const tests = (events: readonly RunEvent[]) => events.flatMap((event) => (
      (event.type === 'evaluation' || event.type === 'answers') && (event.policy === 'original' || event.policy === 'before') ? [line(event)] : []))
    expect(tests(measure.events)).toEqual(tests(fresh))
  })

  it('knows which settings change what rewards and tests measure', () => {
    for (const name of ['rewardNovelty', 'expression', 'rewardK', 'thoughtBudget', 'evalK']) expect([changesReward([name]), changesMeasure([name])], name).toEqual([true, false])
    for (const name of ['task', 'historyLength', 'listLength', 'seenItems', 'answerForm']) expect([changesReward([name]), changesMeasure([name])], name).toEqual([true, true])
    for (const name of ['rewardCombination', 'sftFrom', 'rejectionSamples', 'steps']) expect([changesReward([name]), changesMeasure([name])], name).toEqual([false, false])
  })

  it('of a run in two stages with another measure has no prompted policy to compare with any more', async () => {
    const whole = await record(input(['stages=sft,grpo', 'sftSteps=4', 'steps=6']))
    const before = [...whole.events.slice(0, 1 + whole.events.findIndex((event) => event.type === 'checkpoint' && event.stage === 'grpo' && event.step === 3)), fork(3)]
    const of = async (changes: readonly string[]) => {
      const ports = await restored(whole, resumePoint(before)!)
      const done = (await record(input(['stages=sft,grpo', 'sftSteps=4', 'steps=6', ...changes], { resume: before }), ports)).events.at(-1)!
      return done.type === 'done' ? done.summary : undefined
    }
    expect((await of(['learningRate=0.02']))!.gain.prompted).toBeDefined()
    expect((await of(['recommender=bm25']))!.gain).not.toHaveProperty('prompted')
  })

  it('refuses what the checkpoint cannot be trained on with, naming both values and the remedy', () => {
    const before = settingsRecord(parseSettings(TABLE))
    expect(forkFaults(before, parseSettings([...TABLE, 'learningRate=0.5', 'steps=400', 'rewardLength=-1', 'temperature=0.9', 'recommender=bm25']))).toEqual([])
    expect(forkFaults(before, parseSettings([...TABLE, 'loraRank=4']))).toEqual([])
    expect(forkFaults(before, parseSettings([...TABLE, 'trainable=lora', 'seed=2', 'stages=sft']))).toEqual([
      'setting seed was 1 and would be 2, but queries that were trained on could come to be measured on; keep 1, or start a new run',
      'setting stages was "grpo" and would be "sft", but the checkpoint stands within the former; keep "grpo", or start a new run',
      'setting trainable was "full" and would be "lora", but the checkpoint’s weights are of the former; keep "full", or start a new run',
    ])
    expect(forkFaults(before, parseSettings([...TABLE, 'steps=5']), { stage: 'grpo', step: 6 })).toEqual(['setting steps is 5, but the checkpoint stands after step 6; give at least 6'])
    expect(forkFaults(before, parseSettings([...TABLE, 'task=dense-search', 'candidates=random', 'historySplit=time']))).toEqual([
      'setting task was "product-search" and would be "dense-search", but the checkpoint learned to answer the former; keep "product-search", or start a new run',
      'setting historySplit was "auto" and would be "time", but queries that were trained on could come to be measured on; keep "auto", or start a new run',
      'setting candidates was "recommender" and would be "random", but the checkpoint learned to answer the former; keep "recommender", or start a new run',
    ])
    const imitating = [...TABLE, 'sftFrom=labels', 'sftExamples=5']
    expect(forkFaults(before, parseSettings(imitating), { stage: 'grpo', step: 2 })).toEqual([])
    expect(forkFaults(before, parseSettings(imitating), { stage: 'sft', step: 2 })).toEqual([
      'setting sftFrom was "copy" and would be "labels", but the checkpoint stands within an sft stage that imitates the former; keep "copy", or start a new run',
      'setting sftExamples was 0 and would be 5, but the checkpoint stands within an sft stage that imitates the former; keep 0, or start a new run',
    ])
    const lora = settingsRecord(parseSettings([...TABLE, 'trainable=lora']))
    expect(forkFaults(lora, parseSettings([...TABLE, 'trainable=lora', 'loraAlpha=8']))).toHaveLength(1)
  })
})
