import type { Setting } from './setting.js'

/** What an attacker does in its own context, on the session that the victim gets next. */
export interface SessionAttack {
  readonly name: string
  readonly run: (setting: Setting) => Promise<unknown>
  /** SQLSTATE or code of the refusal; without it the attack must have gone through. */
  readonly refused?: string | Readonly<Record<'shared' | 'dedicated', string | undefined>>
}

/** Runs the attack and gives the code of its refusal, `undefined` where it went through. */
export async function refusalOf(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if ('sqlState' in error && typeof error.sqlState === 'string') return error.sqlState
    if ('code' in error && typeof error.code === 'string') return error.code
    throw error
  }
}
