// One command from its words to its status: 0 done, 1 bad input, 2 failed work; the last line printed is one JSON object.
import { readArguments, VERBS, type VerbName } from './arguments.ts'
import { ending, STATUS } from './errors.ts'
import type { Command, Terminal } from './verbs/command.ts'

const COMMANDS: Readonly<Record<VerbName, () => Promise<Command>>> = {
  'check-policy': async () => (await import('./verbs/policy.ts')).checkPolicy,
  generate: async () => (await import('./verbs/policy.ts')).generate,
  tokenize: async () => (await import('./verbs/tokenize.ts')).tokenize,
  train: async () => (await import('./verbs/train.ts')).train,
  table: async () => (await import('./verbs/table.ts')).table,
  evaluate: async () => (await import('./verbs/evaluate.ts')).evaluate,
  rank: async () => (await import('./verbs/rank.ts')).rank,
  tasks: async () => (await import('./verbs/tasks.ts')).tasks,
  'make-policy': async () => (await import('./verbs/make-policy.ts')).makePolicy,
  'make-weights': async () => (await import('./verbs/make-weights.ts')).makeWeights,
  ingest: async () => (await import('./verbs/ingest.ts')).ingest,
  decoder: async () => (await import('./verbs/decoder.ts')).decoder,
  forget: async () => (await import('./verbs/forget.ts')).forget,
  fuzz: async () => (await import('./verbs/fuzz.ts')).fuzz,
  export: async () => (await import('./verbs/export.ts')).exportPolicy,
  bench: async () => (await import('./verbs/bench.ts')).bench,
}

/** Does what the words after `lab` say. Never throws: what goes wrong is the last line and the status. */
export async function run(words: readonly string[], terminal: Terminal): Promise<number> {
  if (words[0] === '--help' || words[0] === 'help') {
    for (const { usage } of Object.values(VERBS)) terminal.progress(`npm run -s lab -- ${usage}`)
    terminal.print(JSON.stringify({ verbs: Object.keys(VERBS) }))
    return STATUS.done
  }
  try {
    const args = readArguments(words)
    const command = await COMMANDS[args.verb]()
    const result = await command(args, terminal)
    if (result === undefined) return STATUS.done
    terminal.print(JSON.stringify(result))
    return 'error' in result ? STATUS.failed : STATUS.done
  } catch (error) {
    const { status, line } = ending(error)
    terminal.print(line)
    return status
  }
}
