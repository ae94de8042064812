// Command: npx tsx lab/sample/make-probes.ts [--out FILE] writes the probes of what the embedded policy knew before it trained.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { probeLines } from './probes.ts'

const { values } = parseArgs({ options: { out: { type: 'string', default: fileURLToPath(new URL('../../public/sample/probes.jsonl', import.meta.url)) } } })
const lines = probeLines()
writeFileSync(values.out, lines.map((line) => `${line}\n`).join(''))
console.error(`${values.out}: ${lines.length} probes`)
