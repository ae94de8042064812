// `npm run -s lab -- VERB …`: progress to stderr, results to stdout; Ctrl-C ends the browser too.
import { run } from './run.ts'

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}; what was written so far is kept`)))
}

const status = await run(process.argv.slice(2), {
  input: process.stdin,
  progress: (line) => process.stderr.write(`${line}\n`),
  print: (line) => process.stdout.write(`${line}\n`),
  signal: interrupted.signal,
})
// leaving with results still on their way through a pipe would lose them
process.stdout.write('', () => process.exit(status))
