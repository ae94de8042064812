// `export`: a model folder, with its adapter where it has one, as merged safetensors or as the ONNX folder of transformers.js.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, isWeights, WEIGHTS_INDEX } from '../../src/domain/modelFiles.ts'
import type { ExportDtype, ExportKind } from '../../src/protocol/policy.ts'
import { needed, text } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { modelIn, outFolder } from '../folders.ts'
import type { Command } from './command.ts'

const KINDS: Readonly<Record<string, Exclude<ExportKind, 'trained'>>> = { safetensors: 'merged', onnx: 'onnx' }
const DTYPES: Readonly<Record<string, readonly ExportDtype[]>> = { safetensors: ['f32', 'f16', 'bf16'], onnx: ['f32', 'f16'] }

/** True for weights that an earlier export of this kind wrote: beside the new ones they would be taken for part of the model. */
function isLeft(name: string, kind: ExportKind): boolean {
  return kind === 'onnx' ? /^onnx[/\\]model(_fp16)?\.onnx(_data.*)?$/.test(name) : name === WEIGHTS_INDEX || isWeights(name)
}

export const exportPolicy: Command = async (args, terminal) => {
  const model = modelIn(args.positionals[0]!)
  const to = needed(args, 'to')
  const kind = KINDS[to]
  if (kind === undefined) throw new BadInput(`export: --to is ${JSON.stringify(to)}; give ${Object.keys(KINDS).join(' or ')}`)
  const given = text(args, 'dtype') ?? 'f32'
  const dtype = DTYPES[to]!.find((name) => name === given)
  if (dtype === undefined) throw new BadInput(`export: --dtype is ${JSON.stringify(given)}; ${to} is written as ${DTYPES[to]!.join(', ')}`)
  const out = needed(args, 'out')
  outFolder(out, args.positionals[0]!)
  // whoever opens the folder would add it to weights that have theirs inside already
  const adapter = [ADAPTER_CONFIG, ADAPTER_WEIGHTS].find((name) => existsSync(join(out, name)))
  if (adapter !== undefined) throw new BadInput(`export: --out ${out} holds ${adapter}, which is of another model; give another folder, or remove it`)
  const exchange = new Exchange()
  return withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(model)
    const { files } = await lab.run({ verb: 'export', kind, dtype, folder: exchange.acceptFolder('export', out) })
    const written = new Set(files.map(({ name }) => name))
    for (const name of readdirSync(out, { recursive: true, encoding: 'utf8' })) if (!written.has(name) && isLeft(name, kind)) rmSync(join(out, name))
    return { files }
  })
}
