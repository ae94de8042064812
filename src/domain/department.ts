// Shop departments under one spelling: files, maps of categories and people write them differently.

/** That of Amazon's file names: `Sports & Outdoors`, `sports and outdoors` in other words, is `Sports_and_Outdoors` (letters keep their case). */
export function departmentName(category: string): string {
  return category.trim().replaceAll('&', ' and ').replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_+|_+$/g, '')
}

/** The departments of a comma-separated list; none of the empty text. A name that holds commas itself is to be written with underscores. */
export function departmentList(text: string): string[] {
  return text.split(',').map(departmentName).filter((name) => name !== '')
}
