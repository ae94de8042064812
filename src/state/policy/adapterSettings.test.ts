// Checks that an adapter's own words become the run's settings.
import { expect, test } from 'vitest'
import { parseSettings } from '../../domain/config.ts'
import { adapterRecord, adapterSettings } from './adapterSettings.ts'

const of = (config: unknown): Record<string, string> => Object.fromEntries(adapterSettings({ config: new TextEncoder().encode(JSON.stringify(config)).buffer }))

test('rank, alpha and layers are taken, by suffix or by whole path', () => {
  expect(of({ r: 8, lora_alpha: 16, target_modules: ['v_proj', 'q_proj'] })).toEqual({ trainable: 'lora', loraRank: '8', loraAlpha: '16', loraTargets: 'q_proj,v_proj' })
  expect(of({ r: 4, lora_alpha: 4, target_modules: ['model.layers.0.mlp.up_proj', 'model.layers.1.mlp.up_proj'] })).toMatchObject({ loraTargets: 'up_proj' })
  const all = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj']
  expect(of({ target_modules: all })).toMatchObject({ loraTargets: 'all' })
  expect(of({ target_modules: 'all-linear' })).toMatchObject({ loraTargets: 'all' })
})

test('rank-stabilised scaling is the alpha that gives it, in the settings and in the record', () => {
  expect(of({ r: 16, lora_alpha: 8, use_rslora: true })).toMatchObject({ loraRank: '16', loraAlpha: '32' })
  const config = new TextEncoder().encode(JSON.stringify({ r: 16, lora_alpha: 8, use_rslora: true })).buffer
  expect(adapterRecord('mine', { config })).toEqual({ name: 'mine', rank: 16, alpha: 32 })
  expect(adapterRecord('mine', { config: new TextEncoder().encode('{').buffer })).toEqual({ name: 'mine' })
})

test('what no setting says is left to the engine, which refuses it by name', () => {
  expect(of({ r: 'many', target_modules: ['lm_head', 'q_proj'] })).toEqual({ trainable: 'lora' })
  expect(of({ target_modules: '.*_proj' })).toEqual({ trainable: 'lora' })
  expect(Object.fromEntries(adapterSettings({ config: new TextEncoder().encode('{').buffer }))).toEqual({ trainable: 'lora' })
})

test('every text is one that the settings take', () => {
  const pairs = adapterSettings({ config: new TextEncoder().encode(JSON.stringify({ r: 8, lora_alpha: 16, target_modules: ['o_proj'] })).buffer })
  expect(parseSettings(pairs.map(([name, text]) => `${name}=${text}`))).toMatchObject({ trainable: 'lora', loraRank: 8, loraAlpha: 16, loraTargets: 'o_proj' })
})
