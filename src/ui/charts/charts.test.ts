// Checks of what charts draw of runs and say of it, and of the numbers that leave as files.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { settingsOf } from '../../domain/config.ts'
import { REWARD_PARTS, REWARD_WEIGHTS } from '../../domain/reward.ts'
import type { Settings } from '../../domain/settings.ts'
import { emptyRun } from '../../experiment/reduce.ts'
import type { GrpoStep, RunState } from '../../state/run/run.ts'
import { csvOf, jsonlOf } from './chartData.ts'
import { Charted } from './charted.ts'
import { CURVES, type Curve, type SftStep } from './curves.ts'
import { frameOf, type Look } from './frame.ts'
import { readingOf, sentenceAt, type Shown } from './pointing.ts'
import { RunSeries } from './runSeries.ts'

const sample: Settings = settingsOf('sample')
const plain: Look = { axis: 'step', log: false, ignoreOutliers: false, range: undefined, smoothing: 0 }

function stepOf(step: number, over: Partial<GrpoStep> = {}): GrpoStep & { readonly type: 'step'; readonly stage: 'grpo' } {
  return {
    type: 'step', stage: 'grpo', step, loss: 0, kl: 0.01 * step, entropy: 1, clipLow: 0, clipHigh: 0, gradNorm: 1, logpGap: 1e-6, tokens: 90, skipped: 0,
    reward: { mean: step, std: 0.5, min: 0, max: 1 }, failed: { rollouts: 0, share: 0 },
    parts: { ndcg: 0.5, format: 1, malformed: 0, repetition: 0, length: 0, overlong: 0 }, ndcg: 0.5, format: 1, words: 4, distinct: 1, newWords: 0.2, distinctOutputs: 1,
    completionLength: { mean: 30, max: 40, truncated: 0 }, zeroSpread: { share: 0, allGood: 0, allBad: 0 }, learningRate: 1e-3,
    generatedTokens: 100, generateMs: 500, rankMs: 100, updateMs: 400, ms: 1000, ...over,
  }
}
const sftOf = (step: number): SftStep => ({ type: 'step', stage: 'sft', step, loss: 2, gradNorm: 1, tokens: 50, learningRate: 1e-3, ms: 500 })
const validationOf = (step: number, ndcg: number): RunState['validations'][number] => ({
  type: 'evaluation', split: 'validation', policy: 'current', step, reward: ndcg, ms: 2000, interval: { low: ndcg - 0.1, high: ndcg + 0.1 },
  metrics: { 'ndcg@10': ndcg, 'ndcg@100': ndcg, 'recall@10': ndcg, format: 1, words: 4, distinct: 1 },
})
const runOf = (steps: number, over: Partial<RunState> = {}): RunState => ({ ...emptyRun, steps: Array.from({ length: steps }, (_, at) => stepOf(at + 1)), ...over })
const curveOf = (id: string): Curve => CURVES.find((curve) => curve.id === id)!

function seriesOf(state: RunState, name = 'a', settings = sample): RunSeries {
  const series = new RunSeries(name, name, settings)
  series.follow(state, settings)
  return series
}
const axisOf = (series: RunSeries, track: 'steps' | 'sft' | 'validations', axis: 'step' | 'tokens' | 'wall'): number[] =>
  [...series.tracks[track].axes[axis].values.subarray(0, series.tracks[track].length)]

test('time at work adds up imitation, tests before training, validations where they fell, and steps; tokens add up what was trained on and sampled', () => {
  const series = seriesOf(runOf(3, { sft: [sftOf(1), sftOf(2)], validations: [validationOf(0, 0.1), validationOf(2, 0.2)] }))
  expect(axisOf(series, 'sft', 'wall')).toEqual([0.5, 1])
  expect(axisOf(series, 'steps', 'wall')).toEqual([4, 5, 8])
  expect(axisOf(series, 'validations', 'wall')).toEqual([3, 7])
  expect(axisOf(series, 'steps', 'tokens')).toEqual([200, 300, 400])
  expect(axisOf(series, 'validations', 'tokens')).toEqual([100, 300])
})

