// The policy's verbs on real models, in real Chromium.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { writeSafetensors } from '../workers/model/safetensors.ts'
import { ROOT } from './root.ts'
import { hasShared, lab, SHARED, startLab } from './testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const POLICY = join(ROOT, 'public/sample/policy')

interface Header {
  readonly [name: string]: { readonly dtype: string; readonly shape: readonly number[]; readonly data_offsets: readonly [number, number] }
}

/** A safetensors file's tensors as float32, by name. */
function tensorsOf(path: string): Map<string, Float32Array> {
  const bytes = readFileSync(path)
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Header
  return new Map(Object.entries(header).filter(([name]) => name !== '__metadata__').map(([name, { dtype, data_offsets: [from, to] }]) => {
    if (dtype !== 'F32') throw new Error(`${name} is ${dtype}`)
    return [name, new Float32Array(bytes.buffer.slice(bytes.byteOffset + start + from, bytes.byteOffset + start + to))]
  }))
}

function shapeOf(path: string, name: string): readonly number[] {
  const bytes = readFileSync(path)
  return (JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Header)[name]!.shape
}

/** Changes the first number of one tensor in a safetensors file. */
function spoil(path: string, name: string): void {
  const bytes = readFileSync(path)
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Header
  const at = start + (header[name]?.data_offsets[0] ?? NaN)
  bytes.writeFloatLE(bytes.readFloatLE(at) * 1.5 + 0.1, at)
  writeFileSync(path, bytes)
}

interface Check {
  readonly ok: boolean
  readonly tensors: number
  readonly missing: readonly string[]
  readonly worst: { readonly name: string; readonly error: number }
  readonly errors: Readonly<Record<string, number>>
  readonly golden?: Pick<Check, 'worst' | 'errors'>
  readonly error?: string
}

describe.skipIf(!hasShared)('check-policy against the values of ../shared/golden', () => {
  test.each(['micro', 'odd'])('agrees on every tensor and every loss of %s, and dumps what it computed', async (name) => {
    const golden = join(SHARED, 'golden', name)
    const dump = join(folder, `${name}.safetensors`)
    const { status, last } = await lab(['check-policy', golden, '--dump', dump])
    const { ok, missing, worst, errors, tensors } = last as unknown as Check
    expect({ status, ok, missing }).toEqual({ status: 0, ok: true, missing: [] })
    const expected = tensorsOf(join(golden, 'golden.safetensors'))
    const { losses } = JSON.parse(readFileSync(join(golden, 'case.json'), 'utf8')) as { losses: Readonly<Record<string, number>> }
    // the sampling policy's log-probabilities are given, not computed
    const computed = [...expected.keys()].filter((tensor) => !tensor.startsWith('old_logps.'))
    expect(computed.filter((tensor) => errors[tensor] === undefined)).toEqual([])
    expect(tensors).toBeGreaterThanOrEqual(computed.length + Object.keys(losses).length)
    expect(worst.error).toBe(Math.max(...Object.values(errors)))
    expect(worst.error).toBeLessThan(1e-4)
    const dumped = tensorsOf(dump)
    for (const tensor of computed) expect(dumped.get(tensor)?.length, tensor).toBe(expected.get(tensor)?.length)
  })
})

describe.skipIf(!hasShared)('check-policy with packed weights, on ../shared/golden', () => {
  test.each([['micro', 'int8']])('agrees on every tensor and loss of %s with float32 weights of the same values, and tells what %s rounding costs', async (name, weights) => {
    const { status, last } = await lab(['check-policy', join(SHARED, 'golden', name), '--weights', weights])
    const { ok, missing, worst, errors, golden } = last as unknown as Check
    expect({ status, ok, missing }).toEqual({ status: 0, ok: true, missing: [] })
    expect(worst.error).toBeLessThan(2e-5)
    expect(Object.keys(golden?.errors ?? {})).toEqual(Object.keys(errors))
    expect(golden?.worst.error).toBe(Math.max(...Object.values(golden?.errors ?? {})))
    expect(golden?.errors['logits.0']).toBeGreaterThan(errors['logits.0'] ?? NaN)
  })
})

