/** What each chapter's server costs, read from the race when the site is built; the race itself is too much for every page. */
import { type Prices, readPrices } from '../../prices.ts';
import { root } from '../../root.ts';

/** VitePress fills this in from `load`. */
export declare const data: Prices;

export default {
  watch: [`${root}/lab/bench/race.json`],
  load: (): Prices => readPrices(root),
};
