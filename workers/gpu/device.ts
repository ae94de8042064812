// Requests the adapter and a device with all that the adapter allows, and describes it for the run's record.
import type { AdapterDescription } from '../../src/protocol/device.ts'
import { Gpu } from './gpu.ts'

const REMEDY = 'use Chrome or Edge 113 or newer over http://localhost or https; on Linux, or without a supported graphics card, start it with --enable-unsafe-webgpu --use-webgpu-adapter=swiftshader'

/** Opens the GPU. Throws a sentence with the reason and the remedy when there is no WebGPU, no adapter or no device. */
export async function openGpu(api: GPU | undefined): Promise<{ gpu: Gpu; adapter: AdapterDescription }> {
  if (api === undefined) throw new Error(`this browser offers no WebGPU here; ${REMEDY}`)
  const adapter = await api.requestAdapter({ powerPreference: 'high-performance' })
  if (adapter === null) throw new Error(`WebGPU is present but found no graphics adapter; ${REMEDY}`)
  const { limits } = adapter
  const wanted = ['shader-f16', 'subgroups', 'timestamp-query'] as const
  const features = wanted.filter((feature) => adapter.features.has(feature))
  const device = await adapter.requestDevice({
    requiredFeatures: features,
    requiredLimits: {
      maxBufferSize: limits.maxBufferSize,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: limits.maxStorageBuffersPerShaderStage,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    },
  })
  const { info } = adapter
  return {
    gpu: new Gpu(device, info.architecture),
    adapter: {
      vendor: info.vendor, architecture: info.architecture, description: info.description,
      fallback: info.isFallbackAdapter, features: [...features], kernels: {},
      maxBufferSize: limits.maxBufferSize, maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    },
  }
}
