// How a command ends: status 0 done, 1 bad input, 2 failed work.

/** The command line or a file it names cannot be used; ends with status 1. */
export class BadInput extends Error {
  override readonly name = 'BadInput'
}

export const STATUS = { done: 0, badInput: 1, failed: 2 } as const

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/** A tool's message as one line without colours. */
function oneLine(message: string): string {
  return message.replace(COLOUR, '').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('at ')).join(' ')
}

/** The status and the last line of a command that threw. */
export function ending(error: unknown): { status: number; line: string } {
  return { status: error instanceof BadInput ? STATUS.badInput : STATUS.failed, line: JSON.stringify({ error: oneLine(messageOf(error)) }) }
}
