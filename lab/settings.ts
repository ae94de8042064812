// Settings as they are given on the command line.
import { BadInput, messageOf } from './errors.ts'
import { parseSettings } from '../src/domain/config.ts'
import type { Settings } from '../src/domain/settings.ts'

/** Settings from `name=value` texts. Throws BadInput. */
export function settingsFrom(pairs: readonly string[]): Settings {
  try {
    return parseSettings(pairs)
  } catch (error) {
    throw new BadInput(messageOf(error), { cause: error })
  }
}
