// Reads the command line into plain values; whatever cannot be read is refused with a sentence.
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { BadInput } from './errors.ts'

type Options = NonNullable<ParseArgsConfig['options']>

export interface Verb {
  readonly usage: string
  /** how many positional arguments: least and most */
  readonly positionals: readonly [number, number]
  readonly options: Options
}

const TEXT = { type: 'string' } as const
const TEXTS = { type: 'string', multiple: true } as const
const FLAG = { type: 'boolean' } as const

export const VERBS = {
  'check-policy': { usage: 'check-policy DIR [--dump FILE] [--weights f32|f16|int8|int4]', positionals: [1, 1], options: { dump: TEXT, weights: TEXT } },
  generate: {
    usage: 'generate DIR --tokens 1,2,3 --max N [--greedy] [--seed N] [--temperature X] [--top-k N] [--top-p X] [--weights f32|f16|int8|int4]', positionals: [1, 1],
    options: { weights: TEXT, tokens: TEXT, max: TEXT, greedy: FLAG, seed: TEXT, temperature: TEXT, 'top-k': TEXT, 'top-p': TEXT },
  },
  tokenize: { usage: 'tokenize DIR [--chat] < LINES', positionals: [1, 1], options: { chat: FLAG } },
  train: {
    usage: 'train [--preset NAME] [--stages sft,grpo|sft|grpo|prompt] [--set KEY=VALUE]… [--products FILE… [--examples FILE…] [--interactions FILE…]] [--imitate FILE…] [--probes FILE…] [--policy DIR] --out DIR',
    positionals: [0, 0],
    options: { preset: TEXT, stages: TEXT, set: TEXTS, products: TEXTS, examples: TEXTS, interactions: TEXTS, imitate: TEXTS, probes: TEXTS, policy: TEXT, out: TEXT },
  },
  table: {
    usage: 'table NAME [--seeds 1,2,3] [--preset NAME] [--set KEY=VALUE]… [--recommenders bm25,…] [--modes corrected,as-released] [--measure ndcg@100] [--budget WORDS] [--price PER_HOUR] [--products FILE… …] [--imitate FILE…] [--outputs FILE…] [--probes FILE…] [--policy DIR] --out DIR',
    positionals: [1, 1],
    options: {
      seeds: TEXT, preset: TEXT, set: TEXTS, recommenders: TEXT, modes: TEXT, measure: TEXT, budget: TEXT, price: TEXT, products: TEXTS, examples: TEXTS, interactions: TEXTS,
      imitate: TEXTS, outputs: TEXTS, probes: TEXTS, policy: TEXT, out: TEXT,
    },
  },
  evaluate: {
    usage: 'evaluate --run FILE (--qrels FILE | --examples FILE) [--metrics ndcg@10,recall@100,…] [--ties trec|ranked] [--missing zero|skip] [--set gains=graded] | --results FILE',
    positionals: [0, 0], options: { run: TEXT, qrels: TEXT, examples: TEXT, results: TEXT, metrics: TEXT, ties: TEXT, missing: TEXT, set: TEXTS },
  },
  rank: {
    usage: 'rank --products FILE… --queries FILE.tsv --k N [--recommender NAME] [--set KEY=VALUE]… [--locale us|all|…] --out FILE', positionals: [0, Infinity],
    options: { products: TEXTS, queries: TEXT, k: TEXT, recommender: TEXT, set: TEXTS, locale: TEXT, out: TEXT },
  },
  tasks: { usage: 'tasks [--task NAME]… [--seeds 1,2,3] [--set KEY=VALUE]… [--out DIR]', positionals: [0, 0], options: { task: TEXTS, seeds: TEXT, set: TEXTS, out: TEXT } },
  'make-policy': { usage: 'make-policy [sample|sample-tasks] [--steps N] [--seed N] [--out DIR]', positionals: [0, 1], options: { steps: TEXT, seed: TEXT, out: TEXT } },
  'make-weights': {
    usage: 'make-weights CONFIG --out DIR [--dtype f32|f16|bf16] [--seed N] [--shard-bytes N]', positionals: [1, 1],
    options: { out: TEXT, dtype: TEXT, seed: TEXT, 'shard-bytes': TEXT },
  },
  ingest: {
    usage: 'ingest FILE… [--locale us|all|…] [--version all|small|large] [--split all|train|test] [--labels all|exact]', positionals: [1, Infinity],
    options: { locale: TEXT, version: TEXT, split: TEXT, labels: TEXT },
  },
  decoder: {
    usage: 'decoder [--interactions FILE… --products FILE…] [--set NAME=VALUE]… [--seed N] [--out FILE.json]', positionals: [0, 0],
    options: { interactions: TEXTS, products: TEXTS, set: TEXTS, seed: TEXT, out: TEXT },
  },
  forget: {
    usage: 'forget [--probes FILE.jsonl…] [--set KEY=VALUE]… [--seed N]', positionals: [0, 0], options: { probes: TEXTS, set: TEXTS, seed: TEXT },
  },
  fuzz: { usage: 'fuzz [--count 1000] [--seed N] [--from N]', positionals: [0, 0], options: { count: TEXT, seed: TEXT, from: TEXT } },
  export: {
    usage: 'export DIR --to safetensors|onnx [--dtype f32|f16|bf16] --out DIR', positionals: [1, 1], options: { to: TEXT, dtype: TEXT, out: TEXT },
  },
  bench: { usage: 'bench [NAME …] [--rows N] [--limit CASES] [--model DIR] [--weights f32|f16|int8|int4] [--short] [--steps N] [--dawn FILE]', positionals: [0, Infinity],
    options: { rows: TEXT, limit: TEXT, model: TEXT, weights: TEXT, short: FLAG, steps: TEXT, dawn: TEXT },
  },
} as const satisfies Readonly<Record<string, Verb>>

