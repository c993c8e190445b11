/** A name as a statement writes it; `schema` is `undefined` where it is not qualified. */
export interface QualifiedName {
  readonly schema: string | undefined
  readonly name: string
}

/** Names in the order of their first appearance, each once. */
export class QualifiedNames {
  readonly #names = new Map<string, QualifiedName>()

  add(schema: string | undefined, name: string): void {
    const key = schema === undefined ? name : `${schema}\0${name}`
    if (!this.#names.has(key)) this.#names.set(key, Object.freeze({ schema, name }))
  }

  list(): readonly QualifiedName[] {
    return Object.freeze([...this.#names.values()])
  }
}
