// `train`: a whole run, recorded in a folder as it goes; what was written stays when the run fails or is interrupted.
import { createHash } from 'node:crypto'
import { appendFileSync, copyFileSync, createReadStream, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { needed, text, texts } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { ROOT } from '../root.ts'
import { BadInput, messageOf } from '../errors.ts'
import { fileAt, filesIn, modelIn, outFolder } from '../folders.ts'
import { authorisationOf, upstreamOf } from '../searching.ts'
import { settingsFrom } from '../settings.ts'
import { EMBEDDED_POLICIES, isEmbedded, SAMPLE_SHARDS, type EmbeddedPolicy } from '../../src/domain/embedded.ts'
import { settingsRecord } from '../../src/domain/config.ts'
import type { Settings } from '../../src/domain/settings.ts'
import type { RunEvent } from '../../src/experiment/events.ts'
import { lineOf } from '../../src/experiment/line.ts'
import { probesIn } from './forget.ts'
import type { Command } from './command.ts'
import { eventLine } from './progress.ts'

/** What a run may leave besides its record: an adapter, or a whole model. */
const RESULTS = ['adapter_model.safetensors', 'adapter_config.json', 'model.safetensors', 'config.json'] as const
const RECORD = ['run.json', 'events.jsonl', 'summary.json', 'forgetting.json'] as const
/** A policy writes and reads text, so here its tokenizer is needed too. */
const TOKENIZER = ['tokenizer.json', 'tokenizer_config.json'] as const
const BESIDE: ReadonlySet<string> = new Set([...TOKENIZER, 'chat_template.jinja', 'generation_config.json'])
const SAMPLE = join(ROOT, 'public', 'sample')

interface FileRecord {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

async function recordOf(path: string): Promise<FileRecord> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return { name: basename(path), bytes: statSync(path).size, sha256: hash.digest('hex') }
}

/** An empty place for the run's files, apart from the policy's: what an earlier run left under the same names is removed first. */
function prepare(out: string, policyFolder: string): void {
  outFolder(out, policyFolder)
  try {
    for (const name of [...RECORD, ...RESULTS]) rmSync(join(out, name), { force: true })
    writeFileSync(join(out, 'events.jsonl'), '')
  } catch (error) {
    throw new BadInput(`--out ${out} cannot be written: ${messageOf(error)}`, { cause: error })
  }
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** Texts are given if and only if they are imitated. */
function checkImitations({ stages, sftFrom }: Settings, files: number): void {
  const isWanted = stages.includes('sft') && (sftFrom === 'file' || sftFrom === 'teacher')
  if (files > 0 && !isWanted) {
    throw new BadInput(`train: --imitate gives texts, but ${stages.includes('sft') ? `sftFrom is ${sftFrom}` : `stages is ${stages}`}; set ${stages.includes('sft') ? 'sftFrom=file' : '--stages sft or sft,grpo'}, or leave --imitate out`)
  }
  if (files === 0 && isWanted) {
    throw new BadInput(`train: sft imitates what --imitate gives (sftFrom=${sftFrom}), and it gives nothing; give --imitate FILE, or --set sftFrom=copy, labels or rejection`)
  }
}

export const train: Command = async (args, terminal) => {
  const out = needed(args, 'out')
  const products = texts(args, 'products')
  const [examples, interactions] = [texts(args, 'examples'), texts(args, 'interactions')]
  const preset = text(args, 'preset') ?? (products.length > 0 ? 'shards' : undefined)
  const stages = text(args, 'stages')
  const imitate = texts(args, 'imitate')
  const given = settingsFrom([
    ...(preset === undefined ? [] : [`preset=${preset}`]), ...(stages === undefined ? [] : [`stages=${stages}`]),
    ...(imitate.length === 0 ? [] : ['sftFrom=file']), ...texts(args, 'set'),
  ])
  checkImitations(given, imitate.length)
  const policy = text(args, 'policy')
  if (policy === undefined && !isEmbedded(given.policy)) {
    throw new BadInput(`train: setting policy is ${JSON.stringify(given.policy)}, but models are read from folders here; give --policy DIR, or --set policy=sample for an embedded one (${Object.keys(EMBEDDED_POLICIES).join(', ')})`)
  }
  const policyFolder = policy ?? join(SAMPLE, EMBEDDED_POLICIES[given.policy as EmbeddedPolicy])
  const settings = { ...given, policy: policy === undefined ? given.policy : basename(resolve(policy)) }
  const upstream = upstreamOf(settings)
  const authorisation = authorisationOf()
  if ((products.length === 0) !== (examples.length + interactions.length === 0)) {
    throw new BadInput('train: --products and --examples belong together, or --products and --interactions, or all three; give them together, or none for the embedded sample')
  }
  const ownShop = products.length > 0
  const shards = ownShop ? [...products, ...examples, ...interactions].map(fileAt) : filesIn(join(SAMPLE, 'shop'), SAMPLE_SHARDS)
  const imitated = imitate.map(fileAt)
  const probes = texts(args, 'probes')
  const asked = probes.length === 0 ? undefined : probesIn(probes.map(fileAt))
  filesIn(policyFolder, TOKENIZER)
  const model = modelIn(policyFolder)
  prepare(out, policyFolder)

  const exchange = new Exchange()
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
  const files = { data: await Promise.all(shards.map(recordOf)), policy: await Promise.all(model.map(recordOf)), imitate: await Promise.all(imitated.map(recordOf)) }

  const event = (value: unknown): void => {
    const happened = value as RunEvent
    appendFileSync(join(out, 'events.jsonl'), `${lineOf(happened)}\n`)
    if (happened.type === 'start') {
      const { versions, policy: { adapter, ...info }, loaded, dataset, recommender } = happened
      writeJson(join(out, 'run.json'), {
        name: 'rec-r1-workbench', settings: settingsRecord(settings), seeds: { seed: settings.seed }, versions, adapter, recommender,
        policy: { name: settings.policy, ...(loaded?.adapter && { continues: loaded.adapter }), ...info, files: files.policy }, data: { ...dataset, files: files.data },
        ...(imitated.length === 0 ? {} : { imitate: files.imitate }),
      })
    }
    const line = eventLine(happened)
    if (line !== undefined) terminal.progress(line)
  }

  for (const name of [...RESULTS, 'forgetting.json']) exchange.accept(name, join(out, name))
  const { summary } = await withLab({ exchange, ...terminal, event, upstream }, async (lab) => {
    await lab.choose(model)
    return lab.run({
      verb: 'train', settings, ...(authorisation === undefined ? {} : { authorisation }), versions: { workbench: version, browser: lab.browser },
      shop: ownShop ? basename(shards[0]!) : 'sample', shards: shards.map((path) => exchange.offer(path)),
      ...(imitated.length === 0 ? {} : { imitate: imitated.map((path) => exchange.offer(path)) }), ...(asked === undefined ? {} : { probes: asked }),
    })
  })
  // a model trained whole is a folder to train on from
  const beside = model.filter((path) => BESIDE.has(basename(path)))
  if (settings.trainable === 'full') for (const path of beside) copyFileSync(path, join(out, basename(path)))
  writeJson(join(out, 'summary.json'), summary)
  return summary
}
