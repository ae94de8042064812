// Rec-R1's Figure 2: how good the policy was by the time training had cost so much, in rollouts, tokens, seconds and money.
import type { Experiment, Figure, Given, PathPoint, Printed, Spent } from './experiment.ts'
import { runsOf, titleOf } from './methods.ts'
import { STAGE_METHODS } from './sftAndRl.ts'
import { doneOf } from './systems.ts'


interface Cost {
  readonly title: string
  readonly of: (spent: Spent) => number
}

function costsOf(pricePerHour: number): readonly Cost[] {
  return [
    { title: 'rollouts', of: ({ rollouts }) => rollouts },
    { title: 'sampled tokens', of: ({ sampledTokens }) => sampledTokens },
    { title: 'seconds of training', of: ({ seconds }) => seconds },
    ...(pricePerHour > 0 ? [{ title: `money, at ${pricePerHour} an hour`, of: ({ seconds }: Spent) => seconds / 3600 * pricePerHour }] : []),
  ]
}

function figureOf(given: Given, { title, of }: Cost): Figure {
  const several = given.choices.seeds.length > 1
  return {
    title: `NDCG@10 against ${title}`, kind: 'lines', x: title, y: 'NDCG@10 of validations',
    series: STAGE_METHODS.flatMap((method) => doneOf(given, '', method).map(({ path }, at) => ({
      name: several ? `${titleOf(method)}, seed ${given.choices.seeds[at]}` : titleOf(method),
      points: path.map((point) => ({ x: of(point.spent), y: point.ndcg10, low: point.low, high: point.high })),
    }))),
    says: 'Bars: 95 % bootstrap over validation rows. What rejection samples is counted before its first validation; evaluations are not counted.',
  }
}

/** The point at which a run first reached a quality; undefined where it never did. */
function firstAt(path: readonly PathPoint[], quality: number): PathPoint | undefined {
  return path.find(({ ndcg10 }) => ndcg10 >= quality)
}

const two = (value: number): string => (value === 0 ? '0' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2))

/** What each run had spent in all, and what it had spent when it first reached the best validation of RL alone. */
function spentList(given: Given): Printed {
  const { choices: { pricePerHour } } = given
  const costs = costsOf(pricePerHour)
  const aim = Math.max(...doneOf(given, '', 'rl').flatMap(({ path }) => path.map(({ ndcg10 }) => ndcg10)))
  const rows = STAGE_METHODS.flatMap((method) => doneOf(given, '', method).map((result, at) => {
    const there = Number.isFinite(aim) ? firstAt(result.path, aim) : undefined
    const name = given.choices.seeds.length > 1 ? `${titleOf(method)}, seed ${given.choices.seeds[at]}` : titleOf(method)
    const until = costs.map(({ of }) => (there === undefined ? 'never' : two(of(there.spent))))
    return { name, values: [...costs.map(({ of }) => two(of(result.spent))), ...until] }
  }))
  return {
    title: 'What training cost', source: Number.isFinite(aim) ? `“until”: when a validation first reached ${aim.toFixed(3)}, the best of RL alone` : 'RL alone is not done yet',
    columns: [...costs.map(({ title }) => title), ...costs.map(({ title }) => `until: ${title}`)], rows,
  }
}

/** Who reached the best validation of RL alone, and after how long: the quickest first. */
function reached(given: Given): readonly string[] {
  const aim = Math.max(...doneOf(given, '', 'rl').flatMap(({ path }) => path.map(({ ndcg10 }) => ndcg10)))
  if (!Number.isFinite(aim)) return []
  const told = STAGE_METHODS.flatMap((method) => doneOf(given, '', method).map(({ path }) => ({ title: titleOf(method), seconds: firstAt(path, aim)?.spent.seconds ?? Infinity })))
    .toSorted((a, b) => a.seconds - b.seconds)
    .map(({ title, seconds }) => (Number.isFinite(seconds) ? `${title} after ${two(seconds)} s` : `${title} never`))
  return [`NDCG@10 of ${aim.toFixed(3)}, the best validation of RL alone, was first reached by ${told.join(', ')}. One run a method and seed: validations vary as the bars show.`]
}

export const qualityAndCost: Experiment = {
  name: 'quality-and-cost',
  title: 'Quality against cost',
  from: 'Rec-R1, Figure 2',
  shows: 'How good the policy was by the time training had cost so many rollouts, tokens, seconds and, at a price of yours, money.',
  how: 'Validations of the runs of “SFT and RL”, against what their steps had cost until then; what rejection samples is counted where the run tells it.',
  heeds: ['seeds', 'pricePerHour'],
  fault: ({ validationEvery }) => (validationEvery === 0 ? 'setting validationEvery is 0, so quality is not measured along the way; set it to 10, for example' : undefined),
  plan: (base, { seeds }) => runsOf(STAGE_METHODS, base, seeds),
  layout: (given) => ({ tables: [], figures: costsOf(given.choices.pricePerHour).map((cost) => figureOf(given, cost)), lists: [spentList(given)], notes: reached(given) }),
}