test('check-policy refuses a storage that there is not, naming those that there are', async () => {
  const { status, last } = await lab(['check-policy', POLICY, '--weights', 'int2'])
  expect({ status, error: last['error'] }).toEqual({ status: 1, error: 'check-policy: --weights is "int2"; give f32, f16, int8, int4' })
})

describe.skipIf(!hasShared)('check-policy against a wrong case', () => {
  test('fails by name when one number of one tensor and one loss are wrong, and on nothing else', async () => {
    const spoilt = join(folder, 'spoilt')
    cpSync(join(SHARED, 'golden/micro'), spoilt, { recursive: true })
    const name = 'ref_logps.3'
    spoil(join(spoilt, 'golden.safetensors'), name)
    const path = join(spoilt, 'case.json')
    const golden = JSON.parse(readFileSync(path, 'utf8')) as { losses: Record<string, number> }
    writeFileSync(path, JSON.stringify({ ...golden, losses: { ...golden.losses, bnpo: golden.losses['bnpo']! * 1.001 } }))
    const { status, last } = await lab(['check-policy', spoilt])
    const { ok, worst, errors, error } = last as unknown as Check
    expect({ status, ok }).toEqual({ status: 2, ok: false })
    expect(Object.entries(errors).filter(([, size]) => size > 1e-4).map(([tensor]) => tensor).toSorted()).toEqual(['losses.bnpo', name])
    expect(error).toContain(worst.name)
  })
})

describe.skipIf(!hasShared)('generate on ../shared/models/stories260k-qwen2', () => {
  test('continues greedily with exactly the golden ids', async () => {
    const model = join(SHARED, 'models/stories260k-qwen2')
    const { ids } = JSON.parse(readFileSync(join(model, 'golden.json'), 'utf8')) as { ids: readonly number[] }
    const { status, last } = await lab(['generate', model, '--tokens', String(ids[0]), '--max', String(ids.length - 1), '--greedy'])
    expect(last['ids']).toEqual(ids.slice(1))
    expect(last['logps']).toHaveLength(ids.length - 1)
    expect(last).not.toHaveProperty('text')
    expect(status).toBe(0)
  })
})

describe('generate on the embedded policy', () => {
  test('samples the same ids from the same seed, others from another, and gives their text', async () => {
    const words = ['generate', POLICY, '--tokens', '300,301,302', '--max', '12', '--temperature', '1.5', '--seed']
    const [one, again, other] = [await lab([...words, '5']), await lab([...words, '5']), await lab([...words, '6'])]
    expect(one.last).toEqual(again.last)
    expect(other.last['ids']).not.toEqual(one.last['ids'])
    expect(one.last['ids']).toHaveLength(12)
    expect((one.last['logps'] as number[]).every((logp) => logp <= 0 && Number.isFinite(logp))).toBe(true)
    expect(one.last['text']).toEqual(expect.any(String))
  })

  test('refuses a token that the vocabulary does not have as bad input', async () => {
    const { status, last } = await lab(['generate', POLICY, '--tokens', '1,99999999', '--max', '1'])
    expect(last['error']).toMatch(/^token 99999999 is outside of the vocabulary/)
    expect(status).toBe(1)
  })

  test('continues from shards as from one file, and names the shard that is missing', async () => {
    const sharded = join(folder, 'sharded')
    cpSync(POLICY, sharded, { recursive: true })
    rmSync(join(sharded, 'model.safetensors'))
    const tensors = [...tensorsOf(join(POLICY, 'model.safetensors'))].map(([name, data]) => ({ name, data, shape: shapeOf(join(POLICY, 'model.safetensors'), name) }))
    const names = [1, 2, 3].map((part) => `model-0000${part}-of-00003.safetensors`)
    const inShard = (shard: number) => tensors.filter((_, at) => at % 3 === shard)
    for (const [shard, name] of names.entries()) writeFileSync(join(sharded, name), new Uint8Array(writeSafetensors(inShard(shard))))
    const map = Object.fromEntries(names.flatMap((name, shard) => inShard(shard).map((tensor) => [tensor.name, name])))
    writeFileSync(join(sharded, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }))
    const words = ['--tokens', '300,301,302', '--max', '12', '--seed', '5']
    expect((await lab(['generate', sharded, ...words])).last).toEqual((await lab(['generate', POLICY, ...words])).last)
    rmSync(join(sharded, names[1]!))
    const { status, last } = await lab(['generate', sharded, ...words])
    expect({ status, error: last['error'] }).toEqual({ status: 1, error: `folder ${sharded}: model.safetensors.index.json names ${names[1]!}, which is missing; get the whole model folder` })
  })

  test('refuses a model whose config is of another architecture as bad input', async () => {
    const other = join(folder, 'other')
    cpSync(POLICY, other, { recursive: true })
    const config = JSON.parse(readFileSync(join(other, 'config.json'), 'utf8')) as object
    writeFileSync(join(other, 'config.json'), JSON.stringify({ ...config, model_type: 'mamba', architectures: ['MambaForCausalLM'] }))
    const { status, last } = await lab(['generate', other, '--tokens', '1', '--max', '1'])
    expect(status).toBe(1)
    expect(last['error']).toMatch(/mamba/i)
  })
})

