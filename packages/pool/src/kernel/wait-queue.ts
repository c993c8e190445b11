/** A place in a queue; it knows its neighbours, so that it can leave from anywhere. */
interface Place<Item> {
  readonly item: Item
  before: Place<Item> | undefined
  after: Place<Item> | undefined
  queued: boolean
}

/** First in, first out; leaving from the middle costs no more than from the front. */
export class WaitQueue<Item extends object> {
  readonly #places = new WeakMap<Item, Place<Item>>()
  #first: Place<Item> | undefined
  #last: Place<Item> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): Item | undefined {
    return this.#first?.item
  }

  push(item: Item): void {
    const place: Place<Item> = { item, before: this.#last, after: undefined, queued: true }
    if (this.#last === undefined) this.#first = place
    else this.#last.after = place
    this.#last = place
    this.#places.set(item, place)
    this.#size += 1
  }

  shift(): Item | undefined {
    const item = this.#first?.item
    if (item !== undefined) this.delete(item)
    return item
  }

  delete(item: Item): boolean {
    const place = this.#places.get(item)
    if (place === undefined || !place.queued) return false
    place.queued = false
    if (place.before === undefined) this.#first = place.after
    else place.before.after = place.after
    if (place.after === undefined) this.#last = place.before
    else place.after.before = place.before
    this.#size -= 1
    return true
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let place = this.#first; place !== undefined; place = place.after) {
      if (place.queued) yield place.item
    }
  }
}
