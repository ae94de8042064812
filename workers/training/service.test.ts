// What the policy worker refuses before it looks for a device.
import { expect, test } from 'vitest'
import { Service } from './service.ts'

test('all weights are not trained where an adapter stands beside them, for what is exported would lack it', async () => {
  const nothing = new ArrayBuffer(0)
  const files = { config: nothing, weights: [], adapterConfig: nothing, adapterWeights: nothing }
  await expect(new Service(undefined, () => 0).load(files, { kind: 'full' })).rejects.toThrow(
    'this policy has an adapter beside its weights, which training all weights would leave out; train it with lora, or merge the adapter first (lab export)')
})