test('a run that grows is read once: what was read is not read again, and gives the columns that reading it at once gives', () => {
  const validations = [validationOf(0, 0.1), validationOf(2, 0.2), validationOf(4, 0.3)]
  const whole = runOf(5, { validations })
  let reads = 0
  const counted = whole.steps.map((step) => new Proxy(step, { get: (target, name) => { if (name === 'kl') reads++; return Reflect.get(target, name) as unknown } }))
  const growing = new RunSeries('a', 'a', sample)
  const kl = curveOf('kl')
  for (let length = 0; length <= 5; length++) {
    growing.follow({ ...whole, steps: counted.slice(0, length), validations: validations.filter(({ step }) => step <= length) }, sample)
    growing.column(kl, kl.lines[0] as never)
  }
  expect(reads).toBe(5)
  const atOnce = seriesOf(whole)
  for (const axis of ['step', 'tokens', 'wall'] as const) {
    for (const track of ['steps', 'validations'] as const) expect(axisOf(growing, track, axis)).toEqual(axisOf(atOnce, track, axis))
  }
})

test('another run in the place of the first is read anew', () => {
  const charted = new Charted([{ id: 'live', name: 'a', state: runOf(5), settings: sample }])
  expect(charted.series[0]!.tracks.steps.length).toBe(5)
  charted.follow([{ id: 'live', name: 'a', state: emptyRun, settings: sample }])
  expect(charted.series[0]!.tracks.steps.length).toBe(0)
  charted.follow([{ id: 'live', name: 'a', state: { ...emptyRun, steps: [stepOf(1, { kl: 9 })] }, settings: sample }])
  const { lines } = frameOf(curveOf('kl'), charted.series, plain, 200)
  expect(lines[0]!.points).toEqual([{ x: 1, y: 9 }])
})

test('a chart says how much it has thinned, and only then', () => {
  expect(frameOf(curveOf('entropy'), [seriesOf(runOf(400))], plain, 200).says).toEqual([])
  const frame = frameOf(curveOf('entropy'), [seriesOf(runOf(10_000))], plain, 200)
  const drawn = frame.lines[0]!.points.length
  expect(drawn).toBeLessThanOrEqual(400)
  expect(frame.says).toEqual([`10,000 steps drawn as ${drawn} points, extremes kept`])
})

test('a value that is not finite breaks the line, is marked at its step and told; one that was never measured only breaks it', () => {
  const state = runOf(6)
  const steps = state.steps.map((step) => (step.step === 3 ? { ...step, kl: Number.NaN } : step.step === 5 ? { ...step, kl: undefined as unknown as number } : step))
  const frame = frameOf(curveOf('kl'), [seriesOf({ ...state, steps })], plain, 200)
  expect(frame.lines[0]!.points.map(({ y }) => y)).toEqual([0.01, 0.02, null, 0.04, null, 0.06])
  expect(frame.marks).toEqual([{ kind: 'broken', x: 3, step: 3, says: 'step 3: a value is not a finite number' }])
  expect(frame.says).toEqual(['not finite at step 3: gaps marked ×'])
})

test('outliers that are ignored are counted, and the axis is made for the rest', () => {
  const state = runOf(100)
  const steps = state.steps.map((step) => ({ ...step, gradNorm: step.step === 50 ? 900 : 1 + (step.step % 5) / 10 }))
  const frame = frameOf(curveOf('gradient'), [seriesOf({ ...state, steps })], { ...plain, ignoreOutliers: true }, 200)
  expect(frame.says).toContain('clipped 1 point')
  expect(frame.y.domain[1]).toBeLessThan(10)
  expect(frameOf(curveOf('gradient'), [seriesOf({ ...state, steps })], plain, 200).y.domain[1]).toBeGreaterThanOrEqual(900)
})

test('a logarithmic axis leaves out what is not above 0, and says how much', () => {
  const state = runOf(4)
  const steps = state.steps.map((step) => ({ ...step, kl: step.step === 1 ? 0 : 10 ** -step.step }))
  const frame = frameOf(curveOf('kl'), [seriesOf({ ...state, steps })], { ...plain, log: true }, 200)
  expect(frame.says).toContain('1 value at or below 0 has no place on a log axis')
  expect(frame.log).toBe(true)
  expect(frame.lines[0]!.points[0]!.y).toBeNull()
})

