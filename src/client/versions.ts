// The names and versions of what runs in this tab, for a run's record.
import { dependencies, version } from '../../package.json'

export function versions(): Readonly<Record<string, string>> {
  return { 'rec-r1-workbench': version, minisearch: dependencies.minisearch, browser: navigator.userAgent }
}
