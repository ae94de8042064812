// What the policy worker tells of its graphics device: the adapter, memory by our own accounting, kernels by their time.

/** GPU memory by our own accounting: every buffer that exists, by what it was made for; `pool` is what was freed and waits to be taken again. */
export interface MemoryReport {
  readonly bytes: Readonly<Record<string, number>>
  readonly total: number
  /** the largest total since the device was opened or `resetPeak` was called, and what it was made of */
  readonly peak: number
  readonly peakBytes: Readonly<Record<string, number>>
}

/** What one kernel cost on the GPU since profiling was switched on. */
export interface KernelTime {
  readonly kernel: string
  readonly calls: number
  /** GPU time by timestamp query */
  readonly ms: number
  /** floating-point operations and bytes read or written that its callers stated; 0 where none did */
  readonly flops: number
  readonly bytes: number
}

/** Kernels by time, longest first; the adapter's measured peaks to compare with (of multiply-adds the faster of a rolled and an unrolled loop), 0 until they were measured. */
export interface KernelProfile {
  readonly available: boolean
  readonly kernels: readonly KernelTime[]
  readonly peakGflops: number
  readonly peakGBs: number
}

export interface AdapterDescription {
  readonly vendor: string
  readonly architecture: string
  readonly description: string
  readonly fallback: boolean
  readonly features: readonly string[]
  /** bytes of the largest buffer, and of the largest part of one that a kernel may read or write */
  readonly maxBufferSize: number
  readonly maxStorageBufferBindingSize: number
  /** matmul variants chosen by timing at start-up, by shape class; recorded with the run */
  readonly kernels: Readonly<Record<string, string>>
}
