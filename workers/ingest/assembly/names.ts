// What a file's name says where its rows say nothing: a split, a shop department.
import type { Split } from '../../../src/domain/dataset.ts'

const SPLITS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'], ['training', 'train'], ['val', 'validation'], ['valid', 'validation'], ['validation', 'validation'], ['dev', 'validation'],
  ['test', 'test'],
])

/** The split that one word names, in any case. */
export function splitOfWord(word: string): Split | undefined {
  return SPLITS.get(word.toLowerCase())
}

/** The split in a word of the name (`All_Beauty.train.csv`, `qrels/dev.tsv`); undefined where none or several stand there. */
export function splitOfName(name: string): Split | undefined {
  const told = new Set(name.split(/[^A-Za-z]+/).map(splitOfWord).filter((split) => split !== undefined))
  return told.size === 1 ? [...told][0] : undefined
}

/** The categories of Amazon Reviews 2023, as its files are named. */
const DEPARTMENTS = [
  'All_Beauty', 'Amazon_Fashion', 'Appliances', 'Arts_Crafts_and_Sewing', 'Automotive', 'Baby_Products', 'Beauty_and_Personal_Care',
  'Books', 'CDs_and_Vinyl', 'Cell_Phones_and_Accessories', 'Clothing_Shoes_and_Jewelry', 'Digital_Music', 'Electronics', 'Gift_Cards',
  'Grocery_and_Gourmet_Food', 'Handmade_Products', 'Health_and_Household', 'Health_and_Personal_Care', 'Home_and_Kitchen',
  'Industrial_and_Scientific', 'Kindle_Store', 'Magazine_Subscriptions', 'Movies_and_TV', 'Musical_Instruments', 'Office_Products',
  'Patio_Lawn_and_Garden', 'Pet_Supplies', 'Software', 'Sports_and_Outdoors', 'Subscription_Boxes', 'Tools_and_Home_Improvement',
  'Toys_and_Games', 'Video_Games',
] as const

/** The department in a file's name, the longest where one name holds another; undefined where none stands there. */
export function departmentOfName(name: string): string | undefined {
  const words = `_${name.replaceAll(/[^A-Za-z]+/g, '_').toLowerCase()}_`
  const found = DEPARTMENTS.filter((department) => words.includes(`_${department.toLowerCase()}_`))
  return found.toSorted((a, b) => b.length - a.length)[0]
}
