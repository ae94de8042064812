// What sft imitates: where each source's texts come from, what is never imitated, and that a run that goes on imitates the same.
import { describe, expect, it } from 'vitest'
import { parseSettings } from '../domain/config.ts'
import type { Imitation } from '../domain/imitation.ts'
import { renderCompletion } from '../domain/prompt.ts'
import type { RunEvent } from './events.ts'
import { resumePoint, restoreEngine } from './resume.ts'
import type { RunInput } from './run.ts'
import { of, SHOP, summary, TABLE, type Table } from './runTesting.ts'
import { planTasks } from './tasks.ts'
import { POLICY_INFO, tablePorts } from './testing.ts'
import { train } from './train.ts'

const SFT = [...TABLE, 'stages=sft', 'sftSteps=12', 'sftBatch=8', 'sftLearningRate=0.2', 'warmupSteps=0']
const input = (changes: readonly string[], more: Partial<RunInput> = {}): RunInput =>
  ({ dataset: SHOP, settings: parseSettings([...SFT, ...changes]), policy: POLICY_INFO, versions: {}, ...more })

async function run(changes: readonly string[], more: Partial<RunInput> = {}, ports: Table = tablePorts(SHOP)): Promise<RunEvent[]> {
  const events: RunEvent[] = []
  for await (const event of train(ports, input(changes, more))) events.push(event)
  return events
}

/** Every text that was trained on, as the policy was asked to encode them. */
function taught(ports: Table): { readonly prompts: string[]; readonly completions: string[] } {
  const told = { prompts: [] as string[], completions: [] as string[] }
  const encode = ports.policy.encode.bind(ports.policy)
  ports.policy.encode = (texts) => {
    const are = texts.every((text) => text.includes('</answer>')) ? told.completions : told.prompts
    are.push(...texts)
    return encode(texts)
  }
  return told
}

const rows = (split: 'train' | 'test') => SHOP.queries.filter((query) => query.split === split)
const inCatalogue = (text: string): string => text.replaceAll('w0', 'w2')
const { training, validation } = planTasks(SHOP, input([]).settings)

