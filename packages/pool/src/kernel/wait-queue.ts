/** What can stand in a queue: it knows its neighbours, so that it can leave from anywhere. */
export class Queueable<Item> {
  /** Where it stands; the queue alone writes these. */
  queue: object | undefined
  before: Item | undefined
  after: Item | undefined
}

/** First in, first out; leaving from the middle costs no more than from the front. */
export class WaitQueue<Item extends Queueable<Item>> {
  #first: Item | undefined
  #last: Item | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get first(): Item | undefined {
    return this.#first
  }

  push(item: Item): void {
    item.queue = this
    item.before = this.#last
    item.after = undefined
    if (this.#last === undefined) this.#first = item
    else this.#last.after = item
    this.#last = item
    this.#size += 1
  }

  delete(item: Item): boolean {
    if (item.queue !== this) return false
    item.queue = undefined
    if (item.before === undefined) this.#first = item.after
    else item.before.after = item.after
    if (item.after === undefined) this.#last = item.before
    else item.after.before = item.before
    this.#size -= 1
    return true
  }

  /** Those that leave while it is read do not disturb it. */
  *[Symbol.iterator](): Generator<Item> {
    let item = this.#first
    while (item !== undefined) {
      const { after } = item
      if (item.queue === this) yield item
      item = after
    }
  }
}