test('a band that reaches to 0 or below is cut on a logarithmic axis, of one run and of two, and blanks nothing', () => {
  const steps = [0.2, 0.4, 0.6, 0.8].map((mean, at) => stepOf(at + 1, { reward: { mean, std: 0.5, min: 0, max: 1 } }))
  const all = ['first', 'second'].map((name) => seriesOf(runOf(4, { steps }), name))
  for (const runs of [all, all.slice(0, 1)]) {
    const { bands, y, log } = frameOf(curveOf('reward'), runs, { ...plain, log: true }, 200)
    expect(log).toBe(true)
    expect(y.domain.every((end) => Number.isFinite(end) && end > 0)).toBe(true)
    expect(bands.map(({ points }) => points.map((point) => point.y![0].toFixed(3)))).toEqual(runs.map(() => ['0.100', '0.100', '0.100', '0.300']))
  }
})

test('counting what a view leaves out costs what its pixels cost, and counts all of it', () => {
  const state = runOf(30_000)
  const steps = state.steps.map((step) => ({ ...step, gradNorm: step.step % 10_000 === 0 ? 900 : step.step === 77 ? -1 : 1 + (step.step % 7) / 10 }))
  const series = seriesOf({ ...state, steps })
  const curve = curveOf('gradient')
  const column = series.column(curve, curve.lines[0] as never)
  let reads = 0
  column.values = new Proxy(column.values, { get: (target, name) => {
    if (typeof name === 'string' && /^\d+$/.test(name)) reads++
    return Reflect.get(target, name, target) as unknown
  } })
  expect(frameOf(curve, [series], { ...plain, ignoreOutliers: true }, 300).says).toContain('clipped 4 points')
  expect(frameOf(curve, [series], { ...plain, log: true }, 300).says).toContain('1 value at or below 0 has no place on a log axis')
  expect(reads).toBeLessThan(15_000)
})

test('a stretch of steps is the same stretch on every axis', () => {
  const series = seriesOf(runOf(50))
  const of = (axis: Look['axis']): readonly number[] => frameOf(curveOf('reward'), [series], { ...plain, axis, range: [10, 20] }, 200).x.domain
  expect(of('step')).toEqual([10, 20])
  expect(of('tokens')).toEqual([1000, 2000])
  expect(of('wall')).toEqual([10, 20])
})

test('every weighted part of the reward is a line, worth its weight times its mean', () => {
  const weights = { ...sample, rewardNdcg: 1, rewardFormat: 0.1, rewardMalformed: -2, rewardRepetition: 0, rewardLength: 0, rewardOverlong: 0 }
  const { lines } = frameOf(curveOf('parts'), [seriesOf(runOf(1), 'a', weights)], plain, 200)
  expect(lines.map(({ name, points }) => [name, points[0]!.y])).toEqual([['NDCG', 0.5], ['format', 0.1], ['malformed', -0]])
})

test('what is flat by construction says why', () => {
  const noteOf = (id: string, over: Partial<Settings>): string | undefined => curveOf(id).note?.({ ...sample, ...over })
  expect(noteOf('clip', { iterations: 1 })).toContain('on-policy')
  expect(noteOf('clip', { iterations: 2 })).toBeUndefined()
  expect(noteOf('kl', { klCoefficient: 0 })).toBe('not measured: klCoefficient is 0')
  expect(noteOf('rate', { schedule: 'constant', warmupSteps: 0, learningRate: 1e-4 })).toContain('constant at 1.0e-4')
  expect(noteOf('rate', { schedule: 'linear', warmupSteps: 0 })).toBeUndefined()
})

test('validations are drawn with bars while these can be told apart, and with a band beyond; both say what they mean', () => {
  const many = Array.from({ length: 80 }, (_, at) => validationOf(at, 0.3))
  const few = frameOf(curveOf('validation'), [seriesOf(runOf(3, { validations: many.slice(0, 4) }))], plain, 200)
  expect([few.bars, few.says]).toEqual([true, ['bars: 95 % bootstrap interval over queries']])
  expect(few.bands[0]!.points[0]).toEqual({ x: 0, y: [0.3 - 0.1, 0.3 + 0.1] })
  const dense = frameOf(curveOf('validation'), [seriesOf(runOf(80, { validations: many }))], plain, 200)
  expect([dense.bars, dense.says]).toEqual([false, ['band: 95 % bootstrap interval over queries']])
})

