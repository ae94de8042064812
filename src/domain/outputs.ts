// What somebody else's output asks for: read as the policy's own outputs are, leniently for the search, strictly for the format.
import type { Prompt } from './prompt.ts'
import { parseAnswer, parseEvaluation, parseTraining, type ParseSettings, type Request } from './request.ts'

export interface ReadOutput {
  /** what is searched for */
  readonly rewrite: string
  /** what stands before the answer, where the output says so */
  readonly thought?: string
  /** why the format is broken by the rules of training; absent where it holds, or where the text is a bare query */
  readonly fault?: string
}

const ANY_TAG = /<\/?(?:think|answer)>/

/** An output for `prompt`, read as the policy's are. */
export function readOutput(prompt: Prompt, output: string, settings: ParseSettings): ReadOutput {
  return readAs(parseTraining(prompt, output, settings), parseEvaluation(prompt, output), thoughtOf(prompt.prefill + output))
}

function readAs(strict: Request, rewrite: string, thought: string | undefined): ReadOutput {
  return { rewrite, ...(thought === undefined ? {} : { thought }), ...(strict.kind === 'query' ? {} : { fault: strict.reason }) }
}

/**
 * An output whose prompt is unknown, as files of other systems hold them: a bare answer is read as one between tags, any other bare text stands for
 * itself, and an output that goes on from a prefilled `<think>` is read as if it began with it.
 */
export function readImported(output: string, settings: ParseSettings): ReadOutput {
  const unknown: Prompt = { text: '', prefill: '' }
  if (!ANY_TAG.test(output)) {
    const answer = parseAnswer(output)
    return { rewrite: answer.kind === 'query' ? answer.query : parseEvaluation(unknown, output) }
  }
  // the part that a prompt has written, as far as the output tells: its thought begins there, or is begun by it
  const begun = output.indexOf('<think>')
  const written = begun < 0 ? '' : output.slice(0, begun + '<think>'.length)
  const prefill = begun < 0 && output.includes('</think>') ? '<think>' : written
  const strict = parseTraining({ text: prefill, prefill }, output.slice(written.length), settings)
  return readAs(strict, parseEvaluation(unknown, output), thoughtOf(output))
}

/** What stands before the answer, of a text with or without the tag that begins it; undefined where nothing does. */
export function thoughtOf(text: string): string | undefined {
  const end = text.indexOf('</think>')
  if (end < 0) return undefined
  const begin = text.lastIndexOf('<think>', end)
  const thought = text.slice(begin < 0 ? 0 : begin + '<think>'.length, end).trim()
  return thought === '' ? undefined : thought
}
