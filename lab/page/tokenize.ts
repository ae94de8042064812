// Tokenizes with the policy's own tokenizer, which needs no weights and no GPU.
import { openTokenizer, type Tokenizer } from '../../workers/model/tokenizer.ts'
import { bytesOf, reading } from './files.ts'
import type { Results, TokenizeJob } from './protocol.ts'

let opened: Promise<Tokenizer> | undefined

async function open({ tokenizer: files }: TokenizeJob): Promise<Tokenizer> {
  const [tokenizer, tokenizerConfig] = await Promise.all(files.map(bytesOf))
  const none = new ArrayBuffer(0)
  const found = await openTokenizer({ config: none, weights: [], tokenizer: tokenizer!, tokenizerConfig: tokenizerConfig! })
  if (found === undefined) throw new Error('the folder has no tokenizer.json')
  return found
}

/** Every job of one command names the same folder, so it is opened once. */
export async function tokenize(job: TokenizeJob): Promise<Results['tokenize']> {
  const tokenizer = await reading(() => (opened ??= open(job)))
  return { ids: await reading(async () => job.items.map((item) => (typeof item === 'string' ? tokenizer.encode(item) : tokenizer.encodeChat(item)))) }
}