export type VerbName = keyof typeof VERBS

export interface Arguments {
  readonly verb: VerbName
  readonly positionals: readonly string[]
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>
}

const verbNames = () => Object.keys(VERBS).join(', ')

/** Splits the arguments after `lab`. Throws BadInput. */
export function readArguments(words: readonly string[]): Arguments {
  const [name, ...rest] = words
  if (name === undefined) throw new BadInput(`no verb; give one of ${verbNames()}`)
  if (!Object.hasOwn(VERBS, name)) throw new BadInput(`verb ${JSON.stringify(name)} is unknown; give one of ${verbNames()}`)
  const verb = name as VerbName
  const { usage, positionals: [least, most], options }: Verb = VERBS[verb]
  const parsed = (() => {
    try {
      return parseArgs({ args: [...rest], options, allowPositionals: true, strict: true })
    } catch (error) {
      const first = error instanceof Error ? error.message.split(/\.\s|\n/)[0] ?? '' : String(error)
      throw new BadInput(`${verb}: ${first.charAt(0).toLowerCase()}${first.slice(1)}; usage: ${usage}`, { cause: error })
    }
  })()
  const { positionals, values } = parsed
  if (positionals.length < least || positionals.length > most) {
    throw new BadInput(`${verb}: ${positionals.length} positional arguments, expected ${least === most ? least : `at least ${least}`}; usage: ${usage}`)
  }
  return { verb, positionals, values }
}

/** A text option; undefined when it was not given. */
export function text({ values }: Arguments, name: string): string | undefined {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

/** A text option that must be given. */
export function needed(args: Arguments, name: string): string {
  const value = text(args, name)
  if (value === undefined) throw new BadInput(`${args.verb}: --${name} is missing; usage: ${VERBS[args.verb].usage}`)
  return value
}

export function flag({ values }: Arguments, name: string): boolean {
  return values[name] === true
}

/** Every value of an option that may be repeated. */
export function texts({ values }: Arguments, name: string): readonly string[] {
  const value = values[name]
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

/** A number option within [least, most]; `fallback` when it was not given. */
export function number(args: Arguments, name: string, fallback: number, least: number, most: number, whole: boolean): number {
  const given = text(args, name)
  if (given === undefined) return fallback
  const value = given.trim() === '' ? NaN : Number(given)
  if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new BadInput(`${args.verb}: --${name} is ${JSON.stringify(given)}; give a ${whole ? 'whole ' : ''}number from ${least} to ${most}`)
  }
  return value
}

/** A list of token ids, such as `1,2,3`. */
export function tokenIds(args: Arguments, name: string): number[] {
  const given = needed(args, name)
  const parts = given.split(',').map((part) => part.trim())
  if (!parts.every((part) => /^\d{1,9}$/.test(part))) throw new BadInput(`${args.verb}: --${name} is ${JSON.stringify(given)}; give token ids with commas between them, such as 1,2,3`)
  return parts.map(Number)
}