describe('sft imitates', () => {
  it('copies of the training queries, validated on copies that it never sees', async () => {
    const ports = tablePorts(SHOP)
    const told = taught(ports)
    const events = await run(['validationEvery=0'], {}, ports)
    expect(of(events, 'imitated')).toEqual([{ type: 'imitated', from: 'copy', training: 40, validation: 10 }])
    expect(told.completions).toHaveLength(12 * 8)
    for (const [i, completion] of told.completions.entries()) expect(completion).toContain(`"query": " ${/Rewrite: (.*)<\|im_end\|>/.exec(told.prompts[i]!)![1]!}"`)
    const unseen = new Set(validation.map(({ query }) => query.text))
    expect(told.prompts.filter((prompt) => [...unseen].some((text) => prompt.includes(`: ${text}<`)))).toEqual([])
  })

  it('labels, made by the task of what is relevant', async () => {
    const events = await run(['sftFrom=labels', 'sftSteps=60'])
    expect(of(events, 'imitated')[0]).toMatchObject({ from: 'labels', training: 40, validation: 10 })
    // titles say the catalogue's words
    expect(summary(events).test.after['ndcg@10']).toBeGreaterThan(0.9)
  })

  it('answers of a file by the row’s id or text; those of test rows and of no row are left out and counted', async () => {
    const ports = tablePorts(SHOP)
    const told = taught(ports)
    const imitate: Imitation[] = [
      ...training.slice(0, 5).map(({ query: { text } }) => ({ query: ` ${text} `, answer: inCatalogue(text), thought: 'so' })),
      { rowId: training[5]!.query.id, query: 'said otherwise', answer: 'aw2' },
      ...validation.slice(0, 3).map(({ query: { text } }) => ({ query: text, answer: inCatalogue(text) })),
      ...rows('test').slice(0, 4).map(({ id, text }) => ({ rowId: id, query: text, answer: inCatalogue(text) })),
      { query: 'nobody asked this', answer: 'bw2' },
    ]
    const events = await run(['sftFrom=file'], { imitate }, ports)
    expect(of(events, 'imitated')).toEqual([{ type: 'imitated', from: 'file', training: 6, validation: 3, unmatched: 1, ofTest: 4 }])
    const thought = told.completions.filter((completion) => completion.startsWith('so</think>'))
    expect(thought.length).toBeGreaterThan(5)
    const losses = of(events, 'evaluation').filter(({ split }) => split === 'validation').map(({ loss }) => loss!)
    expect(losses).toHaveLength(4)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
  })

  it('texts of a file as they stand, but for those whose prompt is a test row’s', async () => {
    const ports = tablePorts(SHOP)
    const told = taught(ports)
    const asPrompt = (text: string): string => `<|im_start|>user\nRewrite: ${text}<|im_end|>\n<|im_start|>assistant\nlet me see <think>`
    const imitate = [...rows('train'), ...rows('test')].map(({ text }) => ({ prompt: asPrompt(text), completion: renderCompletion('as it stands', inCatalogue(text), true) }))
    const events = await run(['sftFrom=teacher', 'sftSteps=40'], { imitate }, ports)
    expect(of(events, 'imitated')).toEqual([{ type: 'imitated', from: 'teacher', training: 40, validation: 10, unmatched: 0, ofTest: 30 }])
    expect(told.prompts.every((prompt) => prompt.endsWith('let me see <think>'))).toBe(true)
    expect(told.completions.every((completion) => completion.startsWith('as it stands'))).toBe(true)
    expect(summary(events).test.after['ndcg@10']).toBeGreaterThan(0.9)
  })

  it('no text that is longer than the policy’s positions; where none is shorter the sentence says so', async () => {
    const imitate = training.slice(0, 4).map(({ query: { text } }, i) => ({ prompt: `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`, completion: renderCompletion('a', i === 0 ? 'aw1 '.repeat(1200) : text, true) }))
    const policy = { ...POLICY_INFO, positions: 1000 }
    expect(of(await run(['sftFrom=file'], { imitate, policy }), 'imitated')).toEqual([{ type: 'imitated', from: 'file', training: 3, validation: 0, unmatched: 0, ofTest: 0, tooLong: 1 }])
    await expect(run(['sftFrom=file'], { imitate: imitate.slice(0, 1), policy })).rejects.toThrow('and 1 are longer than the policy’s 1000 positions, so that none is left')
  })

  it('whole texts where the prompt counts too, and holds out what is counted alike', async () => {
    const asked = async (fullText: boolean) => {
      const ports = tablePorts(SHOP)
      const lengths: number[] = []
      const likelihood = ports.policy.logLikelihood.bind(ports.policy)
      ports.policy.logLikelihood = (request) => {
        lengths.push(...request.sequences.map(({ promptIds }) => promptIds.length))
        return likelihood(request)
      }
      const flags: boolean[] = []
      const supervise = ports.policy.supervise.bind(ports.policy)
      ports.policy.supervise = (request) => {
        flags.push(request.fullText)
        return supervise(request)
      }
      await run([`sftFullText=${fullText}`, 'sftSteps=2'], {}, ports)
      return { prompts: [...new Set(lengths)], flags: [...new Set(flags)] }
    }
    expect(await asked(false)).toEqual({ prompts: [2], flags: [false] })
    expect(await asked(true)).toEqual({ prompts: [1], flags: [true] })
  })

  it('a draw of the seed where not all are wanted', async () => {
    const texts = async (seed: number) => {
      const ports = tablePorts(SHOP)
      const told = taught(ports)
      await run(['sftExamples=5', 'validationEvery=0', `seed=${seed}`, 'sftSteps=3'], {}, ports)
      return [...new Set(told.prompts)].toSorted()
    }
    expect(await texts(3)).toHaveLength(5)
    expect(await texts(3)).toEqual(await texts(3))
    expect(await texts(3)).not.toEqual(await texts(4))
  })
})

