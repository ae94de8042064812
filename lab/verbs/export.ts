// `export`: a model folder, with its adapter where it has one, as merged safetensors or as the ONNX folder of transformers.js.
import { mkdirSync } from 'node:fs'
import type { ExportDtype, ExportKind } from '../../src/protocol/policy.ts'
import { needed, text } from '../arguments.ts'
import { Exchange, withLab } from '../browser.ts'
import { BadInput } from '../errors.ts'
import { modelIn } from '../folders.ts'
import type { Command } from './command.ts'

const KINDS: Readonly<Record<string, Exclude<ExportKind, 'trained'>>> = { safetensors: 'merged', onnx: 'onnx' }
const DTYPES: Readonly<Record<string, readonly ExportDtype[]>> = { safetensors: ['f32', 'f16', 'bf16'], onnx: ['f32', 'f16'] }

export const exportPolicy: Command = async (args, terminal) => {
  const model = modelIn(args.positionals[0]!)
  const to = needed(args, 'to')
  const kind = KINDS[to]
  if (kind === undefined) throw new BadInput(`export: --to is ${JSON.stringify(to)}; give ${Object.keys(KINDS).join(' or ')}`)
  const given = text(args, 'dtype') ?? 'f32'
  const dtype = DTYPES[to]!.find((name) => name === given)
  if (dtype === undefined) throw new BadInput(`export: --dtype is ${JSON.stringify(given)}; ${to} is written as ${DTYPES[to]!.join(', ')}`)
  const out = needed(args, 'out')
  mkdirSync(out, { recursive: true })
  const exchange = new Exchange()
  return withLab({ exchange, ...terminal }, async (lab) => {
    await lab.choose(model)
    return lab.run({ verb: 'export', kind, dtype, folder: exchange.acceptFolder('export', out) })
  })
}
