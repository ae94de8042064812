// What every verb gets: its arguments, a way to the browser, and the person's terminal.
import type { Arguments } from '../arguments.ts'

export interface Terminal {
  readonly input: NodeJS.ReadableStream
  /** a line to stderr */
  readonly progress: (line: string) => void
  /** a line to stdout */
  readonly print: (line: string) => void
  /** aborted when the person interrupts */
  readonly signal: AbortSignal
}

/** Does the work and returns the last line's JSON value; undefined when its own lines were all there is to print. */
export type Command = (args: Arguments, terminal: Terminal) => Promise<object | undefined>
