// Deterministic chance: the same seed always tells the same story.

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer in [0, max). */
  int(max: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** A version 4 UUID made of this generator's numbers. */
  uuid(): string;
}

/** FNV-1a over UTF-16 units with a final mix; 32 bits, unsigned. */
export function hash(text: string, seed = 0): number {
  let value = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');

/** A mulberry32 generator. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const bits = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = () => bits() / 4294967296;
  const int = (max: number) => Math.floor(next() * max);
  return {
    next,
    int,
    pick(items) {
      const item = items[int(items.length)];
      if (item === undefined) throw new RangeError('cannot pick from an empty list');
      return item;
    },
    chance: (probability) => next() < probability,
    uuid() {
      const [a, b, c, d] = [bits(), bits(), bits(), bits()];
      const variant = 0x8000 | ((b >>> 16) & 0x3fff);
      return [
        hex(a, 8),
        hex(b & 0xffff, 4),
        `4${hex(c & 0xfff, 3)}`,
        hex(variant, 4),
        hex(d, 8) + hex(c >>> 16, 4),
      ].join('-');
    },
  };
}
