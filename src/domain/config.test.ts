// The settings table and what is derived from it: presets, text to settings, the URL, the record.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LORA_TARGETS } from '../protocol/policy.ts'
import {
  changeSetting, differences, listItems, parseSettings, PRESETS, settingsFromHash, settingsOf, settingsRecord, settingsToHash, type Preset,
} from './config.ts'
import { LINEAR_LAYERS, SETTING_GROUPS, SETTINGS, type FreeForm } from './settings.ts'
import { REC_R1_DOMAINS } from './splits.ts'

describe('the settings table', () => {
  it('names every setting once, explains it, and puts its default within its own range', () => {
    expect(new Set(SETTINGS.map((spec) => spec.name)).size).toBe(SETTINGS.length)
    for (const spec of SETTINGS) {
      expect(spec.explanation, spec.name).toMatch(/^.{20,}[.]$/)
      expect(() => parseSettings([`${spec.name}=${spec.default}`]), spec.name).not.toThrow()
    }
  })

  it('shows each group in one piece, in the order of the groups', () => {
    const order = SETTINGS.map((spec) => SETTING_GROUPS.indexOf(spec.group))
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  it('keeps the names that the command line promises', () => {
    const names = SETTINGS.map((spec) => spec.name)
    expect(names).toEqual(expect.arrayContaining(['seed', 'steps', 'promptsPerStep', 'groupSize', 'analyzer', 'mode']))
  })

  it('offers adapters on the layers that the policy protocol names', () => {
    expect(LINEAR_LAYERS).toEqual(LORA_TARGETS)
    expect(listItems('all', LINEAR_LAYERS)).toEqual(LORA_TARGETS)
    expect(listItems('v_proj, q_proj', LINEAR_LAYERS)).toEqual(['q_proj', 'v_proj'])
  })
})

describe('presets', () => {
  it('of the papers’ other runs have the depths, steps and tests of their scripts', () => {
    expect(settingsOf('rec-r1-dense')).toMatchObject({
      task: 'dense-search', recommender: 'dense', encoder: 'hyp1231/blair-roberta-base', pooling: 'cls', trainK: 1000, evalK: 100,
    })
    expect(settingsOf('rec-r1-c4')).toMatchObject({
      task: 'pseudo-review', encoder: 'hyp1231/blair-roberta-large', trainK: 3000, evalK: 100, steps: 800,
    })
    expect(settingsOf('rec-r1-c4').testDepartments).toBe(REC_R1_DOMAINS.join(','))
    expect(settingsOf('rec-r1-beauty')).toMatchObject({
      task: 'sequential', recommender: 'lucene', trainK: 5000, evalK: 50, steps: 1000, historyLength: 10, seenItems: 'kept',
    })
    expect(settingsOf('recllm-r1')).toMatchObject({
      task: 'recllm', stages: 'sft,grpo', groupSize: 12, learningRate: 1e-4, rewardLcs: 1, rewardNdcg: 0, aggregation: 'grpo',
    })
    for (const preset of ['rec-r1-dense', 'rec-r1-c4', 'rec-r1-beauty'] as const) {
      expect(settingsOf(preset)).toMatchObject({
        groupSize: 12, promptsPerStep: 32, temperature: 0.6, template: 'rec-r1', rewardNdcg: 1, rewardFormat: 0.1, rewardMalformed: -2,
      })
    }
  })

  it('as released, hold what the released code really does', () => {
    expect(settingsOf('rec-r1-as-released')).toMatchObject({
      entropyCoefficient: 0.001, klCoefficient: -0.001, advantageEpsilon: 1e-6, aggregation: 'micro_batch_token_mean', microBatchSequences: 12,
      temperature: 0.6, topP: 0.95, trainK: 1000, evalK: 100, duplicateTargets: 'keep', mode: 'as-released', iterations: 1,
      clipLow: 0.2, clipHigh: 0.2,
      groupSize: 12, promptsPerStep: 32, learningRate: 1e-6, maxNewTokens: 512, template: 'rec-r1',
    })
  })

  it('rec-r1 differs from as-released by its faults alone', () => {
    const faults = Object.keys(PRESETS['rec-r1-as-released']).filter((name) => {
      const key = name as keyof (typeof PRESETS)['rec-r1']
      return settingsOf('rec-r1')[key] !== settingsOf('rec-r1-as-released')[key]
    })
    const expected = ['aggregation', 'duplicateTargets', 'entropyCoefficient', 'klCoefficient', 'maxGradNorm', 'mode', 'sftFullText', 'topP']
    expect(new Set(faults)).toEqual(new Set(expected))
  })

  it('both Rec-R1 presets reward with the released parts only', () => {
    for (const preset of ['rec-r1', 'rec-r1-as-released'] as const) {
      expect(settingsOf(preset)).toMatchObject({
        rewardNdcg: 1, rewardFormat: 0.1, rewardMalformed: -2, rewardRepetition: 0, rewardLength: 0, rewardOverlong: 0 })
    }
  })

  it('both Rec-R1 presets search as the paper does, the others as the embedded shop’s box does', () => {
    expect(['rec-r1', 'rec-r1-as-released', 'sample', 'shards'].map((preset) => settingsOf(preset as Preset).recommender))
      .toEqual(['lucene', 'lucene', 'minisearch', 'minisearch'])
  })

  it('the preset of a real model trains adapters beside frozen weights, with the published prompt and sampling', () => {
    const { template, temperature, klCoefficient } = settingsOf('rec-r1')
    expect(settingsOf('qwen2.5-0.5b')).toMatchObject({
      policy: 'Qwen/Qwen2.5-0.5B-Instruct', trainable: 'lora', loraRank: 16, loraTargets: 'all', baseWeights: 'f16', checkpointing: 'auto',
      template, temperature, klCoefficient, learningRate: 1e-5,
    })
  })

  it('every other preset trains the embedded policy', () => {
    for (const preset of ['sample', 'shards', 'rec-r1', 'rec-r1-as-released'] as const) {
      expect(settingsOf(preset)).toMatchObject({ policy: 'sample', baseWeights: 'auto', checkpointing: 'auto', memoryBudget: 0 })
    }
  })

  it('sample damps repetition', () => {
    expect(settingsOf('sample').rewardRepetition).toBeLessThan(0)
  })
})

describe('settings from text', () => {
  it('apply the preset first wherever it stands, and the later of two values', () => {
    expect(parseSettings(['steps=7', 'preset=rec-r1', 'steps=9'])).toMatchObject({ preset: 'rec-r1', steps: 9, promptsPerStep: 32 })
  })

  it('refuse a wrong value with the setting, the value, what is allowed and an example', () => {
    expect(() => parseSettings(['steps=2.5'])).toThrow('setting steps is "2.5"; give a whole number from 1 to 100000 (steps), for example steps=60')
    expect(() => parseSettings(['groupSize=1'])).toThrow('setting groupSize is "1"; give a whole number from 2')
    expect(() => parseSettings(['learningRate=fast'])).toThrow('setting learningRate is "fast"; give a number')
    expect(() => parseSettings(['learningRate='])).toThrow('setting learningRate is ""')
    expect(() => parseSettings(['temperature=0x1'])).toThrow('setting temperature is "0x1"')
    expect(() => parseSettings(['temperature=Infinity'])).toThrow('setting temperature')
    expect(() => parseSettings(['thinking=yes'])).toThrow('setting thinking is "yes"; give true or false')
    expect(() => parseSettings(['mode=faithful'])).toThrow('setting mode is "faithful"; give one of corrected | as-released')
    expect(() => parseSettings(['loraTargets=q_proj,lm_head'])).toThrow('setting loraTargets is "q_proj,lm_head"; give all, or some of q_proj')
    expect(() => parseSettings(['preset=best'])).toThrow('setting preset is "best"')
    expect(() => parseSettings(['httpUrl=localhost:9200'])).toThrow('setting httpUrl is "localhost:9200"; give a whole address')
    expect(() => parseSettings(['hybridWeights=1;2'])).toThrow('setting hybridWeights is "1;2"; give numbers separated by commas')
    expect(() => parseSettings(['httpTemplate={"size": {{k}}}'])).toThrow('give a JSON object with {{query}} where the query belongs')
    expect(() => parseSettings(['httpTemplate={"q": "{{query}}"'])).toThrow('give JSON, in which {{query}} becomes a text')
    expect(() => parseSettings(['httpTemplate=[{{query}}]'])).toThrow('give a JSON object, not another JSON value')
    expect(() => parseSettings(['encoder=a\nb'])).toThrow('give one line of text')
    expect(() => parseSettings(['policyMirror=hub'])).toThrow('setting policyMirror is "hub"; give a whole address')
    expect(() => parseSettings(['memoryBudget=-1'])).toThrow('setting memoryBudget is "-1"; give a number from 0 to 1024 (GiB)')
  })

  it('refuse a name or password in an address without repeating it', () => {
    const refusal = /setting httpUrl .*authentication header, which is kept in memory only/
    expect(() => parseSettings(['httpUrl=https://me:secret@example.org/i'])).toThrow(refusal)
    expect(() => parseSettings(['httpUrl=https://me:secret@example.org/i'])).not.toThrow(/secret/)
  })

  it('keep the spaces of a prefix and of no other text', () => {
    expect(parseSettings(['queryPrefix=query: ', 'httpUrl= http://localhost:9200/shop ', 'steps= 7 ', 'thinking= false '])).toMatchObject({
      queryPrefix: 'query: ', httpUrl: 'http://localhost:9200/shop', steps: 7, thinking: false })
  })

  it('refuse an unknown name with the nearest known one, and a pair that is none', () => {
    expect(() => parseSettings(['groupsize=4'])).toThrow('setting groupsize does not exist; did you mean groupSize?')
    expect(() => parseSettings(['toString=4'])).toThrow('setting toString does not exist')
    expect(() => parseSettings(['steps'])).toThrow('setting "steps" is not of the form name=value')
  })

  it('change one value of a form, and start again when the preset changes', () => {
    const changed = changeSetting(settingsOf(), 'steps', '5')
    expect(differences(changed)).toEqual(['steps'])
    expect(changeSetting(changed, 'preset', 'rec-r1')).toEqual(settingsOf('rec-r1'))
  })
})

describe('the URL', () => {
  it('holds the preset and the differences from it alone', () => {
    expect(settingsToHash(settingsOf('rec-r1'))).toBe('preset=rec-r1')
    const changed = parseSettings(['preset=rec-r1', 'seed=3', 'loraTargets=q_proj,v_proj'])
    expect(settingsToHash(changed)).toBe('preset=rec-r1&seed=3&loraTargets=q_proj%2Cv_proj')
    expect(settingsFromHash('')).toEqual(settingsOf('sample'))
    expect(settingsFromHash('#preset=rec-r1')).toEqual(settingsOf('rec-r1'))
  })

  it('brings back any settings exactly', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text))
    const freeTexts: Record<FreeForm, fc.Arbitrary<string>> = {
      any: line, address: fc.webUrl({ withQueryParameters: true }), origin: fc.option(fc.webUrl(), { nil: '' }), numbers: fc.array(fc.integer()).map((numbers) => numbers.join(',')),
      expression: fc.constantFrom('', 'ndcg', 'ndcg * (1 - repetition)', 'min(recall, 2 × hit − 0.5) ^ 2'),
      template: line.map((text) => JSON.stringify({ query: '{{query}}', [text]: text })),
    }
    const change = fc.constantFrom(...SETTINGS.filter((spec) => spec.name !== 'preset')).chain((spec): fc.Arbitrary<string> => {
      if (spec.kind === 'integer') return fc.integer({ min: spec.min, max: spec.max }).map((value) => `${spec.name}=${value}`)
      if (spec.kind === 'number') {
        return fc.double({ min: spec.min, max: spec.max, noNaN: true }).map((value) => `${spec.name}=${value}`)
      }
      if (spec.kind === 'boolean') return fc.boolean().map((value) => `${spec.name}=${value}`)
      if (spec.kind === 'choice') return fc.constantFrom(...spec.choices).map((value) => `${spec.name}=${value}`)
      if (spec.kind === 'free') return freeTexts[spec.form].map((text) => `${spec.name}=${text}`)
      return fc.subarray([...spec.items], { minLength: 1 }).map((items) => `${spec.name}=${items.join(',')}`)
    })
    const preset = fc.constantFrom<Preset>('sample', 'qwen2.5-0.5b', 'rec-r1', 'rec-r1-as-released')
    fc.assert(fc.property(preset, fc.array(change), (name, changes) => {
      const settings = parseSettings(changes, settingsOf(name))
      expect(settingsFromHash(settingsToHash(settings))).toEqual(settings)
    }))
  })
})

it('the record holds every setting in the order of the table', () => {
  expect(Object.keys(settingsRecord(settingsOf()))).toEqual(SETTINGS.map((spec) => spec.name))
})