describe('tokenize', () => {
  test('gives one line of ids for every line of text', async () => {
    const texts = ['red shoes', '', ' two  spaces', 'naïve 日本 🙂', '<|im_start|>']
    const { status, lines } = await lab(['tokenize', POLICY], `${texts.map((text) => JSON.stringify(text)).join('\n')}\n`)
    expect(status).toBe(0)
    const ids = lines.map((line) => (JSON.parse(line) as { ids: number[] }).ids)
    expect(ids).toHaveLength(texts.length)
    expect(ids[1]).toEqual([])
    expect(ids[4]).toHaveLength(1)
  })

  // ids from the published tokenizer: byte-level BPE of Qwen2.5, special tokens recognised
  test.skipIf(!hasShared)('agrees with Qwen2.5\'s tokenizer and chat template of ../shared/models', async () => {
    const model = join(SHARED, 'models/qwen2.5-0.5b-instruct')
    const plain = await lab(['tokenize', model], '"Hello world"\n"<|im_start|>user\\n1234<|im_end|>"\n')
    expect(plain.lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ ids: [9707, 1879] }, { ids: [151644, 872, 198, 16, 17, 18, 19, 151645] }])
    const chat = await lab(['tokenize', model, '--chat'], '[{"role": "system", "content": "Hello world"}, {"role": "user", "content": "1234"}]\n')
    const frame = (role: number, ids: readonly number[]) => [151644, role, 198, ...ids, 151645, 198]
    expect(chat.last).toEqual({ ids: [...frame(8948, [9707, 1879]), ...frame(872, [16, 17, 18, 19]), 151644, 77091, 198] })
  })
})

/** Process ids of a process's children; from /proc where there is one, since small systems lack ps. */
function childrenOf(parent: number | undefined): number[] {
  const rows = existsSync('/proc/self/stat')
    ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => [Number(pid), Number(statOf(pid).replace(/^.*\) /s, '').split(' ')[1])])
    : spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).stdout.trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return rows.filter(([, of]) => of === parent).map(([pid]) => pid!)
}

/** The empty text for a process that has just ended. */
function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}

/** A process that ended but was not yet collected by its parent (state Z) is dead. */
function isAlive(pid: number): boolean {
  try {
    if (existsSync(`/proc/${pid}/stat`)) return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('an interrupt ends the command with status 2, a sentence, and no browser left', async () => {
  const running = startLab(['generate', POLICY, '--tokens', '1', '--max', '1000'])
  onTestFinished(() => running.kill('SIGKILL'))
  await expect.poll(() => running.stderr(), { timeout: 200_000 }).toMatch(/adapter:/)
  const browser = childrenOf(running.pid)
  expect(browser).not.toEqual([])
  running.kill('SIGINT')
  const { status, last } = await running.finished
  await expect.poll(() => browser.filter(isAlive), { timeout: 20_000 }).toEqual([])
  expect(last['error']).toMatch(/^interrupted by SIGINT/)
  expect(status).toBe(2)
})
