// Command: npx tsx lab/sample/make-tokenizer.ts [--out DIR] trains the embedded policy's tokenizer and writes it with its configuration.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { policyFiles, trainTokenizer } from './tokenizer.ts'

const { values } = parseArgs({ options: { out: { type: 'string', default: fileURLToPath(new URL('../../public/sample/policy/', import.meta.url)) } } })

mkdirSync(values.out, { recursive: true })
for (const [name, value] of Object.entries(policyFiles(trainTokenizer()))) {
  const text = `${JSON.stringify(value, null, name === 'tokenizer.json' ? 0 : 2)}\n`
  writeFileSync(join(values.out, name), text)
  console.error(`${name}: ${Buffer.byteLength(text)} bytes`)
}
