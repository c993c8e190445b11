/** Something that must not succeed. */
export interface CrossingAttempt {
  readonly what: string
  /** The error codes that refuse it; none where it is allowed to run and to find nothing. */
  readonly refusedWith: readonly string[]
  /** Gives how many rows of others it saw or touched. */
  readonly run: () => Promise<number>
}

/** How an attempt ended. */
export interface AttemptOutcome {
  readonly what: string
  readonly held: boolean
  /** The error's code and SQLSTATE, or how many rows were reached. */
  readonly answer: string
}

/** Tries it. Another error than the expected ones does not count as a refusal. */
export async function tryToCross(attempt: CrossingAttempt): Promise<AttemptOutcome> {
  const { what, refusedWith, run } = attempt
  try {
    const rows = await run()
    const held = rows === 0 && refusedWith.length === 0
    return { what, held, answer: rows === 0 ? '0 rows' : `${rows} rows of others` }
  } catch (error) {
    const { code, sqlState } = codesOf(error)
    const known = [code, sqlState].filter((one) => one !== undefined)
    const message = error instanceof Error ? error.message : String(error)
    return {
      what,
      held: known.some((one) => refusedWith.includes(one)),
      answer: known.length === 0 ? message : known.join(' · '),
    }
  }
}

function codesOf(error: unknown): { readonly code?: string; readonly sqlState?: string } {
  if (typeof error !== 'object' || error === null) return {}
  const text = (name: string): string | undefined => {
    const value = name in error ? error[name as keyof typeof error] : undefined
    return typeof value === 'string' ? value : undefined
  }
  return { code: text('code'), sqlState: text('sqlState') }
}
