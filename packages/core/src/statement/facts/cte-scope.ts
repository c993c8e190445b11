/** Common table expressions that a query sees, the nearest first. */
export interface CteScope {
  readonly name: string
  readonly outer: CteScope | undefined
}

export function seesCte(scope: CteScope | undefined, name: string): boolean {
  for (let at = scope; at !== undefined; at = at.outer) {
    if (at.name === name) return true
  }
  return false
}
