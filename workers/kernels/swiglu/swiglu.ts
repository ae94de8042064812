// The gated activation silu(gate)·up of Qwen's feed-forward block (Shazeer 2020, SwiGLU), forward and backward.
import type { Recording, Tensor } from '../../gpu/gpu.ts'
import forwardSource from './swiglu.wgsl?raw'
import backwardSource from './swiglu_backward.wgsl?raw'

/** out = silu(gate)·up; gateUp: [rows, 2·width] (gate | up), out: [rows, width]. */
export function swiglu(recording: Recording, gateUp: Tensor, out: Tensor, rows: number, width: number): void {
  recording.dispatch(recording.gpu.kernel('swiglu', forwardSource), [gateUp, out], [rows, width], [Math.ceil(width / 256), rows], { flops: 6 * rows * width, bytes: 12 * rows * width })
}

/** Writes dgateUp: [rows, 2·width] from dout: [rows, width]. */
export function swigluBackward(recording: Recording, gateUp: Tensor, dout: Tensor, dgateUp: Tensor, rows: number, width: number): void {
  recording.dispatch(recording.gpu.kernel('swiglu_backward', backwardSource), [gateUp, dout, dgateUp], [rows, width], [Math.ceil(width / 256), rows], { flops: 12 * rows * width, bytes: 20 * rows * width })
}
