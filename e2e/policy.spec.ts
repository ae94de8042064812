// A policy of one's own: dropped in shards, planned, refused and made to fit, trained, exported and continued; and one that a hub breaks off.
import { readFileSync } from 'node:fs'
import type { Page, TestInfo } from '@playwright/test'
import { answerWith, breakOffAfter, startHub } from '../lab/hubServer.ts'
import { openSafetensors } from '../workers/model/safetensors.ts'
import { dropped, randomQwen3, samplePolicyInShards, storedEntries } from './modelFolders.ts'
import { expect, shoot, test, Workbench } from './workbench.ts'

const ADAPTER_RUN = '#preset=sample&steps=1&promptsPerStep=4&groupSize=4&maxNewTokens=24&validationEvery=0&evaluationQueries=8&trainable=lora&loraRank=4'

/** Saves one way of exporting, and gives its files. */
async function exported(page: Page, bench: Workbench, what: string): Promise<Map<string, Buffer>> {
  const [download] = await Promise.all([page.waitForEvent('download'), bench.sheet.getByRole('button', { name: `Save ${what} as .zip` }).click()])
  expect(download.suggestedFilename()).toMatch(/\.zip$/)
  return storedEntries(readFileSync(await download.path()))
}

function tensors(bytes: Buffer): Map<string, Float32Array> {
  const file = openSafetensors(new Uint8Array(bytes).buffer, 'exported')
  return new Map(file.names.map((name) => [name, file.read(name)]))
}

/** The kernels' table and its JSON tell the same of a run that was timed. */
async function checkKernels(page: Page, info: TestInfo): Promise<void> {
  const times = page.getByRole('table', { name: /^GPU time by kernel/ })
  await expect(times.getByRole('row', { name: /^matmul/ }).first()).toContainText(/\d\s%/)
  await expect(page.getByRole('table', { name: /^Graphics memory/ }).getByRole('row', { name: /^All/ })).toContainText(/\d\s(MiB|GiB)/)
  await shoot(page, info, 'kernels')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as JSON' }).click()])
  const saved = JSON.parse(readFileSync(await download.path(), 'utf8')) as { readonly kernels: readonly { readonly kernel: string; readonly ms: number; readonly gflops?: number; readonly gbs?: number; readonly shareOfPeak?: number }[]; readonly adapter: { readonly architecture: string } }
  expect(saved.adapter.architecture).not.toBe('')
  const shown = await times.getByRole('rowheader').allTextContents()
  expect(saved.kernels.map(({ kernel }) => kernel)).toEqual(shown)
  expect(saved.kernels.every(({ ms }) => ms >= 0)).toBe(true)
  const product = saved.kernels.find(({ kernel }) => kernel.startsWith('matmul'))
  expect([product?.gflops, product?.gbs, product?.shareOfPeak].every((figure) => (figure ?? 0) > 0)).toBe(true)
}

