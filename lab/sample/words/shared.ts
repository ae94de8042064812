// Words that all domains share: colours, what shoppers put around a wish, and what shops say of anything.

export const COLORS = [
  'black | onyx | jet | ebony', 'white | ivory | snowy | pearl', 'red | crimson | scarlet | ruby', 'blue | navy | cobalt | azure',
  'green | emerald | forest | olive', 'pink | rose | blush | fuchsia', 'gray | charcoal | slate | ash', 'purple | violet | mauve | lilac',
]

export const PREFIXES = ['cheap', 'best', 'good', 'looking for', 'i need', 'top rated', 'where to buy', 'please show', 'any', 'want']
export const SUFFIXES = ['for my son', 'for my sister', 'as a gift', 'under $50', 'on sale', 'with good reviews', 'that lasts', 'for home']

/** Sentences of the catalogue that tell nothing: the words a bag of words has to live with. */
export const FILLERS = [
  'made for daily use and built to last', 'a good gift for family and friends', 'easy to set up right out of the box', 'one year warranty with friendly support',
  'our best seller in this price range', 'tested at home by people like you', 'ships in plain packaging', 'looks as good as it works',
  'designed with care for every detail', 'want to know more? ask our team', 'on sale for a short time', 'great value under any budget',
]
