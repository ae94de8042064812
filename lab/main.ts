// `npm run -s lab -- VERB …`: progress to stderr, one JSON object as the last line of stdout, status 0 done, 1 bad input, 2 failed work.
import { readArguments, VERBS, type VerbName } from './arguments.ts'
import { ending, STATUS } from './errors.ts'
import type { Command } from './verbs/command.ts'

const COMMANDS: Readonly<Record<VerbName, () => Promise<Command>>> = {
  'check-policy': async () => (await import('./verbs/policy.ts')).checkPolicy,
  generate: async () => (await import('./verbs/policy.ts')).generate,
  tokenize: async () => (await import('./verbs/tokenize.ts')).tokenize,
  train: async () => (await import('./verbs/train.ts')).train,
  'make-policy': async () => (await import('./verbs/make-policy.ts')).makePolicy,
  bench: async () => (await import('./verbs/bench.ts')).bench,
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}; what was written so far is kept`)))
}

/** Writes and waits until the reader has it, so that leaving right after loses nothing. */
function write(line: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, () => resolve()))
}

async function main(words: readonly string[]): Promise<number> {
  if (words[0] === '--help' || words[0] === 'help') {
    for (const { usage } of Object.values(VERBS)) process.stderr.write(`npm run -s lab -- ${usage}\n`)
    await write(JSON.stringify({ verbs: Object.keys(VERBS) }))
    return STATUS.done
  }
  try {
    const args = readArguments(words)
    const command = await COMMANDS[args.verb]()
    const result = await command(args, {
      progress: (line) => process.stderr.write(`${line}\n`),
      print: (line) => process.stdout.write(`${line}\n`),
      signal: interrupted.signal,
    })
    if (result !== undefined) await write(JSON.stringify(result))
    return result !== undefined && 'error' in result ? STATUS.failed : STATUS.done
  } catch (error) {
    const { status, line } = ending(error)
    await write(line)
    return status
  }
}

process.exit(await main(process.argv.slice(2)))