test('a dropped folder is planned, refused over a budget, made to fit by one button, trained, exported, and its adapter continued', async ({ page }, info) => {
  const bench = new Workbench(page)
  await bench.ready(ADAPTER_RUN)
  await bench.drop('body', dropped(samplePolicyInShards()))
  await expect(bench.sheet.getByRole('heading', { name: 'Policy', exact: true })).toBeVisible()
  const chosen = bench.sheet.getByRole('radio', { checked: true })
  await expect(chosen).toHaveAccessibleName(/^dropped model-/)
  await expect(chosen).toHaveAccessibleDescription(/Qwen2 · 0\.329\sM parameters · 1\.4 MB · not here yet/)
  const need = bench.sheet.getByRole('region', { name: 'Graphics memory of a run' })
  for (const line of ['weights', 'adapter', 'gradients and optimiser', 'activations', 'cache', 'logits', 'In all']) {
    await expect(need.getByRole('row', { name: new RegExp(`^${line}`) })).toContainText(/\d\s(KiB|MiB)/)
  }

  const use = bench.sheet.getByRole('button', { name: /^Keep .* here and use$/ })
  const whole = await need.getByRole('row', { name: /^In all/ }).getByRole('cell').first().textContent()
  await need.getByLabel('memoryBudget').fill(String((Number.parseFloat(whole!) * 0.9) / 1024))
  await expect(need.getByRole('alert')).toContainText(/the run needs .* of graphics memory, but .* are allowed/)
  await expect(use).toBeDisabled()
  await shoot(page, info, 'refused')
  await need.getByRole('list', { name: 'What would make it fit' }).getByRole('button', { name: /^(evaluationBatch|promptsPerStep|groupSize) \d/ }).first().click()
  await expect(need.getByRole('alert')).toHaveCount(0)
  await shoot(page, info, 'fits')
  await use.click()
  await expect(bench.sheet).toHaveCount(0)
  const card = bench.data.locator('.policy')
  await expect(card).toContainText(/dropped model-[\s\S]*328,768/)

  await page.getByRole('tab', { name: 'Kernels' }).click()
  await page.getByLabel('Time kernels').check()
  await bench.train.click()
  await expect(bench.phase).toHaveText('finished', { timeout: 90_000 })
  await checkKernels(page, info)
  await card.getByRole('button', { name: 'Export the policy' }).click()
  const adapter = await exported(page, bench, 'Adapter')
  expect(JSON.parse(adapter.get('adapter_config.json')!.toString())).toMatchObject({ peft_type: 'LORA', r: 4 })
  const trained = tensors(adapter.get('adapter_model.safetensors')!)
  // 4 layers × 7 targets × A and B; B begins at zero and was trained
  expect(trained.size).toBe(56)
  const moved = [...trained].filter(([name, values]) => name.endsWith('lora_B.weight') && values.some((value) => value !== 0))
  expect(moved.length).toBe(28)
  const onnx = await exported(page, bench, 'ONNX')
  expect([...onnx.keys()]).toEqual(expect.arrayContaining(['onnx/model.onnx', 'config.json', 'tokenizer.json']))
  expect(onnx.get('onnx/model.onnx')!.length).toBeGreaterThan(4 * 328_768)
  await shoot(page, info, 'exported')
  await bench.sheet.getByRole('button', { name: 'Done' }).click()

  await bench.reset.click()
  await bench.drop('body', [...adapter].map(([name, bytes]) => ({ name, bytes })))
  await expect(bench.sheet.getByRole('region', { name: 'Continue an adapter' })).toContainText('dropped adapter')
  await bench.sheet.getByRole('button', { name: 'Close' }).first().click()
  await expect(card).toContainText('continues adapter dropped adapter')
  await card.getByRole('button', { name: 'Export the policy' }).click()
  const again = tensors((await exported(page, bench, 'Adapter')).get('adapter_model.safetensors')!)
  expect(again).toEqual(trained)
})

test('a hub that breaks off is gone on with after a reload, and its policy is loaded from this browser', async ({ page, foreign }, info) => {
  const hub = await startHub(randomQwen3())
  try {
    const bench = new Workbench(page)
    const half = hub.files.get('model.safetensors')!.length >> 1
    // the line breaks, and what the page then asks for is refused for good
    hub.faults.set('model.safetensors', [breakOffAfter(half)(hub, 'model.safetensors'), answerWith(403)])
    await bench.open(`${ADAPTER_RUN}&policyMirror=${encodeURIComponent(hub.origin)}`)
    await bench.data.getByRole('button', { name: 'Change the policy' }).click()
    await bench.sheet.getByLabel('Id of a model').fill('owner/tiny')
    await bench.sheet.getByRole('button', { name: 'Look up' }).click()
    const choice = bench.sheet.getByRole('radio', { name: 'owner/tiny' })
    await expect(choice).toHaveAccessibleDescription(/Qwen3 · .* · not here yet/)
    await bench.sheet.getByRole('button', { name: /^Download .* and use$/ }).click()
    await expect(bench.sheet.getByRole('alert')).toContainText('(403)', { timeout: 60_000 })
    await expect(choice).toHaveAccessibleDescription(/interrupted at \d/)
    await shoot(page, info, 'interrupted')

    hub.asked.length = 0
    await page.reload()
    await bench.data.getByRole('button', { name: 'Change the policy' }).click()
    await choice.check()
    await bench.sheet.getByRole('button', { name: /^Go on, .* left, and use$/ }).click()
    await expect(bench.data.locator('.policy')).toContainText(/tiny[\s\S]*Layers2[\s\S]*Qwen3/, { timeout: 60_000 })
    const ranges = hub.asked.filter(({ path }) => path.endsWith('model.safetensors')).map(({ headers }) => headers.range)
    expect(ranges).toContain(`bytes=${half}-`)

    hub.asked.length = 0
    await page.reload()
    await expect(bench.data.locator('.policy')).toContainText(/tiny[\s\S]*Layers2[\s\S]*Qwen3/, { timeout: 60_000 })
    expect(hub.asked).toEqual([])
  } finally {
    await hub.close()
  }
  // the mirror is the one other host that may be asked
  const others = foreign.filter((address) => !address.startsWith(hub.origin))
  foreign.splice(0, foreign.length, ...others)
})
