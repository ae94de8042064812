// Tokenizes with the policy's own tokenizer, which needs no weights and no GPU.
import { openTokenizer, type Tokenizer } from '../../workers/model/tokenizer.ts'
import { partOf } from '../../src/domain/modelFiles.ts'
import { bytesOf, reading } from './files.ts'
import type { Results, TokenizeJob } from './protocol.ts'

let opened: Promise<Tokenizer> | undefined

async function open({ tokenizer: files }: TokenizeJob): Promise<Tokenizer> {
  const read = Object.fromEntries(await Promise.all(files.map(async (file) => [partOf(file.name), await bytesOf(file)] as const)))
  const found = await openTokenizer({ config: new ArrayBuffer(0), weights: [], ...read })
  if (found === undefined) throw new Error('the folder has no tokenizer.json')
  return found
}

/** Every job of one command names the same folder, so it is opened once. */
export async function tokenize(job: TokenizeJob): Promise<Results['tokenize']> {
  const tokenizer = await reading(() => (opened ??= open(job)))
  return { ids: await reading(async () => job.items.map((item) => (typeof item === 'string' ? tokenizer.encode(item) : tokenizer.encodeChat(item)))) }
}