test('runs that are drawn together keep their place’s colour and dash, and one line of a chart of several', () => {
  const all = [seriesOf(runOf(3), 'first'), seriesOf(runOf(5), 'second')]
  const { lines, x } = frameOf(curveOf('zero'), all, { ...plain, line: 'bad' }, 200)
  expect(lines.map(({ name, line }) => [name, line.key])).toEqual([['first', 'bad'], ['second', 'bad']])
  expect(new Set(lines.map(({ colour }) => colour)).size).toBe(2)
  expect(new Set(lines.map(({ dash }) => dash)).size).toBe(2)
  expect(x.domain).toEqual([1, 5])
})

test('a run keeps the colour of its place in the comparison when one before it cannot be drawn', () => {
  const [state, settings] = [runOf(3), sample]
  const charted = new Charted([{ id: 'b', name: 'b', state, settings, place: 1 }, { id: 'c', name: 'c', state, settings, place: 2 }])
  const colours = (): string[] => frameOf(curveOf('kl'), charted.series, plain, 200).lines.map(({ colour }) => colour)
  expect(colours()).toEqual(['var(--run-2)', 'var(--run-3)'])
  charted.follow(['a', 'b', 'c'].map((id, place) => ({ id, name: id, state, settings, place })))
  expect(colours()).toEqual(['var(--run-1)', 'var(--run-2)', 'var(--run-3)'])
})

test('alarms, the best checkpoint and forks are marked where they were, with their sentence', () => {
  const state = runOf(20, {
    alarms: [{ step: 4, message: 'entropy is low' }, { step: 4, message: 'and lower' }],
    best: { type: 'checkpoint', name: 'best', stage: 'grpo', step: 10, reason: 'validation reward 0.5' }, forkedAt: [{ type: 'fork', run: 'other', step: 6 }],
  })
  expect(frameOf(curveOf('kl'), [seriesOf(state)], plain, 200).marks.map(({ kind, step, says }) => [kind, step, says])).toEqual([
    ['alarm', 4, 'step 4: entropy is low (and 1 more here)'],
    ['best', 10, 'step 10: best checkpoint so far, validation reward 0.5'],
    ['fork', 6, 'step 6: went on from a checkpoint of run other'],
  ])
})

test('the cursor reads every run at the same place: by step, or by what the axis counts', () => {
  const slow = runOf(10)
  const all = [seriesOf(slow, 'first'), seriesOf({ ...slow, steps: slow.steps.map((step) => ({ ...step, ms: 500 })) }, 'second')]
  const shownBy = (axis: Look['axis']): Shown => ({
    curve: curveOf('reward'), frame: frameOf(curveOf('reward'), all, { ...plain, axis }, 200), box: { left: 0, top: 0, width: 200, height: 100 }, axis, series: all,
  })
  expect(sentenceAt(shownBy('step'), 4)).toBe('first 4.000, second 4.000')
  expect(sentenceAt(shownBy('wall'), 4)).toBe('first 4.000, second 8.000')
  expect(sentenceAt(shownBy('wall'), undefined)).toBe('first 10.0, second 10.0')
  const broken = seriesOf({ ...slow, steps: [stepOf(1, { reward: { mean: Number.NaN, std: 0, min: 0, max: 0 } }), stepOf(2)] })
  const shown = { ...shownBy('step'), frame: frameOf(curveOf('reward'), [broken], plain, 200), series: [broken] }
  expect(readingOf(shown, shown.frame.lines[0]!, 1)).toEqual({ text: 'not finite', x: 1, step: 1 })
})

test('data leaves as it is: every step, no smoothing, NaN by name, nothing where nothing was measured', () => {
  const state = runOf(3)
  const steps = [state.steps[0]!, { ...state.steps[1]!, kl: Number.NaN }, { ...state.steps[2]!, kl: undefined as unknown as number }]
  const all = [seriesOf({ ...state, steps }, 'run, "one"')]
  expect([...csvOf([curveOf('kl')], all)]).toEqual([
    'run,step,tokens,seconds,kl\r\n', '"run, ""one""",1,100,1,0.01\r\n', '"run, ""one""",2,200,2,NaN\r\n', '"run, ""one""",3,300,3,\r\n',
  ])
  expect([...jsonlOf([curveOf('kl')], all)].map((line) => JSON.parse(line) as unknown)).toEqual([
    { run: 'run, "one"', chart: 'kl', step: 1, tokens: 100, seconds: 1, kl: 0.01 },
    { run: 'run, "one"', chart: 'kl', step: 2, tokens: 200, seconds: 2, kl: 'NaN' },
    { run: 'run, "one"', chart: 'kl', step: 3, tokens: 300, seconds: 3 },
  ])
  const long = [...csvOf([curveOf('kl'), curveOf('validation')], [seriesOf(runOf(1, { validations: [validationOf(0, 0.5)] }))])]
  expect(long.slice(0, 3)).toEqual(['run,chart,line,step,tokens,seconds,value\r\n', 'a,kl,kl,1,100,3,0.01\r\n', 'a,validation,ndcg,0,0,2,0.5\r\n'])
})

