import { generateMersenne53Randomizer } from '@faker-js/faker'

const DAY_MS = 86_400_000

/** A seeded source of choices: the same seed gives the same platform, row by row. */
export class Random {
  readonly #source: { next(): number }

  constructor(seed: number) {
    this.#source = generateMersenne53Randomizer(seed)
  }

  /** From 0 to below 1. */
  fraction(): number {
    return this.#source.next()
  }

  /** A whole number, both ends included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.#source.next() * (high - low + 1))
  }

  chance(probability: number): boolean {
    return this.#source.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.#source.next() * list.length)]
    if (chosen === undefined) throw new RangeError('There is nothing to pick from.')
    return chosen
  }

  /** The first ones are picked far more often than the last ones. */
  pickPopular<T>(list: readonly T[]): T {
    const place = Math.floor(this.#source.next() ** 2 * list.length)
    return list[place] ?? this.pick(list)
  }

  /** Several different ones, or all where there are fewer. */
  sample<T>(list: readonly T[], size: number): T[] {
    const places = new Set<number>()
    const wanted = Math.min(size, list.length)
    while (places.size < wanted) places.add(Math.floor(this.#source.next() * list.length))
    return [...places].flatMap((place) => list.slice(place, place + 1))
  }

  digits(length: number): string {
    let text = ''
    while (text.length < length) text += this.integer(0, 9)
    return text
  }

  /** A moment between two others. */
  between(from: Date, to: Date): Date {
    return new Date(this.integer(from.getTime(), to.getTime()))
  }

  /** A moment in the days before `date`. */
  daysBefore(date: Date, days: number): Date {
    return new Date(date.getTime() - Math.floor(this.#source.next() * days * DAY_MS))
  }

  /** A moment in the days after `date`. */
  daysAfter(date: Date, days: number): Date {
    return new Date(date.getTime() + Math.floor(this.#source.next() * days * DAY_MS))
  }

  /** A UUID of version 7: ordered by the moment, which keeps indexes small. */
  uuid(at: Date): string {
    const time = at.getTime().toString(16).padStart(12, '0')
    const low = this.#hex(8)
    return [
      time.slice(0, 8),
      time.slice(8),
      `7${this.#hex(3)}`,
      `${this.pick(['8', '9', 'a', 'b'])}${this.#hex(3)}`,
      `${low}${this.#hex(4)}`,
    ].join('-')
  }

  #hex(digits: number): string {
    return Math.floor(this.#source.next() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  }
}