describe('rejection sampling', () => {
  const REJECTION = ['sftFrom=rejection', 'rejectionSamples=6', 'rejectionFrom=0.2', 'sftSteps=40', 'validationEvery=10']

  it('keeps the best of each row where it is above the bar and above its row’s mean, tells how many, and learns from them', async () => {
    const ports = tablePorts(SHOP)
    const told = taught(ports)
    const events = await run([...REJECTION, 'rejectionFrom=1'], {}, ports)
    const [imitated] = of(events, 'imitated')
    const kept = of(events, 'imitations').flatMap(({ use, imitations }) => imitations.map((one) => ({ use, one })))
    expect(imitated).toMatchObject({ from: 'rejection', sampled: { rows: 50, rollouts: 300, generatedTokens: 1200 } })
    expect(kept.filter(({ use }) => use === 'training')).toHaveLength(imitated!.training)
    expect(imitated!.training).toBeGreaterThan(5)
    expect(imitated!.training).toBeLessThan(40)
    for (const { one } of kept) expect('reward' in one && one.reward).toBeGreaterThan(1)
    // every completion that was taught is one that was kept, letter by letter
    const texts = new Set(kept.map(({ one }) => ('completion' in one ? one.completion : '')))
    expect(told.completions.every((completion) => texts.has(completion))).toBe(true)
    const { test, gain } = summary(events)
    expect(test.after['ndcg@10']).toBeGreaterThan(test.before['ndcg@10'] + 0.2)
    expect(gain.before.p).toBeLessThan(0.01)
  })

  it('stops where as many were kept as are wanted', async () => {
    const events = await run([...REJECTION, 'sftExamples=7'])
    const [imitated] = of(events, 'imitated')
    expect(imitated!.training).toBe(7)
    const sampledFor = of(events, 'imitations').filter(({ use }) => use === 'training').reduce((sum, { rows = 0 }) => sum + rows, 0)
    expect(sampledFor).toBeLessThan(40)
    expect(of(events, 'step').at(-1)!.step).toBe(40)
  })

  it('says what to do where nothing is kept', async () => {
    await expect(run([...REJECTION, 'rejectionFrom=5'])).rejects.toThrow(/rejection kept 0 of 300 outputs for 50 rows, whose mean reward is -?\d\.\d+: none is above rejectionFrom \(5\) and above its row's mean; lower rejectionFrom/)
  })

  it('ends where a person ends training, and measures what was there', async () => {
    const events: RunEvent[] = []
    const given = input([...REJECTION, 'rejectionSamples=24'], { ended: () => events.some(({ type }) => type === 'imitations') })
    for await (const event of train(tablePorts(SHOP), given)) events.push(event)
    expect(of(events, 'imitations')).toHaveLength(1)
    expect(of(events, 'stopped')).toEqual([{ type: 'stopped', step: 0 }])
    expect(summary(events)).toMatchObject({ steps: 0, gain: { before: { delta: 0, p: 1 } } })
  })

  it('draws apart from what training and evaluations draw', async () => {
    const ports = tablePorts(SHOP)
    await run([...REJECTION, 'stages=sft,grpo', 'steps=2', 'sftSteps=2'], {}, ports)
    const draws = ports.policy.requests.filter(({ sampling }) => sampling.temperature > 0).map(({ groupSize, seed, step }) => ({ groupSize, at: `${seed} ${step}` }))
    const rejection = new Set(draws.filter(({ groupSize, at }) => groupSize === 6 && at.endsWith(' 0')).map(({ at }) => at))
    expect(rejection.size).toBe(1)
    expect(draws.filter(({ groupSize }) => groupSize === 2).every(({ at }) => !rejection.has(at))).toBe(true)
  })

  it('of a run that goes on is what it was: no output is sampled again, and the story is the same to the byte', async () => {
    const line = (event: RunEvent): string => JSON.stringify(event, (name, value: unknown) => (name === 'ms' || name.endsWith('Ms') ? undefined : value))
    const changes = [...REJECTION, 'stages=sft,grpo', 'sftSteps=6', 'steps=4', 'checkpointEvery=3', 'evaluationQueries=6']
    const ports = tablePorts(SHOP)
    const whole: RunEvent[] = []
    const bytes = new Map<string, ArrayBuffer>()
    for await (const event of train(ports, input(changes))) {
      whole.push(JSON.parse(JSON.stringify(event)) as RunEvent)
      if (event.type === 'checkpoint') bytes.set(`${event.stage} ${event.step}`, await ports.policy.checkpoint())
    }
    const places = whole.flatMap((event, at) => (event.type === 'checkpoint' ? [at] : []))
    expect(places.length).toBeGreaterThan(6)
    for (const at of places) {
      const before = whole.slice(0, at + 1)
      const { at: stands, start, best } = resumePoint(before)!
      const again = tablePorts(SHOP)
      const stateOf = (place: { readonly stage: string; readonly step: number }): ArrayBuffer => bytes.get(`${place.stage} ${place.step}`)!
      await restoreEngine(again.policy, { at: stateOf(stands), ...(start && { start: stateOf(start) }), ...(best && { best: stateOf(best) }) })
      const rest: RunEvent[] = []
      for await (const event of train(again, input(changes, { resume: before }))) rest.push(event)
      expect(rest.map(line), `from ${stands.stage} ${stands.name} ${stands.step}`).toEqual(whole.slice(at + 1).map(line))
    }
  })
})

describe('sft without anything to imitate', () => {
  it.each([
    ['no file', ['sftFrom=file'], [], 'sft imitates a file of outputs (sftFrom=file), but none is there; give one'],
    ['no teacher', ['sftFrom=teacher'], [], 'sft imitates a teacher (sftFrom=teacher), but none is there; ask the teacher first'],
    ['a file of other queries', ['sftFrom=file'], [{ query: 'x', answer: 'y' }], 'sft: of 1 outputs to imitate 1 name no row of this data and 0 answer test rows'],
  ])('says so for %s', async (_, changes, imitate, message) => {
    await expect(run(changes, { imitate })).rejects.toThrow(message)
  })
})