test('a run whose name looks like a formula leaves as text, and numbers below 0 as numbers', () => {
  expect([...csvOf([curveOf('kl')], [seriesOf(runOf(1, { steps: [stepOf(1, { kl: -0.5 })] }), '=cmd')])][1]).toBe('\'=cmd,1,100,1,-0.5\r\n')
})

test('drawing a chart of 30,000 steps, its band and its marks costs what its pixels cost', () => {
  const series = seriesOf(runOf(30_000))
  const curve = curveOf('reward')
  const [low, high] = series.band(curve)!
  let reads = 0
  for (const column of [series.column(curve, curve.lines[0] as never), low, high]) {
    column.values = new Proxy(column.values, { get: (target, name) => { if (typeof name === 'string' && /^\d+$/.test(name)) reads++; return Reflect.get(target, name, target) as unknown } })
  }
  frameOf(curve, [series], plain, 300)
  expect(reads).toBeGreaterThan(100)
  expect(reads).toBeLessThan(5000)
})

test('a band that is thinned keeps the lowest and the highest edge of every stretch', () => {
  const state = runOf(5000)
  const steps = state.steps.map((step) => ({ ...step, reward: { ...step.reward, mean: step.step === 3333 ? 90 : 1, std: step.step === 1111 ? 70 : 0 } }))
  const points = frameOf(curveOf('reward'), [seriesOf({ ...state, steps })], plain, 100).bands[0]!.points
  expect(points.length).toBeLessThanOrEqual(100)
  expect(Math.max(...points.map(({ y }) => y![1]))).toBe(90)
  expect(Math.min(...points.map(({ y }) => y![0]))).toBe(-69)
})

/** Relative luminance of WCAG 2. */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test.each([[0, '#ffffff'], [1, '#161b22']] as const)('names in the colours of lines read at 4.5 to 1 in scheme %i', (scheme, panel) => {
  const css = readFileSync(join(import.meta.dirname, 'charts.css'), 'utf8').split('@media (prefers-color-scheme: dark)')[scheme]!
  const colours = [...css.matchAll(/--chart-\d: (#[0-9a-f]{6});/g)].map(([, colour]) => colour!)
  expect(colours.length).toBe(6)
  for (const colour of colours) {
    const [high, low] = [luminance(colour), luminance(panel)].toSorted((a, b) => b - a) as [number, number]
    expect((high + 0.05) / (low + 0.05), colour).toBeGreaterThanOrEqual(4.5)
  }
})

test('twenty parts of a reward are told apart by colour and dash together, and each keeps its own whatever else is weighed', () => {
  const all = Object.fromEntries(Object.values(REWARD_WEIGHTS).map((name) => [name, 1]))
  const parts = Object.fromEntries(REWARD_PARTS.map((part, at) => [part, at / 20]))
  const state = runOf(1, { steps: [stepOf(1, { parts })] })
  const drawn = (settings: Settings) => frameOf(curveOf('parts'), [seriesOf(state, 'a', settings)], plain, 200).lines.map(({ key, colour, dash }) => ({ key: key.replace('0.', ''), look: `${colour} ${dash}` }))
  const every = drawn({ ...sample, ...all })
  expect(every.map(({ key }) => key)).toEqual(REWARD_PARTS)
  expect(new Set(every.map(({ look }) => look)).size).toBe(REWARD_PARTS.length)
  expect(drawn({ ...sample, rewardLcs: 1 }).find(({ key }) => key === 'lcs')).toEqual(every.find(({ key }) => key === 'lcs'))
})
